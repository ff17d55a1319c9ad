/* What a request proves beside its token: the digest of its content (RFC 9530), and its signature (RFC 9421). */
#ifndef API_PROOF_H
#define API_PROOF_H

#include "api/req.h"

#define PROOF_TAG "tongguan-v1"

/* Then `then`, or a refusal. The body is here, the client is known. */
enum step proof_check(struct req *r, step_fn *then) must_check;

#endif
