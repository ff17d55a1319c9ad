/*
 * The headers of a request to an authority (a message, a question): what is in it, who sends it, and the proof.
 *
 *   Message-Id, Idempotency-Key   of a single message: the same at every try
 *   Authorization                 credential bearer
 *   Content-Digest, Signature-Input, Signature
 *                                 JSON messages, over "@method" "@target-uri" "content-type" "content-digest" and, of a single one, "message-id": with the
 *                                 secret of credential hmac, else with the gateway's own key. Customs' XML carries its signature inside.
 */
#ifndef FLOW_REQUEST_HEADERS_H
#define FLOW_REQUEST_HEADERS_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/id.h"
#include "store/rule_store.h"

enum { REQUEST_HEADERS_MAX = 7 }; /* the NULL at the end included */

struct request_content {
	enum authority authority;
	const struct id *message_id; /* NULL: several, each of which says its own */
	const char *content_type;
	struct text body;
	int64_t now_us; /* of the signature */
};

/* In the arena. signer NULL: only HMACs are made. False: the arena is full, or the key could not sign. */
bool request_headers(struct arena *a, const struct request_content *m, const struct authority_conf *conf, struct signer *signer,
                     const char *headers[REQUEST_HEADERS_MAX]) must_check;

#endif
