/* The keyed hash under which an attested identity is found: no number or name is stored for it. */
#ifndef MODEL_IDENTITY_H
#define MODEL_IDENTITY_H

#include "base/crypto.h"

/* HMAC-SHA256 over number, a NUL and name. */
struct sha256 identity_hash(struct text key, struct text number, struct text name);

#endif
