/* Standard Webhooks: the published example, the schedule, what a status means, which addresses may be named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/webhook.h"

#define DEFAULT_SCHEDULE "0 5 300 1800 7200 18000 36000 50400 72000 86400"

static struct webhook_schedule schedule_of(const char *text)
{
	struct webhook_schedule s;
	struct fault f = { 0 };

	assert_true(webhook_schedule_read(text_of(text), &s, &f));
	return s;
}

/* The example of the specification's own libraries. */
static void test_published_example(void **state)
{
	uint8_t secret[64];
	long len = base64_decode(TEXT("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), secret, sizeof(secret));
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a, 65536);
	buf_init(&b, &a, 16);
	assert_int_equal(len, 24);
	webhook_sign_secret(&b, (struct text){ (char *)secret, 24 }, TEXT("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330, TEXT("{\"test\": 2432232314}"));
	assert_string_equal(b.at, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	arena_done(&a);
}

static void test_ed25519(void **state)
{
	char path[] = "/tmp/webhook-key-XXXXXX";
	uint8_t public_key[PUBLIC_KEY_BYTES], signature[SIGNATURE_BYTES];
	struct fault f = { 0 };
	struct signer *s;
	struct arena a;
	struct buf b;

	(void)state;
	assert_true(close(mkstemp(path)) == 0 && unlink(path) == 0 && signer_create(path, &f));
	s = signer_load(path, &f);
	assert_non_null(s);
	arena_init(&a, 65536);
	buf_init(&b, &a, 16);
	assert_true(webhook_sign_key(&b, s, TEXT("7"), 12, TEXT("body")));
	assert_true(text_starts(buf_as_text(&b), "v1a,"));
	assert_int_equal(base64_decode((struct text){ b.at + 4, b.len - 4 }, signature, sizeof(signature)), SIGNATURE_BYTES);
	signer_public(s, public_key);
	assert_true(signature_verify(public_key, TEXT("7.12.body"), signature));
	assert_false(signature_verify(public_key, TEXT("7.13.body"), signature));
	arena_done(&a);
	signer_free(s);
	(void)unlink(path);
}

static void test_schedule(void **state)
{
	struct webhook_schedule s = schedule_of(DEFAULT_SCHEDULE), one = schedule_of("  0  ");
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(s.count, 10);
	assert_int_equal(one.count, 1);
	for (int i = 1; i < s.count; i++) {
		int64_t plain_us = (int64_t)s.wait_s[i] * 1000000;

		assert_int_equal(webhook_wait_us(&s, i, 0, 0), plain_us);
		assert_in_range(webhook_wait_us(&s, i, 0, UINT64_MAX - (uint64_t)i), plain_us, plain_us * 6 / 5);
	}
	assert_int_equal(webhook_wait_us(&s, 1, 60, 0), 60000000);
	assert_int_equal(webhook_wait_us(&s, 2, 60, 0), 300000000);
	assert_false(webhook_schedule_read(TEXT(""), &s, &f));
	assert_false(webhook_schedule_read(TEXT("0 x"), &s, &f));
	assert_false(webhook_schedule_read(TEXT("0 -1"), &s, &f));
	assert_false(webhook_schedule_read(TEXT("1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"), &s, &f));
}

static void test_fates(void **state)
{
	static const struct {
		int status, attempts;
		enum webhook_fate fate;
	} rows[] = {
		{ 200, 1, WEBHOOK_DELIVERED }, { 202, 10, WEBHOOK_DELIVERED }, { 204, 1, WEBHOOK_DELIVERED }, { 299, 1, WEBHOOK_DELIVERED },
		{ 301, 1, WEBHOOK_AGAIN },     { 307, 1, WEBHOOK_AGAIN },      { 400, 1, WEBHOOK_AGAIN },     { 404, 9, WEBHOOK_AGAIN },
		{ 410, 1, WEBHOOK_GONE },      { 410, 10, WEBHOOK_GONE },      { 500, 9, WEBHOOK_AGAIN },     { 500, 10, WEBHOOK_GIVEN_UP },
		{ 0, 1, WEBHOOK_AGAIN },       { 0, 10, WEBHOOK_GIVEN_UP },    { 101, 1, WEBHOOK_AGAIN },
	};
	struct webhook_schedule s = schedule_of(DEFAULT_SCHEDULE);

	(void)state;
	for (size_t i = 0; i < COUNTOF(rows); i++)
		assert_int_equal(webhook_judge(&s, rows[i].status, rows[i].attempts), rows[i].fate);
	assert_true(webhook_throttles(429) && webhook_throttles(502) && webhook_throttles(503) && webhook_throttles(504));
	assert_false(webhook_throttles(500) || webhook_throttles(0) || webhook_throttles(410));
}

static void test_urls(void **state)
{
	static const struct {
		const char *url;
		bool good, good_plain;
	} rows[] = {
		{ "https://example.com/hook?x=1", true, true }, { "https://example.com", true, true }, { "http://example.com/", false, true },
		{ "https://[2400::1]:8443/x", true, true },     { "https://", false, false },          { "https:///x", false, false },
		{ "https://u:p@example.com/", false, false },   { "https://e.com/a@b", true, true },   { "https://e.com/#x", false, false },
		{ "https://e.com/a b", false, false },          { "ftp://example.com/", false, false }, { "https://e.com\r\nX: y", false, false },
		{ "file:///etc/passwd", false, false },         { "https://\xe4\xbe\x8b.cn/", false, false }, { "HTTPS://e.com/", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct fault f = { 0 }, g = { 0 };

		if (webhook_url_good(text_of(rows[i].url), false, &f) != rows[i].good || webhook_url_good(text_of(rows[i].url), true, &g) != rows[i].good_plain)
			fail_msg("%s", rows[i].url);
	}
}

static void test_types(void **state)
{
	(void)state;
	assert_true(webhook_type_known(TEXT("declaration.released"), WEBHOOK_EVENTS));
	assert_true(webhook_type_known(TEXT("authority.answered"), WEBHOOK_CEB));
	assert_false(webhook_type_known(TEXT("declaration.released"), WEBHOOK_RECEIPTS));
	assert_false(webhook_type_known(TEXT("declaration"), WEBHOOK_EVENTS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_example), cmocka_unit_test(test_ed25519), cmocka_unit_test(test_schedule),
		cmocka_unit_test(test_fates),             cmocka_unit_test(test_urls),    cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
