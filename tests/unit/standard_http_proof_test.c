/* Signatures that come in: the vectors of RFC 9421, appendix B.2 (those with elliptic curves), SM2 as in GB/T 32918.5, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/public_key.h"
#include "standard/content_digest.h"
#include "standard/http_proof.h"

#define PEM(base64) "-----BEGIN PUBLIC KEY-----\n" base64 "\n-----END PUBLIC KEY-----\n"
#define ED25519 PEM("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
#define P256    PEM("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf\nw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==")
#define RSA     PEM("MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANDiE2+Xi/WnO+s120NiiJhNyIButVu6zxqlVzz0wy2j4kQVUC4ZRZD80IY+4wIiX2YxKBZKGnd2TtPkcJ/ljkUCAwEAAQ==")

struct part {
	const char *name, *value;
};

static const struct part request[] = {
	{ "@method", "POST" }, { "@path", "/foo" }, { "@authority", "example.com" }, { "date", "Tue, 20 Apr 2021 02:07:55 GMT" },
	{ "content-type", "application/json" }, { "content-length", "18" }, { NULL, NULL },
};
static const struct part response[] = {
	{ "@status", "200" }, { "content-type", "application/json" }, { "content-length", "23" },
	{ "content-digest", "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:" }, { NULL, NULL },
};

static struct text value_of(void *arg, struct text name)
{
	for (const struct part *p = arg; p->name != NULL; p++)
		if (text_is(name, p->name))
			return text_of(p->value);
	return (struct text){ NULL, 0 };
}

struct vector {
	const char *key;
	const struct part *parts;
	const char *input, *signature;
};

/* The tag is ours: it is not among what was signed, so the parameters are put without it. */
static bool verifies(struct arena *a, const struct vector *v)
{
	const struct public_key *key;
	struct http_proof proof = { .input = NULL };
	struct sf_list inputs, signatures;
	struct fault f = { 0 };
	struct buf base;

	key = public_key_read(a, text_of(v->key), &f);
	assert_non_null(key);
	assert_true(sf_read_dictionary(a, text_of(v->input), &inputs) && sf_read_dictionary(a, text_of(v->signature), &signatures));
	proof.input = &inputs.list[0];
	buf_init(&base, a, 512);
	assert_true(http_proof_put_base(&base, &proof, value_of, (void *)(uintptr_t)v->parts, &f));
	return public_key_verify(key, buf_as_text(&base), signatures.list[0].bare.text);
}

static void the_vectors_of_the_rfc(void **state)
{
	static const struct vector b_2_4 = {
		P256, response, "sig-b24=(\"@status\" \"content-type\" \"content-digest\" \"content-length\");created=1618884473;keyid=\"test-key-ecc-p256\"",
		"sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:",
	};
	static const struct vector b_2_6 = {
		ED25519, request,
		"sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"",
		"sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
	};
	struct vector other = b_2_6;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 16);
	assert_true(verifies(&a, &b_2_4));
	assert_true(verifies(&a, &b_2_6));
	other.key = P256;
	assert_false(verifies(&a, &other));
	other = b_2_6;
	other.signature = "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRAA==:";
	assert_false(verifies(&a, &other));
	other.signature = "sig-b26=::";
	assert_false(verifies(&a, &other));
	other = b_2_4;
	other.signature = "sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiaAA==:";
	assert_false(verifies(&a, &other));
	arena_done(&a);
}

static size_t from_hex(const char *hex, char *out, size_t size)
{
	long len = hex_decode(text_of(hex), out, size);

	assert_true(len > 0);
	return (size_t)len;
}

static void sm2_as_in_the_standard(void **state)
{
	static const char spki[] = "3059301306072A8648CE3D020106082A811CCF5501822D03420004"
	                           "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
	                           "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
	static const char pair[] = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
	                           "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";
	char der[128], signature[64];
	const struct public_key *key;
	struct fault f = { 0 };
	struct arena a;
	size_t len;

	(void)state;
	arena_init(&a, 1 << 16);
	len = from_hex(spki, der, sizeof(der));
	key = public_key_read(&a, (struct text){ der, len }, &f);
	assert_non_null(key);
	assert_int_equal(key->kind, PUBLIC_KEY_SM2);
	assert_int_equal(from_hex(pair, signature, sizeof(signature)), 64);
	assert_true(public_key_verify(key, TEXT("message digest"), (struct text){ signature, 64 }));
	assert_false(public_key_verify(key, TEXT("message digesT"), (struct text){ signature, 64 }));
	assert_false(public_key_verify(key, TEXT("message digest"), (struct text){ signature, 63 }));
	arena_done(&a);
}

static void keys_have_one_id_and_a_known_kind(void **state)
{
	static const char *const bad[] = { "", "x", RSA, "-----BEGIN PUBLIC KEY-----\n", "0\x82\xff\xff", PEM("AAAA") };
	const struct public_key *pem, *der;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < COUNTOF(bad); i++) {
		struct fault f = { 0 };

		assert_null(public_key_read(&a, text_of(bad[i]), &f));
		assert_int_equal(f.code, FAULT_BAD_REQUEST);
	}
	for (int i = 0; i < 2; i++) {
		struct fault f = { 0 };

		pem = public_key_read(&a, text_of(i == 0 ? ED25519 : P256), &f);
		assert_non_null(pem);
		der = public_key_read(&a, pem->der, &f);
		assert_non_null(der);
		assert_string_equal(pem->id, der->id);
		assert_int_equal(strlen(pem->id), PUBLIC_KEY_ID_BYTES);
		assert_string_equal(public_key_algorithm(der->kind), i == 0 ? "ed25519" : "ecdsa-p256-sha256");
	}
	arena_done(&a);
}

/* --- finding the one that is ours ------------------------------------------------------------------------------------- */

#define INPUT(rest) "sig1=(\"@method\" \"date\")" rest
#define OURS        ";tag=\"t\""

static const struct {
	const char *input, *signature;
	bool good, found;
} finds[] = {
	{ INPUT(OURS), "sig1=:AA==:", true, true },
	{ INPUT(";tag=\"other\""), "sig1=:AA==:", true, false },
	{ INPUT(""), "sig1=:AA==:", true, false },
	{ "", "", true, false },
	{ "p=(\"via\");tag=\"proxy\", " INPUT(OURS), "p=:AAAA:, sig1=:AA==:", true, true },
	{ "sig1=\"@method\"" OURS, "sig1=:AA==:", true, false },     /* no inner list */
	{ INPUT(OURS), "sig2=:AA==:", false, false },
	{ INPUT(OURS), "sig1=\"AA\"", false, false },
	{ INPUT(OURS), "sig1=(:AA==:)", false, false },
	{ INPUT(OURS), "", false, false },
	{ INPUT(OURS), "sig1=:AA==", false, false },
	{ "sig1=(\"@method\"", "sig1=:AA==:", false, false },
	{ "sig1=(method)" OURS, "sig1=:AA==:", false, false },       /* a token is no name */
	{ INPUT(OURS ";created=\"1\""), "sig1=:AA==:", false, false },
	{ INPUT(OURS ";created=1.5"), "sig1=:AA==:", false, false },
	{ INPUT(OURS ";keyid=k"), "sig1=:AA==:", false, false },
	{ INPUT(OURS ";nonce"), "sig1=:AA==:", false, false },
};

static void ours_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTOF(finds); i++) {
		struct http_proof p;
		struct fault f = { 0 };
		struct arena a;
		bool good;

		arena_init(&a, 1 << 16);
		good = http_proof_find(&a, text_of(finds[i].input), text_of(finds[i].signature), "t", &p, &f);
		if (good != finds[i].good || (good && (p.input != NULL) != finds[i].found) || (!good && f.code != FAULT_SIGNATURE))
			fail_msg("%s | %s: %s", finds[i].input, finds[i].signature, good ? "taken" : f.text);
		arena_done(&a);
	}
}

static void what_is_signed_must_be_there_once_and_plain(void **state)
{
	static const struct { const char *components; bool good; } bases[] = {
		{ "\"@method\" \"date\"", true },  { "", true }, { "\"@method\" \"@method\"", false }, { "\"@nothing\"", false }, { "\"x-none\"", false },
		{ "\"date\";bs", false }, { "\"@query-param\";name=\"a\"", false }, { "\"@method\";req", false }, { "\"Date\"", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(bases); i++) {
		struct http_proof p;
		struct fault f = { 0 };
		struct arena a;
		struct buf input, base;

		arena_init(&a, 1 << 16);
		buf_init(&input, &a, 100);
		buf_printf(&input, "s=(%s)" OURS ";created=5", bases[i].components);
		assert_true(http_proof_find(&a, buf_as_text(&input), TEXT("s=:AA==:"), "t", &p, &f));
		assert_true(p.created_s == 5 && p.expires_s == INT64_MIN && p.nonce.at == NULL);
		assert_int_equal(http_proof_covers(&p, "@method"), i == 0 || i == 2);
		buf_init(&base, &a, 100);
		assert_int_equal(http_proof_put_base(&base, &p, value_of, (void *)(uintptr_t)request, &f), bases[i].good);
		if (i == 0)
			assert_string_equal(base.at, "\"@method\": POST\n\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@signature-params\": (\"@method\" \"date\");tag=\"t\";created=5");
		arena_done(&a);
	}
}

/* --- digests ---------------------------------------------------------------------------------------------------------- */

#define HELLO "{\"hello\": \"world\"}"
#define HELLO_256 "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
#define HELLO_512 "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"

static const struct {
	const char *field, *body;
	enum fault_code code;
	const char *more;
} digests[] = {
	{ HELLO_256, HELLO, FAULT_NONE, NULL },
	{ HELLO_512, HELLO, FAULT_NONE, NULL },
	{ HELLO_256 ", " HELLO_512, HELLO, FAULT_NONE, NULL },
	{ "md5=:AAAA:, " HELLO_256, HELLO, FAULT_NONE, NULL },
	{ "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", "", FAULT_NONE, NULL },
	{ HELLO_256, HELLO " ", FAULT_DIGEST_MISMATCH, ",\"mismatched_digests\":[{\"algorithm\":\"sha-256\",\"provided_digest\":"
	  "\":X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:\",\"header\":\"content-digest\"}]" },
	{ HELLO_256 ", sha-512=:AAAA:", HELLO, FAULT_DIGEST_INVALID, ",\"invalid_digests\":[{\"algorithm\":\"sha-512\",\"header\":\"content-digest\"}]" },
	{ "sha-256=\"X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=\"", HELLO, FAULT_DIGEST_INVALID, ",\"invalid_digests\":[{\"algorithm\":\"sha-256\",\"header\":\"content-digest\"}]" },
	{ "md5=:AAAA:", HELLO, FAULT_DIGEST_ALGORITHM, ",\"unsupported_algorithms\":[{\"algorithm\":\"md5\",\"header\":\"content-digest\"}]" },
	{ "", HELLO, FAULT_DIGEST_INVALID, NULL },
	{ "sha-256", HELLO, FAULT_DIGEST_INVALID, ",\"invalid_digests\":[{\"algorithm\":\"sha-256\",\"header\":\"content-digest\"}]" },
	{ "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=", HELLO, FAULT_DIGEST_INVALID, NULL },
};

static void digests_are_held_against_the_body(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTOF(digests); i++) {
		struct fault f = { 0 };
		struct arena a;
		struct text more;
		bool good;

		arena_init(&a, 1 << 16);
		good = content_digest_check(&a, text_of(digests[i].field), text_of(digests[i].body), &more, &f);
		if (good != (digests[i].code == FAULT_NONE) || f.code != digests[i].code || !text_eq(more, text_of(digests[i].more)))
			fail_msg("%s: %d %s " TEXT_FMT, digests[i].field, f.code, f.text, TEXT_ARG(more));
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_rfc),
		cmocka_unit_test(sm2_as_in_the_standard),
		cmocka_unit_test(keys_have_one_id_and_a_known_kind),
		cmocka_unit_test(ours_is_found),
		cmocka_unit_test(what_is_signed_must_be_there_once_and_plain),
		cmocka_unit_test(digests_are_held_against_the_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
