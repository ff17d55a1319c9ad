/* JSON of the small resources: what is refused, what is read, who frees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json.h"

#define T(literal) { "" literal, sizeof(literal) - 1 }

static void bodies(void **state)
{
	static const struct {
		struct text body;
		const char *reason; /* NULL: accepted */
	} cases[] = {
		{ T("{}"), NULL }, { T("[]"), NULL }, { T(" {\"a\" : [1, 2.5, null, true, \"x\"]}\n"), NULL }, { T("1"), NULL },
		{ T("\"x\""), NULL }, { T("null"), NULL }, { T("{\"a\":{\"b\":1},\"b\":{\"a\":1}}"), NULL },
		{ T("{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[\"}"), NULL },
		{ T("{\"a\":\"\\u901a\\u5173 \\ud83d\\ude00\"}"), NULL },
		{ T(""), "early" }, { T("{"), "early" }, { T("[1,"), "early" }, { T("{\"a\":\"x"), "" }, { T("{} {}"), "follows" },
		{ T("{}x"), "" }, { T("{}\0"), "" }, { T("1 2"), "follows" },
		{ T("{\"a\":1,\"a\":1}"), "twice" }, { T("{\"a\":1,\"\\u0061\":2}"), "twice" },
		{ T("[{\"x\":{\"a\":1,\"b\":2,\"a\":3}}]"), "twice" },
		{ T("{\"a\":\"\xff\"}"), "UTF-8" }, { T("{\"a\":\"\xc0\x80\"}"), "UTF-8" }, { T("{\"a\":\"\xed\xa0\x80\"}"), "UTF-8" },
		{ T("{\"a\":\"\\ud800\"}"), "" }, { T("{\"a\":\"\\u0000\"}"), "U+0000" }, { T("{\"a\\u0000b\":1}"), "U+0000" },
		{ T("\xef\xbb\xbf{}"), "" }, { T("{\"a\":9223372036854775808}"), "large" }, { T("{\"a\":1e400}"), "large" },
		{ T("{\"a\":01}"), "" }, { T("{\"a\":+1}"), "" }, { T("{\"a\":.5}"), "" }, { T("{\"a\":NaN}"), "" }, { T("{'a':1}"), "" },
		{ T("{a:1}"), "" }, { T("[1,]"), "" }, { T("{\"a\":1,}"), "" }, { T("// x\n{}"), "" }, { T("{\"a\":\"\n\"}"), "" },
		{ T("]"), "" }, { T("[}"), "" }, { T("{\"a\":tru}"), "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct arena a;
		struct fault f = { 0 };
		const struct json *j;

		arena_init(&a, 4096);
		print_message("json case %zu: %s\n", i, cases[i].body.at);
		j = json_parse(&a, cases[i].body, &f);
		assert_int_equal(j != NULL, cases[i].reason == NULL);
		assert_int_equal(f.code, cases[i].reason == NULL ? FAULT_NONE : FAULT_BAD_JSON);
		if (cases[i].reason != NULL)
			assert_non_null(strstr(f.text, cases[i].reason));
		arena_done(&a);
	}
}

static void nothing_of_the_body_is_in_the_fault(void **state)
{
	struct arena a;
	struct fault f = { 0 };

	(void)state;
	arena_init(&a, 4096);
	assert_null(json_parse(&a, TEXT("{\"payer_id\":\n 310101199001011234 \"x\"}"), &f));
	assert_null(strstr(f.text, "3101"));
	assert_non_null(strstr(f.text, "line 2"));
	arena_done(&a);
}

static void depth_bombs(void **state)
{
	enum { BOMB = 1000000 };
	static const int depths[] = { 1, JSON_DEPTH_MAX, JSON_DEPTH_MAX + 1, 1000, 100000 };
	char *body = malloc(BOMB);

	(void)state;
	assert_non_null(body);
	for (size_t i = 0; i < COUNTOF(depths); i++) {
		struct arena a;
		struct fault f = { 0 };
		size_t depth = (size_t)depths[i];

		arena_init(&a, 4096);
		memset(body, '[', depth);
		memset(body + depth, ']', depth);
		assert_int_equal(json_parse(&a, (struct text){ body, 2 * depth }, &f) != NULL, depths[i] <= JSON_DEPTH_MAX);
		assert_int_equal(f.code, depths[i] <= JSON_DEPTH_MAX ? FAULT_NONE : FAULT_BAD_JSON);
		arena_done(&a);
	}
	for (size_t at = 0; at + 5 <= BOMB; at += 5) /* never closed */
		memcpy(body + at, "{\"a\":", 5);
	struct arena a;
	struct fault f = { 0 };

	arena_init(&a, 4096);
	assert_null(json_parse(&a, (struct text){ body, BOMB }, &f));
	assert_non_null(strstr(f.text, "deeper"));
	arena_done(&a);
	free(body);
}

static void values(void **state)
{
	struct arena a;
	struct fault f = { 0 };
	const struct json *j, *list;
	int64_t n = 5;
	bool flag = false;

	(void)state;
	arena_init(&a, 4096);
	j = json_parse(&a, TEXT("{\"s\":\"通关\",\"i\":-9223372036854775808,\"r\":1.0,\"t\":true,\"f\":false,\"z\":null,\"l\":[1,\"x\"],\"e\":\"\"}"), &f);
	assert_non_null(j);
	assert_true(json_is_object(j));
	assert_false(json_is_array(j));
	assert_true(text_is(json_text(json_member(j, "s")), "通关"));
	assert_non_null(json_text(json_member(j, "e")).at);
	assert_int_equal(json_text(json_member(j, "e")).len, 0);
	assert_null(json_text(json_member(j, "i")).at);
	assert_true(json_i64(json_member(j, "i"), &n));
	assert_true(n == INT64_MIN);
	assert_false(json_i64(json_member(j, "r"), &n)); /* 1.0 is no integer here */
	assert_false(json_i64(json_member(j, "s"), &n));
	assert_true(json_bool(json_member(j, "t"), &flag) && flag);
	assert_true(json_bool(json_member(j, "f"), &flag) && !flag);
	assert_false(json_bool(json_member(j, "i"), &flag));
	assert_true(json_is_null(json_member(j, "z")));
	assert_null(json_member(j, "absent"));
	list = json_member(j, "l");
	assert_true(json_is_array(list));
	assert_int_equal(json_length(list), 2);
	assert_true(json_i64(json_item(list, 0), &n) && n == 1);
	assert_true(text_is(json_text(json_item(list, 1)), "x"));
	assert_null(json_item(list, 2));
	assert_int_equal(json_length(j), 0);
	assert_null(json_item(j, 0));
	assert_null(json_member(list, "s"));
	arena_done(&a);
}

static bool take_two(void *arg, struct text name, const struct json *value)
{
	struct buf *seen = arg;
	int64_t n = 0;

	buf_text(seen, name);
	if (json_i64(value, &n))
		buf_i64(seen, n);
	return n < 2;
}

static void members_in_order_until_told(void **state)
{
	struct arena a;
	struct fault f = { 0 };
	struct buf seen;

	(void)state;
	arena_init(&a, 4096);
	buf_init(&seen, &a, 0);
	json_each(json_parse(&a, TEXT("{\"z\":1,\"a\":2,\"m\":3}"), &f), take_two, &seen);
	assert_string_equal(seen.at, "z1a2");
	json_each(json_parse(&a, TEXT("[1]"), &f), take_two, &seen);
	json_each(json_parse(&a, TEXT("{}"), &f), take_two, &seen);
	json_each(NULL, take_two, &seen);
	assert_string_equal(seen.at, "z1a2");
	arena_done(&a);
}

static void nothing_at_all(void **state)
{
	int64_t n;
	bool flag;

	(void)state;
	assert_false(json_is_object(NULL) || json_is_array(NULL) || json_is_null(NULL));
	assert_null(json_member(NULL, "a"));
	assert_int_equal(json_length(NULL), 0);
	assert_null(json_item(NULL, 0));
	assert_null(json_text(NULL).at);
	assert_false(json_i64(NULL, &n));
	assert_false(json_bool(NULL, &flag));
}

static bool takes_numbers(void *arg, struct text name, const struct json *value)
{
	int64_t n;

	return json_i64(value, &n) || fault_set(arg, FAULT_BAD_JSON, TEXT_FMT ": a number", TEXT_ARG(name));
}

static void all_of_an_object_or_why_not(void **state)
{
	static const struct { const char *body, *why; } cases[] = {
		{ "{}", NULL }, { "{\"a\":1,\"b\":2}", NULL }, { "{\"a\":1,\"b\":true,\"c\":false}", "b: a number" }, { "[1]", "an object is expected" },
	};
	struct arena a;

	(void)state;
	arena_init(&a, 65536);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct fault f = { 0 };
		const struct json *j = json_parse(&a, text_of(cases[i].body), &f);

		assert_non_null(j);
		assert_int_equal(json_take(j, takes_numbers, &f, &f), cases[i].why == NULL);
		if (cases[i].why != NULL)
			assert_string_equal(f.text, cases[i].why);
	}
	arena_done(&a);
}

static void full_arena_is_busy(void **state)
{
	struct arena a;
	struct fault f = { 0 };

	(void)state;
	arena_init(&a, 8);
	assert_null(json_parse(&a, TEXT("{\"a\":1}"), &f));
	assert_int_equal(f.code, FAULT_BUSY);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies),
		cmocka_unit_test(nothing_of_the_body_is_in_the_fault),
		cmocka_unit_test(depth_bombs),
		cmocka_unit_test(values),
		cmocka_unit_test(members_in_order_until_told),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(all_of_an_object_or_why_not),
		cmocka_unit_test(full_arena_is_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
