/* Certificates and their keys: what is read, what is refused, and that signatures hold only for what was signed. */
#include "signature_bench.h"

#include <string.h>

static struct signature_bench bench;
static struct bench_key rsa, sm2;

static int make_keys(void **state)
{
	(void)state;
	signature_bench_init(&bench);
	bench_key_make(&bench, &rsa, 2048, "00A1");
	bench_key_make(&bench, &sm2, 0, "03000000000CDE6F");
	return 0;
}

static int drop_keys(void **state)
{
	(void)state;
	bench_key_done(&rsa);
	bench_key_done(&sm2);
	signature_bench_done(&bench);
	return 0;
}

static void a_certificate_is_read_from_pem_and_der(void **state)
{
	const struct certificate *c, *all[] = { rsa.certificate, sm2.certificate };
	struct fault f = { 0 };
	char longer[4096];

	(void)state;
	assert_int_equal(rsa.certificate->key_kind, KEY_RSA);
	assert_int_equal(sm2.certificate->key_kind, KEY_SM2);
	assert_true(text_is(rsa.certificate->serial, "A1"));
	assert_true(text_is(sm2.certificate->serial, "03000000000CDE6F"));
	for (size_t i = 0; i < COUNTOF(all); i++) {
		struct sha256 sha256 = sha256_of(all[i]->der);

		assert_true(text_is(all[i]->subject, "CN=测试企业"));
		assert_int_equal(all[i]->not_before_us, BENCH_NOW_US - 5 * US_PER_DAY);
		assert_int_equal(all[i]->not_after_us, BENCH_NOW_US + 5 * US_PER_DAY);
		assert_memory_equal(&sha256, &all[i]->sha256, sizeof(sha256));
		c = certificate_read(&bench.arena, all[i]->der, &f); /* the PEM was read from the file */
		assert_non_null(c);
		assert_true(text_eq(c->der, all[i]->der) && text_eq(c->serial, all[i]->serial));
		/* DER is the certificate and not a byte more or less */
		memcpy(longer, all[i]->der.at, all[i]->der.len);
		longer[all[i]->der.len] = 0;
		assert_null(certificate_read(&bench.arena, (struct text){ longer, all[i]->der.len + 1 }, &(struct fault){ 0 }));
		assert_null(certificate_read(&bench.arena, (struct text){ longer, all[i]->der.len - 1 }, &(struct fault){ 0 }));
	}
}

static void what_is_no_certificate_is_refused(void **state)
{
	static const char *const texts[] = { "", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "0", "0\x82" };

	(void)state;
	for (size_t i = 0; i < COUNTOF(texts); i++) {
		struct fault f = { 0 };

		assert_null(certificate_read(&bench.arena, text_of(texts[i]), &f));
		assert_int_equal(f.code, FAULT_CONFIG);
	}
	struct fault f = { 0 };
	assert_null(certificate_load(&bench.arena, rsa.key_path, &f)); /* a key is none */
	assert_int_equal(f.code, FAULT_CONFIG);
	assert_non_null(strstr(f.text, rsa.key_path));
	f = (struct fault){ 0 };
	assert_null(certificate_load(&bench.arena, "/nowhere/x", &f));
	assert_non_null(strstr(f.text, "/nowhere/x"));
}

static void a_certificate_without_memory_is_none(void **state)
{
	const struct certificate *c = NULL;

	(void)state;
	for (long n = 1; n < 20 && c == NULL; n++) {
		struct fault f = { 0 };
		struct arena a;

		arena_init(&a, 1 << 20);
		arena_fail_nth(n);
		c = certificate_read(&a, sm2.certificate->der, &f);
		arena_fail_nth(0);
		assert_int_equal(f.code, c == NULL ? FAULT_BUSY : FAULT_NONE);
		arena_done(&a);
	}
	assert_non_null(c);
}

static void signatures_hold_for_what_was_signed(void **state)
{
	static const struct {
		struct bench_key *key, *other;
		enum sign_algorithm algorithm;
		size_t len;
	} cases[] = { { &rsa, &sm2, SIGN_RSA_SHA1, 256 }, { &rsa, &sm2, SIGN_RSA_SHA256, 256 }, { &sm2, &rsa, SIGN_SM2_SM3, 64 } };
	struct text bytes = TEXT("what is signed");

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++)
		for (int again = 0; again < 20; again++) { /* SM2's numbers are random, and begin with a zero byte now and then */
			uint8_t value[SIGNED_BYTES_MAX];
			struct text signature = { (const char *)value, 0 };

			assert_true(signing_key_sign(cases[i].key->key, cases[i].algorithm, bytes, value, &signature.len));
			assert_int_equal(signature.len, cases[i].len);
			assert_true(certificate_verify(cases[i].key->certificate, cases[i].algorithm, bytes, signature));
			assert_false(certificate_verify(cases[i].key->certificate, cases[i].algorithm, TEXT("what is signeD"), signature));
			assert_false(certificate_verify(cases[i].other->certificate, cases[i].algorithm, bytes, signature));
			value[again] ^= 1;
			assert_false(certificate_verify(cases[i].key->certificate, cases[i].algorithm, bytes, signature));
			value[again] ^= 1;
			signature.len--;
			assert_false(certificate_verify(cases[i].key->certificate, cases[i].algorithm, bytes, signature));
		}
	uint8_t value[SIGNED_BYTES_MAX] = { 0 };
	size_t len = 0;
	assert_false(signing_key_sign(rsa.key, SIGN_SM2_SM3, bytes, value, &len));
	assert_false(signing_key_sign(sm2.key, SIGN_RSA_SHA256, bytes, value, &len));
	/* numbers that no signature has */
	assert_false(certificate_verify(sm2.certificate, SIGN_SM2_SM3, bytes, (struct text){ (const char *)value, 64 }));
	memset(value, 0xff, sizeof(value));
	assert_false(certificate_verify(sm2.certificate, SIGN_SM2_SM3, bytes, (struct text){ (const char *)value, 64 }));
	assert_false(certificate_verify(rsa.certificate, SIGN_RSA_SHA256, bytes, (struct text){ (const char *)value, sizeof(value) }));
	assert_false(certificate_verify(rsa.certificate, SIGN_RSA_SHA256, bytes, (struct text){ NULL, 0 }));
}

static void keys_are_private_files_of_a_kind_we_know(void **state)
{
	EVP_PKEY *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), *p256 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), *kinds[] = { ed, p256 };
	struct fault f = { 0 };
	char path[128];

	(void)state;
	assert_true(signing_key_fits(rsa.key, rsa.certificate) && signing_key_fits(sm2.key, sm2.certificate));
	assert_false(signing_key_fits(rsa.key, sm2.certificate) || signing_key_fits(sm2.key, rsa.certificate));
	assert_int_equal(signing_key_kind(rsa.key), KEY_RSA);
	assert_int_equal(signing_key_kind(sm2.key), KEY_SM2);
	(void)snprintf(path, sizeof(path), "%s/%d.key", bench.directory, bench.key_count++); /* goes with the bench */
	for (size_t i = 0; i < COUNTOF(kinds); i++) {
		f = (struct fault){ 0 };
		bench_write_key(path, kinds[i]);
		assert_null(signing_key_load(path, &f));
		assert_int_equal(f.code, FAULT_CONFIG);
		EVP_PKEY_free(kinds[i]);
	}
	assert_int_equal(chmod(rsa.key_path, 0644), 0);
	f = (struct fault){ 0 };
	assert_null(signing_key_load(rsa.key_path, &f));
	assert_non_null(strstr(f.text, "0600"));
	assert_int_equal(chmod(rsa.key_path, 0600), 0);
	signing_key_free(NULL);
}

static void digests_are_those_of_the_standards(void **state)
{
	static const struct { enum digest_algorithm algorithm; const char *of_abc; } cases[] = { /* FIPS 180-4 and GB/T 32905 */
		{ DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ DIGEST_SM3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" },
	};
	struct digest digest;
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		assert_true(digest_of(cases[i].algorithm, TEXT("abc"), &digest));
		buf_init(&b, &bench.arena, 80);
		buf_hex(&b, digest.b, digest.len);
		assert_string_equal(b.at, cases[i].of_abc);
	}
}

static void names(void **state)
{
	enum sign_algorithm found = SIGN_ALGORITHM_COUNT;

	(void)state;
	for (enum sign_algorithm a = 0; a < SIGN_ALGORITHM_COUNT; a++) {
		assert_true(sign_algorithm_by_name(text_of(sign_algorithm_name(a)), &found));
		assert_int_equal(found, a);
	}
	assert_false(sign_algorithm_by_name(TEXT("RSA-SHA1"), &found));
	assert_true(certificate_serial_eq(TEXT("0a"), TEXT("A")) && certificate_serial_eq(TEXT("000"), TEXT("0")));
	assert_false(certificate_serial_eq(TEXT("A0"), TEXT("A")) || certificate_serial_eq(TEXT(""), TEXT("")) || certificate_serial_eq(TEXT(""), TEXT("0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_is_read_from_pem_and_der),
		cmocka_unit_test(what_is_no_certificate_is_refused),
		cmocka_unit_test(a_certificate_without_memory_is_none),
		cmocka_unit_test(signatures_hold_for_what_was_signed),
		cmocka_unit_test(keys_are_private_files_of_a_kind_we_know),
		cmocka_unit_test(digests_are_those_of_the_standards),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
