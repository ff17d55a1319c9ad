/*
 * Public keys with which callers sign their requests. Each kind has one algorithm; it is never chosen by the message.
 *
 * Signatures of the two elliptic curves are raw: r and s of 32 bytes each, one after the other. SM2 is signed under the
 * usual distinguishing id, 1234567812345678.
 */
#ifndef BASE_PUBLIC_KEY_H
#define BASE_PUBLIC_KEY_H

#include "base/crypto.h"

enum public_key_kind { PUBLIC_KEY_ED25519, PUBLIC_KEY_P256, PUBLIC_KEY_SM2, PUBLIC_KEY_KIND_COUNT };
const char *public_key_algorithm(enum public_key_kind k); /* "ed25519", "ecdsa-p256-sha256", "sm2-sm3" */

enum { PUBLIC_KEY_DER_MAX = 512, PUBLIC_KEY_ID_BYTES = 32 };

struct public_key { /* lives in the arena that it was read into; never changes, any thread may verify with it */
	enum public_key_kind kind;
	struct text der;                    /* SubjectPublicKeyInfo */
	char id[PUBLIC_KEY_ID_BYTES + 1];   /* the first half of SHA-256 over der, in hex */
	struct evp_pkey_st *key;
};

/* SubjectPublicKeyInfo as PEM or DER. NULL: FAULT_BAD_REQUEST with what is wrong, FAULT_BUSY when the arena is full. */
const struct public_key *public_key_read(struct arena *a, struct text bytes, struct fault *f) must_check;
bool public_key_verify(const struct public_key *k, struct text bytes, struct text signature) must_check;

#endif
