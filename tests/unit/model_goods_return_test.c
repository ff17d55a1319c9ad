/* May a return be asked for: by the days of SC4, by lines and quantities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/clock.h"
#include "model/goods_return.h"

#define AT(text) at(text)

static int64_t at(const char *text)
{
	int64_t us;

	assert_true(clock_parse_rfc3339(text_of(text), &us));
	return us;
}

struct bench {
	struct arena arena;
	struct return_case c;
	struct return_line lines[3];
	struct finding why;
	int64_t ends_us;
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	arena_init(&b->arena, 1 << 20);
	b->lines[0] = (struct return_line){ .line_no = TEXT("2"), .hs_code = TEXT("3305100000"), .unit = TEXT("142"), .quantity = TEXT("1"),
		.declared_hs = TEXT("3305100000"), .declared_unit = TEXT("142"), .declared_quantity = TEXT("2.00") };
	b->c = (struct return_case){ .is_known = true, .has_number = true, .is_new = true, .is_released = true,
		.released_us = AT("2026-04-10T15:00:00+08:00"), .now_us = AT("2026-05-08T09:00:00+08:00"), .has_periods = true,
		.to_ask = { .unit = PERIOD_DAYS, .amount = 30 }, .to_bring = { .unit = PERIOD_DAYS, .amount = 45 }, .lines = b->lines, .line_count = 1 };
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	arena_done(&b->arena);
	free(b);
	return 0;
}

static bool passes(struct bench *b)
{
	b->why = (struct finding){ .line = -2 };
	return goods_return_check(&b->arena, &b->c, &b->why, &b->ends_us);
}

static void refused(struct bench *b, enum rule rule, enum field field, int line)
{
	assert_false(passes(b));
	assert_int_equal(b->why.rule, rule);
	assert_int_equal(b->why.field->id, field);
	assert_int_equal(b->why.line, line);
}

static void by_its_days(void **state)
{
	struct bench *b = *state;

	assert_true(passes(b));
	assert_true(b->ends_us == AT("2026-05-26T00:00:00+08:00"));
	b->c.now_us = AT("2026-05-10T23:59:59.999999+08:00");
	assert_true(passes(b));
	b->c.now_us = AT("2026-05-11T00:00:00+08:00");
	refused(b, RULE_RETURN_TOO_LATE, F_INVENTORY_NO, -1);
	assert_string_equal(b->why.expected, "asked for by 2026-05-10");
}

static void by_a_rule_of_working_days(void **state)
{
	static const struct calendar_day holidays[] = { { 0, false } };
	struct bench *b = *state;
	struct calendar calendar;

	b->c.to_ask = (struct statutory_period){ .unit = PERIOD_WORKING_DAYS, .amount = 1 }; /* released on a Friday */
	b->c.calendar = (struct calendar){ holidays, 0 };
	b->c.now_us = AT("2026-04-13T23:00:00+08:00");
	assert_true(passes(b));
	assert_true(calendar_read(&b->arena, TEXT("20556h,20557w"), &calendar)); /* 2026-04-13 is none, then */
	assert_int_equal(calendar.count, 2);
	assert_true(calendar.days[0].day == 20556 && !calendar.days[0].worked && calendar.days[1].worked);
	b->c.calendar = calendar;
	b->c.now_us = AT("2026-04-14T23:00:00+08:00");
	assert_true(passes(b));
	b->c.now_us = AT("2026-04-15T00:00:00+08:00");
	refused(b, RULE_RETURN_TOO_LATE, F_INVENTORY_NO, -1);
}

static void by_what_stands(void **state)
{
	struct bench *b = *state;
	const struct return_case good = b->c;

	b->c.has_periods = false;
	refused(b, RULE_RETURN_NO_RULE, F_INVENTORY_NO, -1);
	b->c.is_released = false;
	refused(b, RULE_RETURN_NOT_RELEASED, F_INVENTORY_NO, -1);
	b->c.has_number = false;
	refused(b, RULE_RETURN_UNKNOWN, F_INVENTORY_NO, -1);
	b->c.is_known = false;
	refused(b, RULE_RETURN_UNKNOWN, F_ORDER_NO, -1);
	b->c.is_new = false;
	refused(b, RULE_RETURN_FIXED, F_ACTION, -1);
	b->c = good;
	assert_true(passes(b));
}

static void by_lines_and_quantities(void **state)
{
	static const struct { const char *declared, *returned, *asked; bool is_good; } cases[] = {
		{ "2", NULL, "2", true },         { "2", NULL, "2.00001", false }, { "2.00000", "0.5", "1.5", true }, { "2", "0.5", "1.50001", false },
		{ "2", "2", "0.00001", false },   { "2", NULL, "0", false },       { "2", NULL, "-1", false },        { "2", "3", "1", false },
		{ "0.00001", NULL, "0.00001", true }, { "1", NULL, "2", false },   { "99999999999999.99999", NULL, "99999999999999.99999", true },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		b->lines[0].declared_quantity = text_of(cases[i].declared);
		b->lines[0].returned = cases[i].returned == NULL ? (struct text){ NULL, 0 } : text_of(cases[i].returned);
		b->lines[0].quantity = text_of(cases[i].asked);
		if (cases[i].is_good)
			assert_true(passes(b));
		else
			refused(b, RULE_RETURN_QUANTITY, F_QUANTITY, 0);
	}
	b->lines[0] = (struct return_line){ .line_no = TEXT("2"), .hs_code = TEXT("1"), .unit = TEXT("3"), .quantity = TEXT("1"), .declared_hs = TEXT("1"),
		.declared_unit = TEXT("3"), .declared_quantity = TEXT("2") };
	b->lines[1] = b->lines[2] = b->lines[0]; /* the same line named several times */
	b->c.line_count = 2;
	assert_true(passes(b));
	b->c.line_count = 3;
	refused(b, RULE_RETURN_QUANTITY, F_QUANTITY, 2);
	b->lines[2].declared_quantity = (struct text){ NULL, 0 };
	refused(b, RULE_RETURN_LINE, F_LINE_NO, 2);
	b->lines[1].unit = TEXT("4");
	refused(b, RULE_RETURN_LINE, F_UNIT, 1);
	b->lines[1].hs_code = TEXT("2");
	refused(b, RULE_RETURN_LINE, F_HS_CODE, 1);
}

static void states_have_names(void **state)
{
	enum return_state s;

	(void)state;
	for (int i = 0; i < RETURN_STATE_COUNT; i++) {
		assert_true(return_state_by_name(text_of(return_state_name((enum return_state)i)), &s) && (int)s == i);
		assert_string_not_equal(return_state_title(s, true), return_state_title(s, false));
	}
	assert_false(return_state_by_name(TEXT("gone"), &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_its_days, set_up, tear_down),    cmocka_unit_test_setup_teardown(by_a_rule_of_working_days, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_what_stands, set_up, tear_down), cmocka_unit_test_setup_teardown(by_lines_and_quantities, set_up, tear_down),
		cmocka_unit_test(states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
