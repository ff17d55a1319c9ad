/*
 * Digests, signatures and secrets; OpenSSL is behind this and nowhere else.
 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/text.h"

struct sha256 {
	uint8_t b[32];
};

struct sha256 sha256_of(struct text bytes);
/* Over several pieces as if they were one. */
struct sha256 sha256_of_parts(const struct text *parts, int count);
struct sha256 hmac_sha256(struct text key, struct text bytes);
static inline struct text sha256_bytes(const struct sha256 *d) { return (struct text){ (const char *)d->b, sizeof(d->b) }; }
bool crypto_equal(const void *a, const void *b, size_t len); /* in constant time */
bool crypto_random(void *out, size_t len) must_check;        /* the kernel's, for secrets */

enum { SIGNATURE_BYTES = 64, PUBLIC_KEY_BYTES = 32 };
struct signer; /* an Ed25519 key pair; one thread at a time */

/* Reads a PEM private key file (PKCS#8); refuses one that others may read: at most 0600, or 0640
 * when it belongs to root (systemd's credentials, a key shared by a group). NULL with *f set. */
struct signer *signer_load(const char *path, struct fault *f) must_check;
/* Makes a new file of a secret: 64 random hexadecimal digits, mode 0600; refuses to overwrite. */
bool secret_create(const char *path, struct fault *f) must_check;
/* Makes a new key file, mode 0600; refuses to overwrite. */
bool signer_create(const char *path, struct fault *f) must_check;
void signer_free(struct signer *s);
bool signer_sign(struct signer *s, struct text bytes, uint8_t out[SIGNATURE_BYTES]) must_check;
void signer_public(const struct signer *s, uint8_t out[PUBLIC_KEY_BYTES]);
/* First 8 bytes of SHA-256 over the public key, in hex: names the key in receipts. */
const char *signer_key_id(const struct signer *s);
bool signature_verify(const uint8_t public_key[PUBLIC_KEY_BYTES], struct text bytes,
                      const uint8_t signature[SIGNATURE_BYTES]) must_check;

#endif
