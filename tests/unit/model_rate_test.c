/* The bucket that limits how many messages a second an authority gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/rate.h"

#define S INT64_C(1000000)

/* How many go from one moment to another, tried at every step. */
static int count(struct rate *r, const struct rate_limit *limit, int64_t from_us, int64_t to_us, int64_t step_us)
{
	int n = 0;

	for (int64_t at = from_us; at < to_us; at += step_us)
		while (rate_take(r, limit, at))
			n++;
	return n;
}

static void no_limit_is_none(void **state)
{
	struct rate_limit limit = { .sharers = 1 };
	struct rate r = { 0 };

	(void)state;
	for (int i = 0; i < 100000; i++)
		assert_true(rate_take(&r, &limit, 0));
	assert_int_equal(rate_wait_us(&r, &limit, 0), 0);
}

static void the_burst_goes_at_once_and_then_so_many_a_second(void **state)
{
	struct rate_limit limit = { .per_s = 10, .burst = 5, .sharers = 1 };
	struct rate r = { 0 };

	(void)state;
	assert_int_equal(count(&r, &limit, 100 * S, 100 * S + 1, 1), 5);
	assert_int_equal(rate_wait_us(&r, &limit, 100 * S), S / 10);
	assert_false(rate_take(&r, &limit, 100 * S + S / 10 - 1));
	assert_true(rate_take(&r, &limit, 100 * S + S / 10));
	assert_int_equal(count(&r, &limit, 100 * S + S / 10, 110 * S + S / 10, 777), 99);
	/* a pause fills the burst and no more; so does one of a thousand years */
	assert_int_equal(count(&r, &limit, 200 * S, 200 * S + 1, 1), 5);
	assert_int_equal(count(&r, &limit, INT64_MAX / 2, INT64_MAX / 2 + 1, 1), 5);
}

static void a_burst_that_nobody_named_is_a_tenth(void **state)
{
	struct rate_limit limit = { .per_s = 300, .sharers = 1 };
	struct rate r = { 0 };

	(void)state;
	assert_int_equal(count(&r, &limit, S, S + 1, 1), 30);
	limit.per_s = 3;
	r = (struct rate){ 0 };
	assert_int_equal(count(&r, &limit, S, S + 1, 1), 1);
	assert_int_equal(count(&r, &limit, S + 1, 11 * S, 1000), 29);
}

/* However many share it, together they send what the authority allows. */
static void sharers_have_a_part_each(void **state)
{
	static const struct { int per_s, burst, sharers, seconds; } cases[] = {
		{ 100, 10, 1, 20 }, { 100, 10, 2, 20 }, { 100, 10, 7, 20 }, { 3, 1, 5, 200 }, { 1, 1, 4, 400 }, { 5000, 0, 3, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rate_limit limit = { cases[i].per_s, cases[i].burst, cases[i].sharers };
		int sent = 0, expected = cases[i].per_s * cases[i].seconds, slack = limit.burst > limit.per_s / 10 ? limit.burst : limit.per_s / 10;

		for (int k = 0; k < limit.sharers; k++) {
			struct rate r = { 0 };

			sent += count(&r, &limit, S, S + cases[i].seconds * S, 1009);
		}
		assert_in_range(sent, expected - 2 * limit.sharers, expected + slack + limit.sharers);
	}
}

static void others_come_and_go(void **state)
{
	struct rate_limit limit = { .per_s = 10, .burst = 10, .sharers = 1 };
	struct rate r = { 0 };

	(void)state;
	assert_int_equal(count(&r, &limit, S, S + 1, 1), 10);
	limit.sharers = 4;
	assert_in_range(count(&r, &limit, S + 1, 9 * S, 1000), 19, 20); /* a quarter of eighty */
	limit.sharers = 1;
	assert_in_range(count(&r, &limit, 9 * S, 17 * S, 1000), 80, 83);
}

static void the_wait_is_when_it_may_go(void **state)
{
	struct rate_limit limit = { .per_s = 7, .burst = 1, .sharers = 3 };
	struct rate r = { 0 };
	int64_t now = 5;

	(void)state;
	for (int i = 0; i < 100; i++) {
		int64_t wait = rate_wait_us(&r, &limit, now);

		if (wait > 0)
			assert_false(rate_take(&r, &limit, now + wait - 1));
		assert_true(rate_take(&r, &limit, now + wait));
		now += wait;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_limit_is_none),
		cmocka_unit_test(the_burst_goes_at_once_and_then_so_many_a_second),
		cmocka_unit_test(a_burst_that_nobody_named_is_a_tenth),
		cmocka_unit_test(sharers_have_a_part_each),
		cmocka_unit_test(others_come_and_go),
		cmocka_unit_test(the_wait_is_when_it_may_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
