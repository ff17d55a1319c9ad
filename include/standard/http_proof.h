/*
 * HTTP Message Signatures (RFC 9421) of what comes in: which signature is meant for us, what it covers, and the text that was signed.
 * Pure: the values of the components are asked for, keys and times are the caller's matter.
 *
 *   Signature-Input: sig1=("@method" "@path");created=…;keyid="…";nonce="…";tag="…"
 *   Signature: sig1=:…:
 *                         │ http_proof_find(): the one with our tag
 *                         ▼
 *   "@method": POST                                        http_proof_put_base(): a line for each component, as written, and the parameters
 *   "@path": /v1/filings
 *   "@signature-params": ("@method" "@path");created=…
 */
#ifndef STANDARD_HTTP_PROOF_H
#define STANDARD_HTTP_PROOF_H

#include "base/fault.h"
#include "standard/structured_field.h"

struct http_proof { /* lies in the arena */
	const struct sf_member *input; /* an inner list of strings */
	struct text signature;
	struct text key_id, nonce, algorithm; /* absent: not said */
	int64_t created_s, expires_s;         /* INT64_MIN: not said */
};

/* The first signature whose tag is this one. False with *f: the fields cannot be read, or what belongs to it is missing. No such
 * signature: true, and out->input is NULL. */
bool http_proof_find(struct arena *a, struct text signature_input, struct text signature, const char *tag, struct http_proof *out,
                     struct fault *f) must_check;
/* Does it cover the component, without parameters? */
bool http_proof_covers(const struct http_proof *p, const char *name);

/* The value of a component ("@method", or a header's name in small letters); at NULL: the request has none. */
typedef struct text http_component_fn(void *arg, struct text name);
/* The signature base. False with *f naming the component: the request does not have it, it comes twice, or it has parameters (none of
 * those that RFC 9421 has is read here). */
bool http_proof_put_base(struct buf *b, const struct http_proof *p, http_component_fn *value, void *arg, struct fault *f) must_check;

#endif
