/* What was handed over lately, and what that says about the next one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/outlook.h"
#include "model/tally.h"

#define S  INT64_C(1000000)
#define MS INT64_C(1000)

static void nothing_was_counted(void **state)
{
	struct tally t = { 0 };
	struct tally_sum s;

	(void)state;
	tally_sum(&t, 0, &s);
	assert_int_equal(s.count, 0);
	assert_int_equal(tally_quantile_us(&s, 99), 0);
}

static void quantiles_are_right_to_a_quarter(void **state)
{
	static const int64_t durations[] = { 500, 1200, 7 * MS, 33 * MS, 250 * MS, 1800 * MS, 14 * S };
	struct tally_sum s;

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		struct tally t = { 0 };

		for (int k = 0; k < 98; k++)
			tally_add(&t, 100 * S, durations[i], 1);
		tally_add(&t, 100 * S, 20 * S, 1);
		tally_add(&t, 100 * S, 500 * S, 1); /* longer than any class */
		tally_sum(&t, 100 * S, &s);
		assert_int_equal(s.count, 100);
		assert_true(s.elapsed_us == 98 * durations[i] + 520 * S);
		assert_true(tally_quantile_us(&s, 50) >= durations[i] && tally_quantile_us(&s, 50) <= durations[i] + durations[i] / 4 + 1000);
		assert_true(tally_quantile_us(&s, 99) >= 20 * S && tally_quantile_us(&s, 99) <= 25 * S);
	}
}

static void what_is_older_than_the_window_goes(void **state)
{
	struct tally t = { 0 };
	struct tally_sum s;

	(void)state;
	for (int k = 0; k < 100; k++)
		tally_add(&t, k * 10 * S, 3 * MS, 1); /* six a slot */
	tally_sum(&t, 990 * S, &s);
	assert_int_equal(s.count, 9 * 3 + 1); /* nine whole slots and what the tenth has so far */
	tally_sum(&t, 990 * S + (TALLY_WINDOW_S - TALLY_SLOT_S) * S, &s);
	assert_int_equal(s.count, 1);
	tally_sum(&t, 2000 * S, &s);
	assert_int_equal(s.count, 0);
	tally_add(&t, 5000 * S, 3 * MS, 1);
	tally_sum(&t, 5000 * S, &s);
	assert_int_equal(s.count, 1);
}

static const struct outlook_case calm = {
	.connected = true, .senders = 2, .max_in_flight = 10, .answered = 3000, .elapsed_us = 3000 * 200 * MS, .window_us = 300 * S, .timeout_us = 15 * S,
};

static void health_in_a_word(void **state)
{
	struct outlook_case c = calm;

	(void)state;
	assert_int_equal(outlook_of(&c).health, HEALTH_UP);
	c.away = true;
	assert_int_equal(outlook_of(&c).health, HEALTH_DOWN);
	c.probing = true;
	assert_int_equal(outlook_of(&c).health, HEALTH_PROBING);
	c.in_maintenance = true;
	assert_int_equal(outlook_of(&c).health, HEALTH_MAINTENANCE);
	c.connected = false;
	assert_int_equal(outlook_of(&c).health, HEALTH_OFF);
	assert_true(outlook_of(&c).wait_us == -1);
	assert_string_equal(health_name(HEALTH_MAINTENANCE), "maintenance");
}

static void the_wait_follows_backlog_limits_and_what_happened(void **state)
{
	struct outlook_case c = calm;

	(void)state;
	assert_true(outlook_of(&c).wait_us == 0);
	c.backlog = 5000; /* 20 at once, 200 ms each: a hundred a second */
	assert_int_equal(outlook_of(&c).wait_us / S, 50);
	c.max_per_s = 25;
	assert_int_equal(outlook_of(&c).wait_us / S, 200);
	c.oldest_age_us = 400 * S; /* something waited all the time: ten a second is what it takes in truth */
	assert_int_equal(outlook_of(&c).wait_us / S, 500);
	c.oldest_age_us = 200 * S; /* it did not: ten a second is what came */
	assert_int_equal(outlook_of(&c).wait_us / S, 200);
	c.until_us = 60 * S;
	assert_int_equal(outlook_of(&c).wait_us / S, 260);
	assert_false(outlook_of(&c).at_least);
	c.away = true;
	assert_true(outlook_of(&c).at_least);
	c.until_us = INT64_MAX; /* maintenance without an end */
	assert_true(outlook_of(&c).wait_us == -1);
}

static void while_nothing_was_answered_the_timeout_stands_for_it(void **state)
{
	struct outlook_case c = calm;

	(void)state;
	c.answered = c.elapsed_us = 0;
	c.backlog = 40;
	c.oldest_age_us = 1000 * S;
	assert_int_equal(outlook_of(&c).wait_us / S, 30);
	c.senders = 0;
	assert_int_equal(outlook_of(&c).wait_us / S, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_was_counted),
		cmocka_unit_test(quantiles_are_right_to_a_quarter),
		cmocka_unit_test(what_is_older_than_the_window_goes),
		cmocka_unit_test(health_in_a_word),
		cmocka_unit_test(the_wait_follows_backlog_limits_and_what_happened),
		cmocka_unit_test(while_nothing_was_answered_the_timeout_stands_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
