/*
 * Keys and certificates for tests, made anew for each run with OpenSSL itself: what the house reads was not written by it.
 * They lie as PEM files in a directory of their own, since the house reads keys from files only.
 */
#ifndef TESTS_SIGNATURE_BENCH_H
#define TESTS_SIGNATURE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "standard/xmldsig.h"

#define BENCH_NOW_US (INT64_C(1772417472) * US_PER_S) /* 2026-03-02T10:11:12+08:00 */

struct bench_key {
	char key_path[128], certificate_path[128];
	const struct certificate *certificate;
	struct signing_key *key;
	struct bound_certificate bound;
};

struct signature_bench {
	struct arena arena; /* of the bench; tests empty their own */
	char directory[64];
	int key_count;
};

static inline void signature_bench_init(struct signature_bench *b)
{
	*b = (struct signature_bench){ .key_count = 0 };
	arena_init(&b->arena, 64 << 20);
	(void)snprintf(b->directory, sizeof(b->directory), "/tmp/tongguan-signature-XXXXXX");
	assert_non_null(mkdtemp(b->directory));
}

static inline void signature_bench_done(struct signature_bench *b)
{
	char path[128];

	for (int i = 0; i < b->key_count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%d.key", b->directory, i);
		(void)unlink(path);
		(void)snprintf(path, sizeof(path), "%s/%d.pem", b->directory, i);
		(void)unlink(path);
	}
	(void)rmdir(b->directory);
	arena_done(&b->arena);
}

/* Self-signed, valid for ten days around the bench's now; serial_hex may be of up to 20 bytes. */
static inline X509 *bench_x509(EVP_PKEY *key, const char *serial_hex, const EVP_MD *digest)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_NAME_new();
	BIGNUM *serial = NULL;

	assert_true(BN_hex2bn(&serial, serial_hex) > 0);
	assert_true(X509_set_version(x, 2) == 1 && BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x)) != NULL);
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"测试企业", -1, -1, 0), 1);
	assert_true(X509_set_subject_name(x, name) == 1 && X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, key) == 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x), BENCH_NOW_US / US_PER_S - 5 * 86400));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x), BENCH_NOW_US / US_PER_S + 5 * 86400));
	assert_true(X509_sign(x, key, digest) > 0);
	X509_NAME_free(name);
	BN_free(serial);
	return x;
}

static inline void bench_write_key(const char *path, EVP_PKEY *key)
{
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_int_equal(fchmod(fileno(out), 0600), 0);
	assert_int_equal(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(out), 0);
}

/* bits 0: SM2. */
static inline void bench_key_make(struct signature_bench *b, struct bench_key *k, size_t bits, const char *serial_hex)
{
	EVP_PKEY *key = bits == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "SM2") : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
	struct fault f = { 0 };
	FILE *out;
	X509 *x;

	assert_non_null(key);
	(void)snprintf(k->key_path, sizeof(k->key_path), "%s/%d.key", b->directory, b->key_count);
	(void)snprintf(k->certificate_path, sizeof(k->certificate_path), "%s/%d.pem", b->directory, b->key_count++);
	bench_write_key(k->key_path, key);
	x = bench_x509(key, serial_hex, bits == 0 ? EVP_sm3() : EVP_sha256());
	out = fopen(k->certificate_path, "we");
	assert_non_null(out);
	assert_int_equal(PEM_write_X509(out, x), 1);
	assert_int_equal(fclose(out), 0);
	X509_free(x);
	EVP_PKEY_free(key);
	k->certificate = certificate_load(&b->arena, k->certificate_path, &f);
	k->key = signing_key_load(k->key_path, &f);
	if (k->certificate == NULL || k->key == NULL)
		fail_msg("%s", f.text);
	k->bound = (struct bound_certificate){ k->certificate->sha256, k->certificate->der, k->certificate->serial, k->certificate->not_before_us,
		                               k->certificate->not_after_us };
}

static inline void bench_key_done(struct bench_key *k)
{
	signing_key_free(k->key);
}

#endif
