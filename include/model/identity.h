/*
 * The keyed hash under which an attested identity is found: no number or name is stored for it.
 *
 * The hash begins with the version of its key. While a key is being replaced there are two: what is written is under the new one, what is looked
 * for may stand under either.
 */
#ifndef MODEL_IDENTITY_H
#define MODEL_IDENTITY_H

#include "base/crypto.h"

enum { IDENTITY_KEYS_MAX = 2 };

struct identity_keys {
	struct identity_key {
		uint8_t version;
		struct text secret;
	} list[IDENTITY_KEYS_MAX]; /* the current one first */
	int count;                 /* 0: none is configured */
};

struct identity_hash {
	uint8_t version;
	struct sha256 digest;      /* HMAC-SHA256 over number, a NUL and name */
};

/* The key under which a stored hash was made; NULL: it is not among these. */
const struct identity_key *identity_key_of(const struct identity_keys *keys, struct text stored);
struct identity_hash identity_hash(const struct identity_key *key, struct text number, struct text name);

static inline struct text identity_hash_bytes(const struct identity_hash *h)
{
	return (struct text){ (const char *)h, sizeof(*h) };
}

/* By which one payer can be told from another without naming them: a secret of its own, HMAC-SHA256 over the number. */
struct sha256 identity_pseudonym(struct text secret, struct text number);

#endif
