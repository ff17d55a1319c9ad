/* What holds an authority's messages back: maintenance, a pause it asked for, the breaker, its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "flow/gate.h"

#define S US_PER_S
#define BUSINESS_US (INT64_C(1772416800) * S) /* far from the monotonic clock */

static struct authority_conf conf = {
	.connected = true, .max_in_flight = 4, .bundle_max = 1,
	.policy = { .attempts_max = 5, .first_wait_us = S, .longest_wait_us = 60 * S, .breaker_failures = 3, .breaker_us = 5 * S },
};

static struct gate_view at(int64_t now_us)
{
	return (struct gate_view){ .conf = &conf, .now_us = now_us, .business_us = BUSINESS_US + now_us, .sharers = 1 };
}

static int set_up(void **state)
{
	(void)state;
	conf.max_per_s = conf.burst = conf.window_count = 0;
	return 0;
}

static bool takes(struct gate *g, int64_t now_us)
{
	const struct gate_view v = at(now_us);
	bool is_probe;

	return gate_take(g, &v, &is_probe);
}

static void ends(struct gate *g, int64_t now_us, int status, int retry_after_s)
{
	const struct gate_view v = at(now_us);
	const struct gate_end e = { .http_status = status, .retry_after_s = retry_after_s, .elapsed_us = S / 10, .messages = 1, .reason = TEXT("HTTP so and so") };

	gate_record(g, &v, &e);
}

static const char *state_of(struct gate *g, int64_t now_us)
{
	const struct gate_view v = at(now_us);

	return gate_state_name(gate_state(g, &v));
}

static int64_t until(struct gate *g, int64_t now_us)
{
	const struct gate_view v = at(now_us);
	int64_t until_us = gate_until_us(g, &v);

	return until_us == INT64_MIN || until_us == INT64_MAX ? until_us : until_us - BUSINESS_US;
}

static void limits_of_messages_under_way(void **state)
{
	struct gate g = { 0 };
	struct gate_view v = at(10 * S);
	bool is_probe = true;

	(void)state;
	v.in_flight = 3;
	assert_true(gate_take(&g, &v, &is_probe));
	assert_false(is_probe);
	v.in_flight = 4;
	assert_false(gate_take(&g, &v, &is_probe));
	assert_string_equal(state_of(&g, 10 * S), "open");
	assert_true(until(&g, 10 * S) == INT64_MIN);
}

/* Retry-After speaks of the authority, not of the one message that was answered with it. */
static void it_asks_to_be_left_alone(void **state)
{
	struct gate g = { 0 };

	(void)state;
	ends(&g, 10 * S, 500, 30); /* of these two only: others may mean the one message */
	ends(&g, 10 * S, 200, 30);
	assert_true(takes(&g, 10 * S));
	ends(&g, 10 * S, 429, 7);
	assert_string_equal(state_of(&g, 10 * S), "paused");
	assert_false(takes(&g, 17 * S - 1));
	assert_true(until(&g, 10 * S) == 17 * S);
	ends(&g, 11 * S, 503, 2); /* asked for less by another: the longer one stands */
	assert_false(takes(&g, 17 * S - 1));
	assert_true(takes(&g, 17 * S));
	ends(&g, 20 * S, 200, 0);
	ends(&g, 20 * S, 503, 100000); /* never longer than messages are made to wait anyway */
	assert_false(takes(&g, 80 * S - 1));
	assert_true(takes(&g, 80 * S));
}

static void a_pause_holds_the_probe_too(void **state)
{
	struct gate g = { 0 };
	struct gate_view v;
	bool one;

	(void)state;
	for (int i = 0; i < 3; i++)
		ends(&g, 10 * S, 503, i == 2 ? 20 : 0);
	assert_string_equal(state_of(&g, 10 * S), "closed");
	assert_true(until(&g, 10 * S) == 30 * S);
	v = at(16 * S); /* the breaker's own pause is over */
	assert_false(gate_wants(&g, &v, &one));
	v = at(30 * S);
	assert_true(gate_wants(&g, &v, &one));
	assert_true(one);
	assert_true(gate_take(&g, &v, &one));
	assert_true(one); /* the probe */
	assert_string_equal(state_of(&g, 30 * S), "probing");
	assert_false(takes(&g, 30 * S));
	ends(&g, 31 * S, 200, 0);
	assert_string_equal(state_of(&g, 31 * S), "recovering");
	assert_true(takes(&g, 31 * S));
}

static void failures_are_dated_by_the_first(void **state)
{
	struct gate g = { 0 };

	(void)state;
	ends(&g, 1 * S, 200, 0);
	ends(&g, 10 * S, 0, 0);
	ends(&g, 11 * S, 502, 0);
	assert_true(g.failing_since_us == BUSINESS_US + 10 * S && g.failures == 2 && g.closed_since_us == 0);
	ends(&g, 12 * S, 503, 0);
	assert_true(g.failing_since_us == BUSINESS_US + 10 * S && g.closed_since_us == BUSINESS_US + 12 * S);
	assert_true(g.reached_us == BUSINESS_US + 1 * S);
	assert_string_equal(g.evidence, "HTTP so and so");
	ends(&g, 20 * S, 422, 0); /* a refusal is an answer */
	assert_true(g.failing_since_us == 0 && g.failures == 0 && g.closed_since_us == 0 && g.reached_us == BUSINESS_US + 20 * S);
	for (int i = 0; i < 5; i++)
		ends(&g, 30 * S, 429, 0); /* it is there, and has enough: no outage, but the breaker minds */
	assert_true(g.failing_since_us == 0 && g.closed_since_us != 0);
}

static void evidence_is_cut_between_characters(void **state)
{
	const struct gate_view v = at(S);
	struct gate g = { 0 };
	char reason[400];
	struct gate_end e = { .messages = 1, .reason = { reason, sizeof(reason) } };

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		memset(reason, 'x', sizeof(reason));
		for (size_t i = shift; i + 3 <= sizeof(reason); i += 3)
			memcpy(reason + i, "关", 3);
		gate_record(&g, &v, &e);
		assert_true(text_utf8_length(text_of(g.evidence)) > 30);
	}
}

static void maintenance_begins_and_ends_by_business_time(void **state)
{
	struct gate g = { 0 };
	struct gate_view v = at(10 * S);

	(void)state;
	conf.windows[0] = (struct maintenance_window){ BUSINESS_US + 20 * S, BUSINESS_US + 30 * S };
	conf.windows[1] = (struct maintenance_window){ BUSINESS_US + 30 * S, BUSINESS_US + 40 * S }; /* at once the next */
	conf.window_count = 2;
	assert_false(gate_turned(&g, &v));
	assert_true(takes(&g, 10 * S));
	v = at(20 * S);
	assert_true(gate_turned(&g, &v));
	assert_string_equal(state_of(&g, 20 * S), "maintenance");
	assert_true(until(&g, 20 * S) == 40 * S);
	assert_false(takes(&g, 25 * S));
	v = at(31 * S);
	assert_false(gate_turned(&g, &v));
	v = at(40 * S);
	assert_true(gate_turned(&g, &v));
	assert_string_equal(state_of(&g, 40 * S), "recovering"); /* a few at first, as after an outage */
	v.in_flight = 2;
	assert_false(gate_take(&g, &v, &(bool){ false }));
	conf.windows[1].ends_us = INT64_MAX;
	assert_true(gate_turned(&g, &v));
	assert_true(until(&g, 41 * S) == INT64_MAX);
}

static void the_rate_waits_until_it_is_known_who_shares_it(void **state)
{
	struct gate g = { 0 };
	struct gate_view v = at(10 * S);
	bool is_probe, one;

	(void)state;
	conf.max_per_s = 10;
	conf.burst = 1;
	v.sharers = 0;
	assert_false(gate_take(&g, &v, &is_probe));
	assert_false(gate_wants(&g, &v, &one));
	assert_int_equal(gate_rate_wait_us(&g, &v), 0);
	v.sharers = 2;
	assert_true(gate_take(&g, &v, &is_probe));
	assert_false(gate_take(&g, &v, &is_probe));
	assert_int_equal(gate_rate_wait_us(&g, &v), S / 5); /* five a second are ours */
	assert_true(g.throttled == 2);
	v.now_us += S / 5;
	assert_true(gate_take(&g, &v, &is_probe));
}

static void no_more_is_fetched_than_can_go(void **state)
{
	struct gate g = { 0 };
	struct gate_view v = at(10 * S);

	(void)state;
	assert_true(gate_capacity(&g, &v, 8 * S) == INT64_MAX); /* nothing is known against it */
	for (int i = 0; i < 10; i++)
		ends(&g, 10 * S, 200, 0); /* a tenth of a second each, four at once */
	assert_in_range(gate_capacity(&g, &v, 8 * S), 319, 320);
	conf.max_per_s = 5;
	assert_int_equal(gate_capacity(&g, &v, 8 * S), 40);
	v.sharers = 40;
	assert_int_equal(gate_capacity(&g, &v, 8 * S), conf.max_in_flight); /* never less */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(limits_of_messages_under_way, set_up),
		cmocka_unit_test_setup(it_asks_to_be_left_alone, set_up),
		cmocka_unit_test_setup(a_pause_holds_the_probe_too, set_up),
		cmocka_unit_test_setup(failures_are_dated_by_the_first, set_up),
		cmocka_unit_test_setup(evidence_is_cut_between_characters, set_up),
		cmocka_unit_test_setup(maintenance_begins_and_ends_by_business_time, set_up),
		cmocka_unit_test_setup(the_rate_waits_until_it_is_known_who_shares_it, set_up),
		cmocka_unit_test_setup(no_more_is_fetched_than_can_go, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
