/*
 * X.509 certificates, and the RSA and SM2 keys that belong to them, as signed customs messages use them; OpenSSL
 * stays behind this.
 *
 * SM2 signatures are raw: r and s of 32 bytes each, one after the other. The signer's distinguishing id in SM2 is
 * the usual 1234567812345678. RSA is PKCS #1 v1.5.
 */
#ifndef BASE_CERTIFICATE_H
#define BASE_CERTIFICATE_H

#include "base/crypto.h"

enum digest_algorithm { DIGEST_SHA1, DIGEST_SHA256, DIGEST_SM3, DIGEST_SHA512, DIGEST_ALGORITHM_COUNT };
enum sign_algorithm { SIGN_RSA_SHA1, SIGN_RSA_SHA256, SIGN_SM2_SM3, SIGN_ALGORITHM_COUNT };
enum key_kind { KEY_RSA, KEY_SM2, KEY_OTHER };

enum { DIGEST_BYTES_MAX = 64, SIGNED_BYTES_MAX = 1024, CERTIFICATE_BYTES_MAX = 16384 };

struct digest {
	uint8_t b[DIGEST_BYTES_MAX];
	size_t len;
};
/* False: no memory. */
bool digest_of(enum digest_algorithm a, struct text bytes, struct digest *out) must_check;

const char *sign_algorithm_name(enum sign_algorithm a); /* "rsa-sha256" … */
bool sign_algorithm_by_name(struct text name, enum sign_algorithm *out) must_check;
enum key_kind sign_algorithm_key(enum sign_algorithm a); /* the kind of key that it takes */

struct certificate { /* lives in the arena that it was read into; never changes */
	struct text der;
	struct sha256 sha256;   /* over the DER: names it everywhere */
	struct text serial;     /* hex, capitals, two digits a byte */
	struct text subject;    /* RFC 4514, UTF-8 */
	int64_t not_before_us, not_after_us;
	enum key_kind key_kind;
	struct evp_pkey_st *key;
};

/* One certificate in PEM or DER. NULL: FAULT_CONFIG with what is wrong, FAULT_BUSY when the arena is full. */
const struct certificate *certificate_read(struct arena *a, struct text bytes, struct fault *f) must_check;
/* The same from a file; any user may read it, it is public. */
const struct certificate *certificate_load(struct arena *a, const char *path, struct fault *f) must_check;
/* Is it a signature over the bytes by this certificate's key? False also when the algorithm wants another kind of key. */
bool certificate_verify(const struct certificate *c, enum sign_algorithm a, struct text bytes, struct text signature) must_check;
/* Do these two serials name the same number? Leading zeros and the case of letters do not count. */
bool certificate_serial_eq(struct text a, struct text b);

struct signing_key; /* one thread at a time */

/* A PEM private key (RSA, or SM2 on its curve), without password; refused when others may read the file. NULL: *f. */
struct signing_key *signing_key_load(const char *path, struct fault *f) must_check;
void signing_key_free(struct signing_key *k);
enum key_kind signing_key_kind(const struct signing_key *k);
/* Is it the private half of the certificate's key? */
bool signing_key_fits(const struct signing_key *k, const struct certificate *c);
/* Needs an algorithm of the key's kind. False: it could not be made. */
bool signing_key_sign(struct signing_key *k, enum sign_algorithm a, struct text bytes, uint8_t out[SIGNED_BYTES_MAX],
                      size_t *len) must_check;

#endif
