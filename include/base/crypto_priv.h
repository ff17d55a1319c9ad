/* What src/base/crypto.c, certificate.c and public_key.c share; nobody else includes it. */
#ifndef BASE_CRYPTO_PRIV_H
#define BASE_CRYPTO_PRIV_H

#include <sys/types.h>

#include "base/fault.h"
#include "base/text.h"

#define CRYPTO_SM2_ID "1234567812345678"

enum { KEY_FILE_BYTES_MAX = 8192, CRYPTO_PAIR_BYTES = 64, CRYPTO_PAIR_DER_MAX = 80 };

/* A private file's bytes, refused when others may read it; -1 with *f set. The caller wipes them. */
ssize_t crypto_read_key_file(const char *path, char out[KEY_FILE_BYTES_MAX], struct fault *f) must_check;
/* PEM callback: a key with a password is refused instead of asked for at a terminal that a daemon does not have. */
int crypto_no_password(char *to, int size, int writing, void *arg);
/* r and s of 32 bytes each, one after the other -> DER; 0: they cannot be a signature's. */
size_t crypto_der_of_pair(struct text raw, unsigned char out[CRYPTO_PAIR_DER_MAX]);

#endif
