/*
 * Certificates and keys over OpenSSL's EVP.
 *
 * X.509 is decoded once when a certificate is read; its key is immutable afterwards and tied to the arena. A signing key
 * keeps a context that has been started with its algorithm: each signature works on a copy, which costs less than a start.
 * Errors of OpenSSL are cleared, never left in the thread's queue.
 */
#include "base/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "base/crypto_priv.h"

enum { SM2_NUMBER_BYTES = CRYPTO_PAIR_BYTES / 2 };

struct signing_key {
	EVP_PKEY *key;
	enum key_kind kind;
	EVP_MD_CTX *started[SIGN_ALGORITHM_COUNT]; /* NULL until first used */
};

static const struct {
	const char *name, *digest;
	enum key_kind key;
} algorithms[SIGN_ALGORITHM_COUNT] = {
	[SIGN_RSA_SHA1] = { "rsa-sha1", "SHA1", KEY_RSA },
	[SIGN_RSA_SHA256] = { "rsa-sha256", "SHA256", KEY_RSA },
	[SIGN_SM2_SM3] = { "sm2-sm3", "SM3", KEY_SM2 },
};

const char *sign_algorithm_name(enum sign_algorithm a)
{
	return algorithms[a].name;
}

bool sign_algorithm_by_name(struct text name, enum sign_algorithm *out)
{
	for (enum sign_algorithm a = 0; a < SIGN_ALGORITHM_COUNT; a++) {
		if (!text_is(name, algorithms[a].name))
			continue;
		*out = a;
		return true;
	}
	return false;
}

enum key_kind sign_algorithm_key(enum sign_algorithm a)
{
	return algorithms[a].key;
}

bool digest_of(enum digest_algorithm a, struct text bytes, struct digest *out)
{
	static const char *const names[DIGEST_ALGORITHM_COUNT] = { [DIGEST_SHA1] = "SHA1", [DIGEST_SHA256] = "SHA256", [DIGEST_SM3] = "SM3", [DIGEST_SHA512] = "SHA512" };
	size_t len = 0;

	if (EVP_Q_digest(NULL, names[a], NULL, bytes.at, bytes.len, out->b, &len) != 1) {
		ERR_clear_error();
		return false;
	}
	out->len = len;
	return true;
}

static enum key_kind kind_of(const EVP_PKEY *key)
{
	if (EVP_PKEY_is_a(key, "RSA"))
		return KEY_RSA;
	return EVP_PKEY_is_a(key, "SM2") ? KEY_SM2 : KEY_OTHER;
}

/* ---- reading a certificate ---- */

static X509 *decode(struct text bytes)
{
	const unsigned char *at = (const unsigned char *)bytes.at;
	X509 *x = NULL;
	BIO *bio;

	if (bytes.len > 0 && at[0] == 0x30) { /* DER begins so, and is the certificate and nothing else */
		x = d2i_X509(NULL, &at, (long)bytes.len);
		if (x != NULL && at != (const unsigned char *)bytes.at + bytes.len) {
			X509_free(x);
			x = NULL;
		}
	} else if (bytes.len > 0 && (bio = BIO_new_mem_buf(bytes.at, (int)bytes.len)) != NULL) {
		x = PEM_read_bio_X509(bio, NULL, crypto_no_password, NULL);
		BIO_free(bio);
	}
	ERR_clear_error();
	return x;
}

static bool time_of(const ASN1_TIME *t, int64_t *out_us)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out_us = (int64_t)timegm(&tm) * US_PER_S;
	return true;
}

static struct text serial_of(struct arena *a, const X509 *x)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char *hex = number == NULL ? NULL : BN_bn2hex(number);
	struct text serial = { NULL, 0 };

	if (hex != NULL)
		serial = text_dup(a, text_of(hex));
	OPENSSL_free(hex);
	BN_free(number);
	return serial;
}

static struct text subject_of(struct arena *a, const X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct text subject = { NULL, 0 };
	char *at = NULL;
	long len;

	if (bio != NULL && X509_NAME_print_ex(bio, X509_get_subject_name(x), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		len = BIO_get_mem_data(bio, &at);
		subject = text_dup(a, len <= 0 ? TEXT("") : (struct text){ at, (size_t)len });
		if (subject.at != NULL && text_utf8_length(subject) < 0)
			subject = TEXT("(unreadable)");
	}
	BIO_free(bio);
	return subject;
}

static struct text der_of(struct arena *a, X509 *x)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	struct text out = { NULL, 0 };

	if (len > 0)
		out = text_dup(a, (struct text){ (const char *)der, (size_t)len });
	OPENSSL_free(der);
	return out;
}

static void free_key(void *key)
{
	EVP_PKEY_free(key);
}

static bool fill(struct arena *a, X509 *x, struct certificate *c, struct fault *f)
{
	EVP_PKEY *key = X509_get_pubkey(x);

	if (key == NULL || !time_of(X509_get0_notBefore(x), &c->not_before_us) || !time_of(X509_get0_notAfter(x), &c->not_after_us)) {
		EVP_PKEY_free(key);
		return fault_set(f, FAULT_CONFIG, "the certificate's key or dates cannot be read");
	}
	if (!arena_defer(a, free_key, key)) {
		EVP_PKEY_free(key);
		return fault_set(f, FAULT_BUSY, "no memory for the certificate");
	}
	c->key = key;
	c->key_kind = kind_of(key);
	c->der = der_of(a, x);
	c->serial = serial_of(a, x);
	c->subject = subject_of(a, x);
	if (c->der.at == NULL || c->serial.at == NULL || c->subject.at == NULL)
		return fault_set(f, FAULT_BUSY, "no memory for the certificate");
	c->sha256 = sha256_of(c->der);
	return true;
}

const struct certificate *certificate_read(struct arena *a, struct text bytes, struct fault *f)
{
	struct certificate *c = arena_zalloc(a, sizeof(*c));
	X509 *x = bytes.len > CERTIFICATE_BYTES_MAX ? NULL : decode(bytes);
	bool good;

	if (x == NULL || c == NULL) {
		X509_free(x);
		(void)fault_set(f, c == NULL ? FAULT_BUSY : FAULT_CONFIG, c == NULL ? "no memory for the certificate" : "not an X.509 certificate");
		return NULL;
	}
	good = fill(a, x, c, f);
	X509_free(x);
	ERR_clear_error();
	return good ? c : NULL;
}

const struct certificate *certificate_load(struct arena *a, const char *path, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char bytes[CERTIFICATE_BYTES_MAX + 1];
	const struct certificate *c;
	struct fault why = { 0 };
	ssize_t len;

	if (fd < 0) {
		(void)fault_set(f, errno == EACCES ? FAULT_FORBIDDEN : FAULT_CONFIG, "%s: %s", path, strerror(errno));
		return NULL;
	}
	len = read(fd, bytes, sizeof(bytes));
	(void)close(fd);
	c = len < 0 ? NULL : certificate_read(a, (struct text){ bytes, (size_t)len }, &why);
	if (c == NULL)
		(void)fault_set(f, why.code == FAULT_NONE ? FAULT_CONFIG : why.code, "%s: %s", path, why.code == FAULT_NONE ? "cannot be read" : why.text);
	return c;
}

bool certificate_serial_eq(struct text a, struct text b)
{
	while (a.len > 1 && a.at[0] == '0')
		a = (struct text){ a.at + 1, a.len - 1 };
	while (b.len > 1 && b.at[0] == '0')
		b = (struct text){ b.at + 1, b.len - 1 };
	return a.len > 0 && text_eq_nocase(a, b);
}

/* ---- signatures ---- */

/* SM2 signs under an id, which OpenSSL 3.0 takes only once the context is started. */
static bool set_id(EVP_PKEY_CTX *context, enum sign_algorithm a)
{
	return algorithms[a].key != KEY_SM2 || EVP_PKEY_CTX_set1_id(context, CRYPTO_SM2_ID, sizeof(CRYPTO_SM2_ID) - 1) == 1;
}

size_t crypto_der_of_pair(struct text raw, unsigned char out[CRYPTO_PAIR_DER_MAX])
{
	const unsigned char *at = (const unsigned char *)raw.at;
	ECDSA_SIG *pair = raw.len == 2 * SM2_NUMBER_BYTES ? ECDSA_SIG_new() : NULL;
	BIGNUM *r = pair == NULL ? NULL : BN_bin2bn(at, SM2_NUMBER_BYTES, NULL);
	BIGNUM *s = pair == NULL ? NULL : BN_bin2bn(at + SM2_NUMBER_BYTES, SM2_NUMBER_BYTES, NULL);
	int len = 0;

	if (r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
		len = i2d_ECDSA_SIG(pair, &out); /* at most 72 bytes */
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(pair);
	return len > 0 ? (size_t)len : 0;
}

static bool raw_of_der(const unsigned char *der, size_t len, uint8_t out[2 * SM2_NUMBER_BYTES])
{
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool good = pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, SM2_NUMBER_BYTES) == SM2_NUMBER_BYTES &&
	            BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + SM2_NUMBER_BYTES, SM2_NUMBER_BYTES) == SM2_NUMBER_BYTES;

	ECDSA_SIG_free(pair);
	return good;
}

bool certificate_verify(const struct certificate *c, enum sign_algorithm a, struct text bytes, struct text signature)
{
	unsigned char der[CRYPTO_PAIR_DER_MAX];
	EVP_PKEY_CTX *inner;
	EVP_MD_CTX *context;
	bool is_good;

	if (c->key_kind != algorithms[a].key || signature.len > SIGNED_BYTES_MAX)
		return false;
	if (c->key_kind == KEY_SM2) {
		signature = (struct text){ (const char *)der, crypto_der_of_pair(signature, der) };
		if (signature.len == 0)
			return false;
	}
	context = EVP_MD_CTX_new();
	is_good = context != NULL && EVP_DigestVerifyInit_ex(context, &inner, algorithms[a].digest, NULL, NULL, c->key, NULL) == 1 &&
	          set_id(inner, a) &&
	          EVP_DigestVerify(context, (const unsigned char *)signature.at, signature.len, (const unsigned char *)bytes.at, bytes.len) == 1;
	EVP_MD_CTX_free(context);
	if (!is_good)
		ERR_clear_error();
	return is_good;
}

static EVP_PKEY *key_of_pem(const char *pem, int len)
{
	BIO *bio = BIO_new_mem_buf(pem, len);
	EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, crypto_no_password, NULL);

	BIO_free(bio);
	if (key != NULL && kind_of(key) == KEY_OTHER) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

struct signing_key *signing_key_load(const char *path, struct fault *f)
{
	char pem[KEY_FILE_BYTES_MAX];
	ssize_t len = crypto_read_key_file(path, pem, f);
	struct signing_key *k;
	EVP_PKEY *key;

	if (len < 0)
		return NULL;
	key = key_of_pem(pem, (int)len);
	OPENSSL_cleanse(pem, sizeof(pem));
	if (key == NULL) {
		(void)fault_set(f, FAULT_CONFIG, "%s: no RSA or SM2 private key in PEM without password", path);
		return NULL;
	}
	k = calloc(1, sizeof(*k));
	if (k == NULL) {
		EVP_PKEY_free(key);
		(void)fault_set(f, FAULT_SYSTEM, "%s: no memory for the key", path);
		return NULL;
	}
	k->key = key;
	k->kind = kind_of(key);
	return k;
}

void signing_key_free(struct signing_key *k)
{
	if (k == NULL)
		return;
	for (int a = 0; a < SIGN_ALGORITHM_COUNT; a++)
		EVP_MD_CTX_free(k->started[a]);
	EVP_PKEY_free(k->key);
	free(k);
}

enum key_kind signing_key_kind(const struct signing_key *k)
{
	return k->kind;
}

bool signing_key_fits(const struct signing_key *k, const struct certificate *c)
{
	bool fits = EVP_PKEY_eq(k->key, c->key) == 1;

	ERR_clear_error();
	return fits;
}

static EVP_MD_CTX *started(struct signing_key *k, enum sign_algorithm a)
{
	EVP_PKEY_CTX *inner;
	EVP_MD_CTX *context;

	if (k->started[a] != NULL)
		return k->started[a];
	context = EVP_MD_CTX_new();
	if (context == NULL || EVP_DigestSignInit_ex(context, &inner, algorithms[a].digest, NULL, NULL, k->key, NULL) != 1 ||
	    !set_id(inner, a)) {
		EVP_MD_CTX_free(context);
		return NULL;
	}
	k->started[a] = context;
	return context;
}

bool signing_key_sign(struct signing_key *k, enum sign_algorithm a, struct text bytes, uint8_t out[SIGNED_BYTES_MAX], size_t *len)
{
	EVP_MD_CTX *from = k->kind == algorithms[a].key ? started(k, a) : NULL, *context = from == NULL ? NULL : EVP_MD_CTX_new();
	unsigned char signature[SIGNED_BYTES_MAX];
	size_t made = sizeof(signature);
	bool good = context != NULL && EVP_MD_CTX_copy_ex(context, from) == 1 &&
	            EVP_DigestSign(context, signature, &made, (const unsigned char *)bytes.at, bytes.len) == 1;

	EVP_MD_CTX_free(context);
	if (good && k->kind == KEY_SM2) {
		good = raw_of_der(signature, made, out);
		*len = 2 * SM2_NUMBER_BYTES;
	} else if (good) {
		memcpy(out, signature, made);
		*len = made;
	}
	if (!good)
		ERR_clear_error();
	return good;
}
