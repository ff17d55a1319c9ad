/*
 * The headers of a message to an authority: what it is, who sends it, and the proof.
 *
 *   Message-Id, Idempotency-Key   the same at every try
 *   Authorization                 credential bearer
 *   Content-Digest, Signature-Input, Signature
 *                                 JSON messages, over "@method" "@target-uri" "content-type" "content-digest" "message-id": with the
 *                                 secret of credential hmac, else with the gateway's own key. Customs' XML carries its signature inside.
 */
#ifndef FLOW_ATTEMPT_HEADERS_H
#define FLOW_ATTEMPT_HEADERS_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/id.h"
#include "store/rule_store.h"

enum { ATTEMPT_HEADERS_MAX = 7 }; /* the NULL at the end included */

struct attempt_message {
	enum authority authority;
	struct id message_id;
	const char *content_type;
	struct text body;
	int64_t now_us; /* of the signature */
};

/* In the arena. signer NULL: only HMACs are made. False: the arena is full, or the key could not sign. */
bool attempt_headers(struct arena *a, const struct attempt_message *m, const struct authority_conf *conf, struct signer *signer,
                     const char *headers[ATTEMPT_HEADERS_MAX]) must_check;

#endif
