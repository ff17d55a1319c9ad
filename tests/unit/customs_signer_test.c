/* The key that signs messages to customs, from settings: what is taken, and what is refused with its reason. */
#include "signature_bench.h"

#include <string.h>

#include "customs_signer.h"

static struct signature_bench bench;
static struct bench_key rsa, sm2;

static int make_keys(void **state)
{
	(void)state;
	signature_bench_init(&bench);
	bench_key_make(&bench, &rsa, 2048, "01");
	bench_key_make(&bench, &sm2, 0, "02");
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

enum { AUTO, RSA_SHA1, RSA_SHA256, SM2_SM3 }; /* the words of customs.algorithm */

static bool open_signer(const char *key, const char *certificate, int algorithm, struct customs_signer **out, struct fault *f)
{
	const struct config c = { .customs = { .signing_key = key, .certificate = certificate, .algorithm = algorithm } };

	*f = (struct fault){ 0 };
	return customs_signer_open(&c, out, f);
}

static void no_key_is_no_signer(void **state)
{
	struct customs_signer *s;
	struct fault f;

	(void)state;
	assert_true(open_signer("", "", AUTO, &s, &f));
	assert_null(s);
	assert_null(customs_signer_get(s));
	customs_signer_close(s);
}

static void the_key_chooses_unless_told(void **state)
{
	static const struct { struct bench_key *key; int setting; enum sign_algorithm algorithm; } cases[] = {
		{ &rsa, AUTO, SIGN_RSA_SHA256 }, { &rsa, RSA_SHA1, SIGN_RSA_SHA1 }, { &rsa, RSA_SHA256, SIGN_RSA_SHA256 },
		{ &sm2, AUTO, SIGN_SM2_SM3 },    { &sm2, SM2_SM3, SIGN_SM2_SM3 },
	};
	struct customs_signer *s;
	struct fault f;

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		if (!open_signer(cases[i].key->key_path, cases[i].key->certificate_path, cases[i].setting, &s, &f))
			fail_msg("case %zu: %s", i, f.text);
		assert_int_equal(customs_signer_get(s)->algorithm, cases[i].algorithm);
		assert_int_equal(customs_signer_expires_us(s), cases[i].key->certificate->not_after_us);
		customs_signer_close(s);
	}
}

static void what_does_not_fit_is_refused(void **state)
{
	const struct { const char *key, *certificate; int setting; const char *says; } cases[] = {
		{ rsa.key_path, sm2.certificate_path, AUTO, "another key" },
		{ sm2.key_path, sm2.certificate_path, RSA_SHA256, "cannot sign with rsa-sha256" },
		{ rsa.key_path, rsa.certificate_path, SM2_SM3, "cannot sign with sm2-sm3" },
		{ "/nowhere/key", rsa.certificate_path, AUTO, "/nowhere/key" },
		{ rsa.key_path, "/nowhere/certificate", AUTO, "/nowhere/certificate" },
		{ rsa.certificate_path, rsa.certificate_path, AUTO, "0600" }, /* no private file, and no key either */
		{ "credential:none", rsa.certificate_path, AUTO, "credential:none" },
	};
	struct customs_signer *s;
	struct fault f;

	(void)state;
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		assert_false(open_signer(cases[i].key, cases[i].certificate, cases[i].setting, &s, &f));
		assert_null(s);
		if (strstr(f.text, cases[i].says) == NULL)
			fail_msg("case %zu: \"%s\" says nothing of \"%s\"", i, f.text, cases[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_is_no_signer),
		cmocka_unit_test(the_key_chooses_unless_told),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
