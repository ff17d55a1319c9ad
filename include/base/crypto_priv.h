/* What src/base/crypto.c and src/base/certificate.c share; nobody else includes it. */
#ifndef BASE_CRYPTO_PRIV_H
#define BASE_CRYPTO_PRIV_H

#include <sys/types.h>

#include "base/fault.h"

enum { KEY_FILE_BYTES_MAX = 8192 };

/* A private file's bytes, refused when others may read it; -1 with *f set. The caller wipes them. */
ssize_t crypto_read_key_file(const char *path, char out[KEY_FILE_BYTES_MAX], struct fault *f) must_check;
/* PEM callback: a key with a password is refused instead of asked for at a terminal that a daemon does not have. */
int crypto_no_password(char *to, int size, int writing, void *arg);

#endif
