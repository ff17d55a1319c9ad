#include "base/public_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/crypto_priv.h"

static const struct {
	const char *algorithm, *digest; /* NULL: the algorithm has its own */
} kinds[PUBLIC_KEY_KIND_COUNT] = {
	[PUBLIC_KEY_ED25519] = { "ed25519", NULL },
	[PUBLIC_KEY_P256] = { "ecdsa-p256-sha256", "SHA256" },
	[PUBLIC_KEY_SM2] = { "sm2-sm3", "SM3" },
};

const char *public_key_algorithm(enum public_key_kind k)
{
	return kinds[k].algorithm;
}

static bool kind_of(const EVP_PKEY *key, enum public_key_kind *out)
{
	char group[32];
	size_t len;

	if (EVP_PKEY_is_a(key, "ED25519"))
		*out = PUBLIC_KEY_ED25519;
	else if (EVP_PKEY_is_a(key, "SM2"))
		*out = PUBLIC_KEY_SM2;
	else if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1 && strcmp(group, "prime256v1") == 0)
		*out = PUBLIC_KEY_P256;
	else
		return false;
	return true;
}

static EVP_PKEY *decode(struct text bytes)
{
	const unsigned char *at = (const unsigned char *)bytes.at;
	EVP_PKEY *key = NULL;
	BIO *bio;

	if (bytes.len > 0 && at[0] == 0x30) { /* DER begins so, and is the key and nothing else */
		key = d2i_PUBKEY(NULL, &at, (long)bytes.len);
		if (key != NULL && at != (const unsigned char *)bytes.at + bytes.len) {
			EVP_PKEY_free(key);
			key = NULL;
		}
	} else if (bytes.len > 0 && (bio = BIO_new_mem_buf(bytes.at, (int)bytes.len)) != NULL) {
		key = PEM_read_bio_PUBKEY(bio, NULL, crypto_no_password, NULL);
		BIO_free(bio);
	}
	ERR_clear_error();
	return key;
}

static void free_key(void *key)
{
	EVP_PKEY_free(key);
}

/* Written anew: the same key has the same id, however it was sent. */
static bool put_der(struct arena *a, struct public_key *k)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(k->key, &der);
	struct sha256 digest;

	if (len > 0 && len <= PUBLIC_KEY_DER_MAX)
		k->der = text_dup(a, (struct text){ (const char *)der, (size_t)len });
	OPENSSL_free(der);
	if (k->der.at == NULL)
		return false;
	digest = sha256_of(k->der);
	for (int i = 0; i < PUBLIC_KEY_ID_BYTES / 2; i++) {
		k->id[2 * i] = digits[digest.b[i] >> 4];
		k->id[2 * i + 1] = digits[digest.b[i] & 15];
	}
	return true;
}

const struct public_key *public_key_read(struct arena *a, struct text bytes, struct fault *f)
{
	struct public_key *k = arena_zalloc(a, sizeof(*k));
	EVP_PKEY *key = bytes.len > 4 * PUBLIC_KEY_DER_MAX ? NULL : decode(bytes);

	if (k == NULL || key == NULL) {
		EVP_PKEY_free(key);
		(void)fault_set(f, k == NULL ? FAULT_BUSY : FAULT_BAD_REQUEST, k == NULL ? "no memory for the key" : "no public key in PEM or DER (SubjectPublicKeyInfo)");
		return NULL;
	}
	if (!kind_of(key, &k->kind)) {
		EVP_PKEY_free(key);
		(void)fault_set(f, FAULT_BAD_REQUEST, "a key is Ed25519, of the curve P-256, or SM2");
		return NULL;
	}
	if (!arena_defer(a, free_key, key)) {
		EVP_PKEY_free(key);
		(void)fault_set(f, FAULT_BUSY, "no memory for the key");
		return NULL;
	}
	k->key = key;
	if (put_der(a, k))
		return k;
	(void)fault_set(f, FAULT_BUSY, "no memory for the key");
	return NULL;
}

bool public_key_verify(const struct public_key *k, struct text bytes, struct text signature)
{
	unsigned char der[CRYPTO_PAIR_DER_MAX];
	EVP_PKEY_CTX *inner;
	EVP_MD_CTX *context;
	bool is_good;

	if (k->kind != PUBLIC_KEY_ED25519) {
		signature = (struct text){ (const char *)der, crypto_der_of_pair(signature, der) };
		if (signature.len == 0)
			return false;
	}
	context = EVP_MD_CTX_new();
	is_good = context != NULL && EVP_DigestVerifyInit_ex(context, &inner, kinds[k->kind].digest, NULL, NULL, k->key, NULL) == 1 &&
	          (k->kind != PUBLIC_KEY_SM2 || EVP_PKEY_CTX_set1_id(inner, CRYPTO_SM2_ID, sizeof(CRYPTO_SM2_ID) - 1) == 1) &&
	          EVP_DigestVerify(context, (const unsigned char *)signature.at, signature.len, (const unsigned char *)bytes.at, bytes.len) == 1;
	EVP_MD_CTX_free(context);
	if (!is_good)
		ERR_clear_error();
	return is_good;
}
