/* Exceptions of a simulated authority: which messages they are for, how often, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mock/mock.h"

#define JSON_A "{\"declaration_id\":\"0190aaaa-bbbb-8ccc-8ddd-eeeeeeeeeeee\",\"order_no\":\"A\",\"parties\":{\"code\":\"C1\"}}"
#define JSON_AB "{\"order_no\":\"AB\",\"parties\":{\"code\":\"C2\"}}"
#define XML_A "<ceb:orderNo>A</ceb:orderNo><ceb:ebcCode>C2</ceb:ebcCode>"

static struct mock_authority authority(void)
{
	struct mock_authority m = { .authority = AUTHORITY_TAX };

	behaviour_default(&m.behaviour);
	return m;
}

static bool add(struct mock_authority *m, const char *json, struct fault *f)
{
	struct arena a;
	bool good;

	*f = (struct fault){ 0 };
	arena_init(&a, 65536);
	good = exception_add(m, &a, text_of(json), f);
	arena_done(&a);
	return good;
}

static bool is_slow(struct mock_authority *m, const char *body)
{
	return exception_behaviour(m, text_of(body))->latency_ms == 7;
}

static void fits_what_it_names(void **state)
{
	static const struct { const char *exception; bool a, ab, xml; } cases[] = {
		{ "{\"order_no\":\"A\",\"times\":3,\"behaviour\":{\"latency_ms\":7}}", true, false, true },
		{ "{\"codes\":[\"C9\",\"C2\"],\"times\":3,\"behaviour\":{\"latency_ms\":7}}", false, true, true },
		{ "{\"order_no\":\"A\",\"codes\":[\"C2\"],\"times\":3,\"behaviour\":{\"latency_ms\":7}}", false, false, true },
		{ "{\"declaration_id\":\"0190aaaa-bbbb-8ccc-8ddd-eeeeeeeeeeee\",\"times\":3,\"behaviour\":{\"latency_ms\":7}}", true, false, false },
		{ "{\"times\":3,\"behaviour\":{\"latency_ms\":7}}", true, true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct mock_authority m = authority();
		struct fault f;

		assert_true(add(&m, cases[i].exception, &f));
		assert_int_equal(is_slow(&m, JSON_A), cases[i].a);
		assert_int_equal(is_slow(&m, JSON_AB), cases[i].ab);
		assert_int_equal(is_slow(&m, XML_A), cases[i].xml);
		exception_forget(&m);
		assert_false(is_slow(&m, JSON_A));
	}
}

static void is_used_up(void **state)
{
	struct mock_authority m = authority();
	struct fault f;
	struct arena a;
	struct buf b;

	(void)state;
	assert_true(add(&m, "{\"order_no\":\"A\",\"times\":2,\"behaviour\":{\"latency_ms\":7}}", &f));
	assert_true(add(&m, "{\"order_no\":\"A\",\"behaviour\":{\"latency_ms\":8}}", &f));
	assert_true(is_slow(&m, JSON_A) && !is_slow(&m, JSON_AB) && is_slow(&m, JSON_A));
	assert_int_equal(exception_behaviour(&m, TEXT(JSON_A))->latency_ms, 8); /* the next in line */
	assert_int_equal(exception_behaviour(&m, TEXT(JSON_A))->latency_ms, 0);
	arena_init(&a, 4096);
	buf_init(&b, &a, 64);
	exception_put_all(&b, &m);
	assert_string_equal(b.at, "{\"items\":[]}");
	arena_done(&a);
}

static void refuses_what_it_cannot_read(void **state)
{
	static const char *const wrong[] = {
		"", "{}", "{\"behaviour\":{\"nonsense\":1}}", "{\"times\":0,\"behaviour\":{}}", "{\"codes\":[],\"behaviour\":{}}",
		"{\"codes\":[1],\"behaviour\":{}}", "{\"behaviour\":3}",
	};
	struct mock_authority m = authority();
	struct fault f;

	(void)state;
	for (size_t i = 0; i < COUNTOF(wrong); i++) {
		assert_false(add(&m, wrong[i], &f));
		assert_int_not_equal(f.code, FAULT_NONE);
	}
	assert_null(m.exceptions);
	for (int i = 0; i < 1000; i++)
		assert_true(add(&m, "{\"behaviour\":{}}", &f));
	assert_false(add(&m, "{\"behaviour\":{}}", &f));
	assert_int_equal(f.code, FAULT_BUSY);
	exception_forget(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_what_it_names),
		cmocka_unit_test(is_used_up),
		cmocka_unit_test(refuses_what_it_cannot_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
