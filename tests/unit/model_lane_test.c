/* Lanes: the worked orders, the limits, the draw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/lane.h"

static const struct lane_rules rules = {
	.least = { [LANE_GREEN] = 0, [LANE_YELLOW] = 30, [LANE_RED] = 60, [LANE_BLACK] = 85 },
	.credit_term = { [CREDIT_A] = -10, [CREDIT_B] = 0, [CREDIT_C] = 10, [CREDIT_D] = 30 },
	.rate_bp = { [CREDIT_A] = 100, [CREDIT_B] = 500, [CREDIT_C] = 2000, [CREDIT_D] = 8000 },
	.points_max = 100,
};
static const struct sha256 key = { { 7 } };

static struct lane_choice choose(int points, enum credit_level level, bool has_block)
{
	const struct lane_input in = { .points = points, .level = level, .has_block = has_block, .day_key = &key, .draw_of = TEXT("D-1") };
	struct lane_choice got;

	lane_choose(&rules, &in, &got);
	return got;
}

/* An address of seven buyers (40), a telephone of three (30), a price 35 % low (20). */
static void the_worked_order(void **state)
{
	static const struct { int points; enum credit_level level; int with_credit; enum lane_colour lane; } cases[] = {
		{ 90, CREDIT_B, 90, LANE_BLACK }, { 90, CREDIT_A, 80, LANE_RED }, { 60, CREDIT_B, 60, LANE_RED }, { 60, CREDIT_A, 50, LANE_YELLOW },
		{ 60, CREDIT_C, 70, LANE_RED }, { 0, CREDIT_A, 0, LANE_GREEN }, { 29, CREDIT_B, 29, LANE_GREEN }, { 30, CREDIT_B, 30, LANE_YELLOW },
		{ 59, CREDIT_B, 59, LANE_YELLOW }, { 84, CREDIT_B, 84, LANE_RED }, { 85, CREDIT_B, 85, LANE_BLACK }, { 0, CREDIT_D, 30, LANE_YELLOW },
		{ 400, CREDIT_D, 130, LANE_BLACK }, { 400, CREDIT_A, 90, LANE_BLACK },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct lane_choice got = choose(cases[i].points, cases[i].level, false);

		assert_int_equal(got.points, cases[i].with_credit);
		assert_int_equal(got.lane, cases[i].lane);
		assert_int_equal(choose(cases[i].points, cases[i].level, true).lane, LANE_REJECT);
	}
}

static void whoever_is_listed_is_inspected(void **state)
{
	struct lane_input in = { .points = 0, .level = CREDIT_A, .is_listed = true, .day_key = &key, .draw_of = TEXT("D-1") };
	struct lane_choice got;

	(void)state;
	lane_choose(&rules, &in, &got);
	assert_int_equal(got.lane, LANE_RED);
	assert_false(got.by_chance);
	in.points = 100;
	lane_choose(&rules, &in, &got);
	assert_int_equal(got.lane, LANE_BLACK);
}

static void the_draw_can_be_repeated(void **state)
{
	enum { COUNT = 20000 };
	struct sha256 monday = lane_day_key(TEXT("secret"), 20000), tuesday = lane_day_key(TEXT("secret"), 20001);
	int drawn = 0, same = 0;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		char number[32];
		struct text of;

		(void)snprintf(number, sizeof(number), "B202611290%08d", i);
		of = text_of(number);
		assert_int_equal(lane_draw(&monday, of), lane_draw(&monday, of));
		drawn += lane_draw(&monday, of) < 500;
		same += lane_draw(&monday, of) == lane_draw(&tuesday, of);
	}
	assert_in_range(drawn, COUNT * 4 / 100, COUNT * 6 / 100);
	assert_true(same < COUNT / 1000);
}

static void chance_alone_inspects_the_green(void **state)
{
	struct lane_input in = { .points = 10, .level = CREDIT_B, .rate_bp = 10000, .day_key = &key, .draw_of = TEXT("D-1") };
	struct lane_choice got;

	(void)state;
	lane_choose(&rules, &in, &got);
	assert_true(got.is_drawn && got.by_chance && got.lane == LANE_RED);
	in.points = 70;
	lane_choose(&rules, &in, &got);
	assert_true(got.is_drawn && !got.by_chance && got.lane == LANE_RED);
	in.rate_bp = 0;
	in.points = 10;
	lane_choose(&rules, &in, &got);
	assert_true(!got.is_drawn && got.lane == LANE_GREEN);
}

static void rates_follow_what_was_found(void **state)
{
	(void)state;
	assert_int_equal(lane_rate(500, 0, 10, 8000), 500);
	assert_int_equal(lane_rate(500, 1, 10, 8000), 1000);
	assert_int_equal(lane_rate(500, 5, 10, 8000), 8000);
	assert_int_equal(lane_rate(500, 30, 10, 8000), 8000);
	assert_int_equal(lane_rate(500, -1, 10, 8000), 250);
	assert_int_equal(lane_rate(500, -20, 10, 8000), 10);
	assert_int_equal(lane_rate(0, 3, 10, 8000), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_order), cmocka_unit_test(whoever_is_listed_is_inspected), cmocka_unit_test(the_draw_can_be_repeated),
		cmocka_unit_test(chance_alone_inspects_the_green), cmocka_unit_test(rates_follow_what_was_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
