/* The pure parts of faults on order: a signature made wrong in a copy, and where an authority's simulator is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/sandbox.h"

static void one_character_of_the_signature_differs(void **state)
{
	static const char *const receipts[] = {
		"{\"id\":\"x\",\"seal\":{\"root\":\"r\",\"signature\":\"AbCd\"}}",
		"{\"id\":\"x\",\"seal\":{\"root\":\"r\",\"signature\":\"zbCd\"}}",
	};
	struct arena a;

	(void)state;
	arena_init(&a, 4096);
	for (size_t i = 0; i < COUNTOF(receipts); i++) {
		struct text stored = text_of(receipts[i]), wrong = sandbox_wrong_signature(&a, stored);
		size_t place = (size_t)(strstr(receipts[i], "bCd") - receipts[i]) - 1;

		assert_int_equal(wrong.len, stored.len);
		for (size_t k = 0; k < stored.len; k++)
			assert_int_equal(wrong.at[k] != stored.at[k], k == place);
	}
	assert_null(sandbox_wrong_signature(&a, TEXT("{}")).at);
	arena_done(&a);
	arena_init(&a, 16);
	assert_null(sandbox_wrong_signature(&a, text_of(receipts[0])).at);
	arena_done(&a);
}

static void origins(void **state)
{
	static const struct { const char *url, *origin; } cases[] = {
		{ "http://127.0.0.1:9001/CUS/messages", "http://127.0.0.1:9001" }, { "https://sim.example/a/b", "https://sim.example" },
		{ "http://[::1]:80", "http://[::1]:80" }, { "http://h/", "http://h" }, { "http://", NULL }, { "nothing", NULL }, { "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct text origin = sandbox_origin(text_of(cases[i].url));

		assert_int_equal(origin.at == NULL, cases[i].origin == NULL);
		assert_true(text_eq(origin, text_of(cases[i].origin)));
	}
	assert_null(sandbox_origin((struct text){ NULL, 0 }).at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_character_of_the_signature_differs),
		cmocka_unit_test(origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
