/* HTTP message signatures against the vectors of RFC 9421, appendix B.2.5 and B.2.6, and Content-Digest against RFC 9530. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "standard/http_signature.h"

static int setup(void **state)
{
	struct arena *a = calloc(1, sizeof(*a));

	arena_init(a, 1 << 20);
	*state = a;
	return 0;
}

static int teardown(void **state)
{
	arena_done(*state);
	free(*state);
	return 0;
}

static const char *signature_of(struct arena *a, const struct http_signing *s)
{
	struct buf b, base;

	buf_init(&b, a, 100);
	buf_init(&base, a, 10);
	assert_true(http_signature_put(&b, s, &base));
	return b.at;
}

static void b_2_5_hmac(void **state)
{
	static const struct http_component covered[] = {
		{ "date", { "Tue, 20 Apr 2021 02:07:55 GMT", 29 } }, { "@authority", { "example.com", 11 } }, { "content-type", { "application/json", 16 } },
	};
	char secret[64];
	struct http_signing s = { .components = covered, .count = 3, .created_s = 1618884473, .key_id = "test-shared-secret" };
	struct buf b;

	s.secret = (struct text){ secret, (size_t)base64_decode(
		TEXT("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="), secret, sizeof(secret)) };
	assert_int_equal(s.secret.len, 64);
	assert_string_equal(signature_of(*state, &s), ":pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:");
	buf_init(&b, *state, 10);
	http_signature_params_put(&b, &s);
	assert_string_equal(b.at, "(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"");
}

static void b_2_6_ed25519(void **state)
{
	static const char pem[] = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n";
	static const struct http_component covered[] = {
		{ "date", { "Tue, 20 Apr 2021 02:07:55 GMT", 29 } }, { "@method", { "POST", 4 } }, { "@path", { "/foo", 4 } },
		{ "@authority", { "example.com", 11 } }, { "content-type", { "application/json", 16 } }, { "content-length", { "18", 2 } },
	};
	char path[] = "/tmp/tongguan-http-signature-XXXXXX";
	int fd = mkstemp(path);
	struct fault f = { 0 };
	struct http_signing s = { .components = covered, .count = 6, .created_s = 1618884473, .key_id = "test-key-ed25519" };

	assert_true(fd >= 0 && write(fd, pem, sizeof(pem) - 1) == (ssize_t)sizeof(pem) - 1);
	assert_int_equal(close(fd), 0);
	s.signer = signer_load(path, &f);
	(void)unlink(path);
	if (s.signer == NULL)
		fail_msg("%s", f.text);
	assert_string_equal(signature_of(*state, &s), ":wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:");
	signer_free(s.signer);
}

static void the_algorithm_is_named_on_demand(void **state)
{
	static const struct http_component covered[] = { { "@method", { "POST", 4 } } };
	struct http_signing s = { .components = covered, .count = 1, .created_s = 1, .key_id = "k", .names_algorithm = true, .secret = TEXT("s") };
	struct buf b;

	buf_init(&b, *state, 10);
	http_signature_base_put(&b, &s);
	assert_string_equal(b.at, "\"@method\": POST\n\"@signature-params\": (\"@method\");created=1;keyid=\"k\";alg=\"hmac-sha256\"");
}

/* RFC 9530, appendix B.1 and D: the same bytes everywhere. */
static void digests(void **state)
{
	struct buf b;

	buf_init(&b, *state, 10);
	content_digest_put(&b, TEXT("{\"hello\": \"world\"}\n"));
	assert_string_equal(b.at, "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
}

static void targets(void **state)
{
	static const struct { const char *url, *target; } cases[] = {
		{ "http://127.0.0.1:8080/TAX/messages", "http://127.0.0.1:8080/TAX/messages" },
		{ "https://tax.example", "https://tax.example/" },
		{ "https://tax.example?a=b", "https://tax.example/?a=b" },
		{ "https://tax.example/x?a=b#here", "https://tax.example/x?a=b" },
	};

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct buf b;

		buf_init(&b, *state, 10);
		http_target_put(&b, cases[i].url);
		assert_string_equal(b.at, cases[i].target);
	}
}

static void a_full_arena_signs_nothing(void **state)
{
	static const struct http_component covered[] = { { "@method", { "POST", 4 } } };
	const struct http_signing s = { .components = covered, .count = 1, .key_id = "k", .secret = TEXT("s") };
	struct buf b, base;
	struct arena none;

	(void)state;
	arena_init(&none, 0);
	buf_init(&b, &none, 10);
	buf_init(&base, &none, 10);
	assert_false(http_signature_put(&b, &s, &base));
	arena_done(&none);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(b_2_5_hmac), TEST(b_2_6_ed25519), TEST(the_algorithm_is_named_on_demand), TEST(digests), TEST(targets), TEST(a_full_arena_signs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
