/* What an attempt's end means, waiting times, and the breaker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/delivery.h"

static const struct delivery_policy policy = {
	.attempts_max = 5,
	.first_wait_us = 1000000,
	.longest_wait_us = 60000000,
	.breaker_failures = 3,
	.breaker_us = 5000000,
};

static void names_go_both_ways(void **state)
{
	enum delivery_state s;

	(void)state;
	for (int i = 0; i < DELIVERY_STATE_COUNT; i++) {
		assert_true(delivery_state_by_name(text_of(delivery_state_name((enum delivery_state)i)), &s));
		assert_int_equal(s, i);
	}
	assert_false(delivery_state_by_name(TEXT("du"), &s));
	assert_false(delivery_state_by_name((struct text){ NULL, 0 }, &s));
}

static void an_end_is_judged_by_its_status(void **state)
{
	static const struct {
		int status;
		enum delivery_fate fate;
	} cases[] = {
		{ 0, FATE_AGAIN }, { 100, FATE_AGAIN }, { 200, FATE_SENT }, { 201, FATE_SENT }, { 202, FATE_SENT }, { 204, FATE_SENT },
		{ 299, FATE_SENT }, { 301, FATE_AGAIN }, { 400, FATE_DEAD }, { 401, FATE_AGAIN }, { 403, FATE_AGAIN },
		{ 404, FATE_DEAD }, { 405, FATE_AGAIN }, { 408, FATE_AGAIN }, { 409, FATE_DEAD }, { 410, FATE_DEAD },
		{ 413, FATE_DEAD }, { 415, FATE_DEAD }, { 422, FATE_DEAD }, { 425, FATE_AGAIN }, { 429, FATE_AGAIN },
		{ 500, FATE_AGAIN }, { 502, FATE_AGAIN }, { 503, FATE_AGAIN }, { 504, FATE_AGAIN }, { 599, FATE_AGAIN },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		enum delivery_fate last = cases[i].fate == FATE_AGAIN ? FATE_DEAD : cases[i].fate;

		assert_int_equal(delivery_judge(&policy, cases[i].status, 1), cases[i].fate);
		assert_int_equal(delivery_judge(&policy, cases[i].status, policy.attempts_max - 1), cases[i].fate);
		assert_int_equal(delivery_judge(&policy, cases[i].status, policy.attempts_max), last);
	}
}

static void waits_double_up_to_the_longest(void **state)
{
	static const struct {
		int attempts, seconds;
	} cases[] = { { 0, 1 }, { 1, 1 }, { 2, 2 }, { 3, 4 }, { 4, 8 }, { 6, 32 }, { 7, 60 }, { 8, 60 }, { 1000000, 60 } };

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		int64_t base = cases[i].seconds * INT64_C(1000000);

		assert_true(delivery_wait_us(&policy, cases[i].attempts, 0, 0) == base);
		assert_true(delivery_wait_us(&policy, cases[i].attempts, 0, (uint64_t)base / 4) == base + base / 4);
		for (uint64_t random = 1; random != 0; random <<= 1) {
			int64_t wait = delivery_wait_us(&policy, cases[i].attempts, 0, random * 7919);

			assert_true(wait >= base && wait <= base + base / 4);
		}
		/* never earlier than asked, and not all of them at that very moment */
		assert_true(delivery_wait_us(&policy, cases[i].attempts, 120, 0) == 120 * INT64_C(1000000));
		assert_true(delivery_wait_us(&policy, cases[i].attempts, 120, 99) == 120 * INT64_C(1000000) + 99);
		assert_true(delivery_wait_us(&policy, cases[i].attempts, -1, 0) == base);
		assert_true(delivery_wait_us(&policy, cases[i].attempts, INT32_MAX, UINT64_MAX) >= INT32_MAX * INT64_C(1000000));
	}
}

static void a_message_keeps_its_id(void **state)
{
	struct text key[] = { TEXT("P"), TEXT("1") };
	struct id d = id_of_key('D', key, 2), a = delivery_message_id(&d, AUTHORITY_CUS, 1), b;

	(void)state;
	b = delivery_message_id(&d, AUTHORITY_CUS, 1);
	assert_true(id_eq(&a, &b));
	assert_int_equal(id_bucket(&a), id_bucket(&d));
	b = delivery_message_id(&d, AUTHORITY_CUS, 2);
	assert_false(id_eq(&a, &b));
	b = delivery_message_id(&d, AUTHORITY_TAX, 1);
	assert_false(id_eq(&a, &b));
	d.b[15] ^= 1; /* another declaration of the same bucket */
	assert_int_equal(id_bucket(&a), id_bucket(&d));
	b = delivery_message_id(&d, AUTHORITY_CUS, 1);
	assert_false(id_eq(&a, &b));
}

static void the_breaker_opens_probes_and_closes(void **state)
{
	struct breaker b = { 0 };
	int64_t t = 1000;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_true(breaker_admits(&b, 0, t));
		breaker_record(&b, &policy, false, t);
	}
	breaker_record(&b, &policy, true, t); /* in a row: an answer in between starts the count anew */
	for (int i = 0; i < 3; i++) {
		assert_true(breaker_admits(&b, 0, t));
		breaker_record(&b, &policy, false, t);
	}
	assert_false(breaker_admits(&b, 0, t));
	assert_false(breaker_admits(&b, 0, t + policy.breaker_us - 1));
	breaker_record(&b, &policy, false, t + policy.breaker_us - 1); /* a straggler does not lengthen the pause */
	assert_true(breaker_admits(&b, 0, t + policy.breaker_us));
	assert_false(breaker_admits(&b, 0, t + policy.breaker_us)); /* one probe only */
	assert_false(breaker_admits(&b, 0, t + 10 * policy.breaker_us));
	t += policy.breaker_us;
	breaker_record(&b, &policy, false, t);
	assert_false(breaker_admits(&b, 0, t + policy.breaker_us - 1));
	assert_true(breaker_admits(&b, 0, t + policy.breaker_us));
	breaker_record(&b, &policy, true, t + policy.breaker_us);
	for (int i = 0; i < 100; i++)
		assert_true(breaker_admits(&b, 0, t + policy.breaker_us));
	assert_int_equal(b.failures, 0);
}

static void a_late_success_closes_the_breaker(void **state)
{
	struct breaker b = { 0 };

	(void)state;
	for (int i = 0; i < policy.breaker_failures; i++)
		breaker_record(&b, &policy, false, 5);
	assert_false(breaker_admits(&b, 0, 6));
	breaker_record(&b, &policy, true, 7);
	assert_true(breaker_admits(&b, 0, 7));
}

/* The first answer after an outage does not loose the whole limit at once. */
static void it_recovers_a_few_at_a_time(void **state)
{
	struct breaker b = { 0 };
	int most = 0;

	(void)state;
	assert_true(breaker_admits(&b, 1000, 1)); /* no limit of its own */
	for (int i = 0; i < policy.breaker_failures; i++)
		breaker_record(&b, &policy, false, 1);
	assert_true(breaker_admits(&b, 0, 1 + policy.breaker_us));
	breaker_record(&b, &policy, true, 2 + policy.breaker_us);
	while (breaker_admits(&b, most, 3 + policy.breaker_us))
		most++;
	assert_int_equal(most, 2);
	for (int i = 0; i < 6; i++)
		breaker_record(&b, &policy, true, 3 + policy.breaker_us);
	assert_true(breaker_admits(&b, 7, 4 + policy.breaker_us));
	assert_false(breaker_admits(&b, 8, 4 + policy.breaker_us));
	breaker_record(&b, &policy, false, 4 + policy.breaker_us); /* not yet: half as many */
	assert_true(breaker_admits(&b, 3, 4 + policy.breaker_us));
	assert_false(breaker_admits(&b, 4, 4 + policy.breaker_us));
	for (int i = 0; i < 20000; i++)
		breaker_record(&b, &policy, true, 5 + policy.breaker_us);
	assert_true(breaker_admits(&b, 1000000, 5 + policy.breaker_us));
}

static void after_maintenance_too(void **state)
{
	struct breaker b = { 0 };

	(void)state;
	breaker_ease(&b);
	assert_true(breaker_admits(&b, 1, 1));
	assert_false(breaker_admits(&b, 2, 1));
	b = (struct breaker){ .failures = 3, .open_until_us = 9 }; /* one that is away stays away */
	breaker_ease(&b);
	assert_false(breaker_admits(&b, 0, 1));
}

/* Peers that failed together do not come back together: the jitter spreads them over a quarter of the wait. */
static void jitter_spreads(void **state)
{
	int quarters[4] = { 0 };
	uint64_t random = 88172645463325252u; /* xorshift, any seed */

	(void)state;
	for (int i = 0; i < 4000; i++) {
		int64_t beyond;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		beyond = delivery_wait_us(&policy, 4, 0, random) - 8000000;
		assert_true(beyond >= 0 && beyond <= 2000000);
		quarters[beyond >= 2000000 ? 3 : beyond / 500000]++;
	}
	for (int i = 0; i < 4; i++)
		assert_true(quarters[i] > 800 && quarters[i] < 1200);
}

static void a_probe_uses_no_attempt_up(void **state)
{
	struct delivery_policy once = policy;

	(void)state;
	once.attempts_max = 1;
	assert_int_equal(delivery_judge(&once, 503, 0), FATE_AGAIN);
	assert_int_equal(delivery_judge(&once, 503, 1), FATE_DEAD);
	assert_int_equal(delivery_judge(&once, 422, 0), FATE_DEAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(an_end_is_judged_by_its_status),
		cmocka_unit_test(waits_double_up_to_the_longest),
		cmocka_unit_test(a_message_keeps_its_id),
		cmocka_unit_test(jitter_spreads),
		cmocka_unit_test(a_probe_uses_no_attempt_up),
		cmocka_unit_test(the_breaker_opens_probes_and_closes),
		cmocka_unit_test(it_recovers_a_few_at_a_time),
		cmocka_unit_test(after_maintenance_too),
		cmocka_unit_test(a_late_success_closes_the_breaker),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
