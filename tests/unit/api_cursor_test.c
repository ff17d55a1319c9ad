/* A cursor comes back as it went out, and only for its own query and its own key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/cursor.h"

static const struct cursor some = { .at_us = INT64_C(1772417472345678), .id = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255 } }, .serial = 7 };

static struct text make(struct arena *a, const struct cursor *c, const struct sha256 *key, const char *filters)
{
	struct buf b;

	buf_init(&b, a, 64);
	cursor_put(&b, c, key, text_of(filters));
	assert_false(b.full);
	return buf_as_text(&b);
}

static void comes_back_as_it_went(void **state)
{
	static const struct cursor cases[] = { { .at_us = 0 }, { .at_us = -1, .serial = -1 }, { .at_us = INT64_MAX, .serial = INT32_MAX } };
	struct sha256 key = cursor_key("0123456789abcdef");
	struct arena a;

	(void)state;
	arena_init(&a, 65536);
	for (size_t i = 0; i <= COUNTOF(cases); i++) {
		const struct cursor *in = i == COUNTOF(cases) ? &some : &cases[i];
		struct cursor out;

		assert_true(cursor_read(make(&a, in, &key, "state=waiting"), &key, TEXT("state=waiting"), &out));
		assert_int_equal(out.at_us, in->at_us);
		assert_int_equal(out.serial, in->serial);
		assert_true(id_eq(&out.id, &in->id));
	}
	arena_done(&a);
}

static void is_bound_to_its_query_and_key(void **state)
{
	struct sha256 key = cursor_key("0123456789abcdef"), other = cursor_key("fedcba9876543210");
	struct cursor out = { .at_us = 42 };
	struct arena a;
	struct text t;

	(void)state;
	arena_init(&a, 65536);
	t = make(&a, &some, &key, "state=waiting");
	assert_false(cursor_read(t, &key, TEXT("state=released"), &out));
	assert_false(cursor_read(t, &other, TEXT("state=waiting"), &out));
	assert_int_equal(out.at_us, 42);
	arena_done(&a);
}

static void every_change_is_noticed(void **state)
{
	struct sha256 key = cursor_key("0123456789abcdef");
	struct cursor out;
	struct arena a;
	struct text t;
	char *copy;

	(void)state;
	arena_init(&a, 65536);
	t = make(&a, &some, &key, "");
	copy = arena_copy(&a, t.at, t.len);
	assert_non_null(copy);
	for (size_t i = 0; i < t.len; i++) {
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		if (cursor_read((struct text){ copy, t.len }, &key, TEXT(""), &out))
			fail_msg("character %zu", i);
		copy[i] = t.at[i];
	}
	assert_true(cursor_read((struct text){ copy, t.len }, &key, TEXT(""), &out));
	for (size_t len = 0; len < t.len; len++)
		assert_false(cursor_read((struct text){ copy, len }, &key, TEXT(""), &out));
	assert_false(cursor_read(TEXT("not a cursor"), &key, TEXT(""), &out));
	assert_false(cursor_read((struct text){ NULL, 0 }, &key, TEXT(""), &out));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_went),
		cmocka_unit_test(is_bound_to_its_query_and_key),
		cmocka_unit_test(every_change_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
