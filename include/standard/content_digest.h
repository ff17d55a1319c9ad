/* Content-Digest of what comes in (RFC 9530): sha-256 and sha-512; others are passed over as long as one of these is there. */
#ifndef STANDARD_CONTENT_DIGEST_H
#define STANDARD_CONTENT_DIGEST_H

#include "base/fault.h"
#include "base/text.h"

/* Does the field hold for these bytes? False: FAULT_DIGEST_ALGORITHM, FAULT_DIGEST_INVALID or FAULT_DIGEST_MISMATCH, and *more has the
 * member of the problem document that names the algorithm ("unsupported_algorithms":[…] …), absent where there is none to name. */
bool content_digest_check(struct arena *a, struct text field, struct text bytes, struct text *more, struct fault *f) must_check;

#endif
