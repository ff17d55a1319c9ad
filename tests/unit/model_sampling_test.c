/* How often goods are drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/sampling.h"

static const struct sampling_limits limits = { .least_bp = 10, .most_bp = 8000, .inspections_an_hour = 100, .spared_most_bp = 2000 };

static void rates_are_products_and_steps(void **state)
{
	static const struct {
		const char *what;
		struct sampling in;
		int rate;
		bool is_spared;
	} cases[] = {
		{ "as the level says", { 500, 1000, 1000, 0, 0 }, 500, false },
		{ "goods that need care", { 500, 1500, 1000, 0, 0 }, 750, false },
		{ "goods and a weak control", { 500, 1500, 2000, 0, 0 }, 1500, false },
		{ "a strong control", { 500, 1000, 500, 0, 0 }, 250, false },
		{ "rounded", { 15, 1500, 1100, 0, 0 }, 25, false },
		{ "a step up", { 500, 1000, 1000, 1, 0 }, 1000, false },
		{ "steps lead no further than the most", { 500, 1000, 1000, 9, 0 }, 8000, false },
		{ "what is more already stays", { 9000, 1000, 1000, 1, 0 }, 9000, false },
		{ "no more than all", { 8000, 2000, 2000, 0, 0 }, 10000, false },
		{ "a step down", { 500, 1000, 1000, -1, 0 }, 250, false },
		{ "never below the least", { 500, 1000, 1000, -20, 0 }, 10, false },
		{ "a factor of none leaves the least", { 500, 0, 1000, 0, 0 }, 10, false },
		{ "nobody of that level is drawn", { 0, 2000, 2000, 5, 0 }, 0, false },
		{ "inspectors have room", { 500, 1000, 1000, 0, 99 }, 500, false },
		{ "they have none", { 500, 1000, 1000, 0, 100 }, 10, true },
		{ "who must be inspected is", { 2000, 1000, 1000, 1, 1000 }, 4000, false },
		{ "the least is not less", { 10, 1000, 1000, 0, 1000 }, 10, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		bool is_spared;
		int rate = sampling_rate(&limits, &cases[i].in, &is_spared);

		if (rate != cases[i].rate || is_spared != cases[i].is_spared)
			fail_msg("%s: %d", cases[i].what, rate);
	}
}

static void without_a_bound_nobody_is_spared(void **state)
{
	const struct sampling_limits endless = { .least_bp = 10, .most_bp = 8000, .spared_most_bp = 2000 };
	bool is_spared;

	(void)state;
	assert_int_equal(sampling_rate(&endless, &(struct sampling){ 500, 1000, 1000, 0, 1000000 }, &is_spared), 500);
	assert_false(is_spared);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(rates_are_products_and_steps), cmocka_unit_test(without_a_bound_nobody_is_spared) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
