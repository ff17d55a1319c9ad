/* Each direction keeps a context with its key schedule: a blob costs setting the nonce, not expanding the key. */
#include "base/aead.h"

#include <limits.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>

struct aead {
	EVP_CIPHER_CTX *sealing, *opening;
};

static bool prepare(struct aead *x, const uint8_t key[AEAD_KEY_BYTES])
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	bool good;

	x->sealing = EVP_CIPHER_CTX_new();
	x->opening = EVP_CIPHER_CTX_new();
	good = cipher != NULL && x->sealing != NULL && x->opening != NULL && EVP_EncryptInit_ex2(x->sealing, cipher, key, NULL, NULL) == 1 &&
	       EVP_DecryptInit_ex2(x->opening, cipher, key, NULL, NULL) == 1;
	EVP_CIPHER_free(cipher); /* the contexts hold it */
	return good;
}

struct aead *aead_new(const uint8_t key[AEAD_KEY_BYTES])
{
	struct aead *x = calloc(1, sizeof(*x));

	if (x != NULL && !prepare(x, key)) {
		ERR_clear_error();
		aead_free(x);
		x = NULL;
	}
	return x;
}

void aead_free(struct aead *x)
{
	if (x == NULL)
		return;
	EVP_CIPHER_CTX_free(x->sealing);
	EVP_CIPHER_CTX_free(x->opening);
	free(x);
}

static const unsigned char *bytes_of(struct text t)
{
	return (const unsigned char *)t.at;
}

bool aead_seal(struct aead *x, const uint8_t nonce[AEAD_NONCE_BYTES], struct text bound, struct text bytes, uint8_t *out,
               uint8_t tag[AEAD_TAG_BYTES])
{
	int len;
	bool good;

	if (bytes.len > INT_MAX || bound.len > INT_MAX)
		return false;
	good = EVP_EncryptInit_ex2(x->sealing, NULL, NULL, nonce, NULL) == 1 &&
	       EVP_EncryptUpdate(x->sealing, NULL, &len, bytes_of(bound), (int)bound.len) == 1 &&
	       EVP_EncryptUpdate(x->sealing, out, &len, bytes_of(bytes), (int)bytes.len) == 1 && (size_t)len == bytes.len &&
	       EVP_EncryptFinal_ex(x->sealing, out + len, &len) == 1 &&
	       EVP_CIPHER_CTX_ctrl(x->sealing, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_BYTES, tag) == 1;
	if (!good)
		ERR_clear_error();
	return good;
}

bool aead_open(struct aead *x, const uint8_t nonce[AEAD_NONCE_BYTES], struct text bound, struct text bytes, const uint8_t tag[AEAD_TAG_BYTES],
               uint8_t *out)
{
	uint8_t expected[AEAD_TAG_BYTES]; /* OpenSSL wants it writable */
	int len;
	bool good;

	if (bytes.len > INT_MAX || bound.len > INT_MAX)
		return false;
	memcpy(expected, tag, sizeof(expected));
	good = EVP_DecryptInit_ex2(x->opening, NULL, NULL, nonce, NULL) == 1 &&
	       EVP_DecryptUpdate(x->opening, NULL, &len, bytes_of(bound), (int)bound.len) == 1 &&
	       EVP_DecryptUpdate(x->opening, out, &len, bytes_of(bytes), (int)bytes.len) == 1 && (size_t)len == bytes.len &&
	       EVP_CIPHER_CTX_ctrl(x->opening, EVP_CTRL_AEAD_SET_TAG, sizeof(expected), expected) == 1 &&
	       EVP_DecryptFinal_ex(x->opening, out + len, &len) == 1;
	if (!good)
		ERR_clear_error();
	return good;
}
