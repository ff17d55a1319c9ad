/*
 * AES-256-GCM: encrypted so that a changed byte, or another place, is noticed. One thread at a time for each key.
 */
#ifndef BASE_AEAD_H
#define BASE_AEAD_H

#include "base/text.h"

enum { AEAD_KEY_BYTES = 32, AEAD_NONCE_BYTES = 12, AEAD_TAG_BYTES = 16 };

struct aead; /* a key in use */

struct aead *aead_new(const uint8_t key[AEAD_KEY_BYTES]) must_check; /* NULL: no memory */
void aead_free(struct aead *x);                                      /* wipes the key; NULL allowed */
/* bound: what the bytes belong to; it is not stored and must be the same at opening. A nonce is never used twice under one key. out may be
 * where the bytes are, and takes as many. */
bool aead_seal(struct aead *x, const uint8_t nonce[AEAD_NONCE_BYTES], struct text bound, struct text bytes, uint8_t *out,
               uint8_t tag[AEAD_TAG_BYTES]) must_check;
/* False: not what was sealed under this key for this place; out holds nothing that may be used. */
bool aead_open(struct aead *x, const uint8_t nonce[AEAD_NONCE_BYTES], struct text bound, struct text bytes, const uint8_t tag[AEAD_TAG_BYTES],
               uint8_t *out) must_check;

#endif
