/*
 * HTTP Message Signatures (RFC 9421) and Content-Digest (RFC 9530) of what we send. Text and keys only: who sends puts the headers on.
 *
 *   "@method": POST                                     the signature base: a line for each component, in order,
 *   "content-digest": sha-256=:…:                       and the parameters at last
 *   "@signature-params": ("@method" "content-digest");created=…;keyid="…";alg="…"
 */
#ifndef STANDARD_HTTP_SIGNATURE_H
#define STANDARD_HTTP_SIGNATURE_H

#include "base/crypto.h"

struct http_component {
	const char *name;   /* "@method", or a header's in small letters */
	struct text value;  /* of a header: as it is sent, without blanks at its ends */
};

struct http_signing {
	const struct http_component *components;
	int count;
	int64_t created_s;     /* seconds since 1970 */
	const char *key_id;    /* visible ASCII without quotes and backslashes */
	bool names_algorithm;  /* parameter alg */
	struct signer *signer; /* Ed25519; NULL: HMAC-SHA256 with secret */
	struct text secret;
};

/* sha-256=:base64: */
void content_digest_put(struct buf *b, struct text body);
/* ("@method" "content-digest");created=…;keyid="…";alg="…": the value of Signature-Input without its label. */
void http_signature_params_put(struct buf *b, const struct http_signing *s);
void http_signature_base_put(struct buf *b, const struct http_signing *s);
/* The signature over the base, in base64 between colons: the value of Signature without its label. False: the key cannot sign, or the
 * arena is full. base: an empty buf to work in. */
bool http_signature_put(struct buf *b, const struct http_signing *s, struct buf *base) must_check;
/* The target of a URL as signed (@target-uri): without a fragment, with a path. */
void http_target_put(struct buf *b, const char *url);

#endif
