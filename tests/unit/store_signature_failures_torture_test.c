/* Refused signatures on a real PostgreSQL: added up by minute, a signal for each, never twice, kept while the database is away, bounded. */
#include "ordered_db.h"

#include "store/signature_failures.h"

enum { MINUTE_S = 60, PLACES = 256 };

struct bench {
	struct house *h;
	struct signature_failures *x;
	struct clock clock;
	struct loop_timer poll;
	bool ends; /* settle() waits for the end instead */
};

/* In place: the clock is borrowed. Client 1 files for an enterprise, client 2 is the operator's. */
static void bench_begin(struct bench *b, struct house *h)
{
	const struct db_conf pool = { .label = "test", .conninfo = h->conninfo, .session = "set timezone = 'UTC'", .connections = 1, .pipeline_depth = 1,
		                      .queue_limit = 4, .queue_wait_ms = 20000, .call_timeout_ms = 50000, .connect_timeout_ms = 20000 };
	struct fault f = { 0 };

	*b = (struct bench){ .h = h };
	house_migrate(h);
	house_sql(h->db, "insert into client (name, role, codes, state, created_at) values ('one', 'enterprise', '{A,B}', 'live', now()), ('two', 'operator', '{}', null, now())");
	assert_int_equal(house_ask(h, "select id from client where name = 'two'"), 2);
	h->pool = db_new(h->loop, &pool, &f);
	assert_non_null(h->pool);
	order.loop = h->loop;
	clock_shift(&b->clock, NOW_US - clock_real_us());
	b->x = signature_failures_new(1, &(struct signature_failures_deps){ .loop = h->loop, .db = h->pool, .clock = &b->clock }, &f);
	assert_non_null(b->x);
}

static void on_poll(struct loop_timer *t)
{
	struct bench *b = container_of(t, struct bench, poll);
	struct signature_failures_stats s;

	signature_failures_stats_get(b->x, &s);
	if (b->ends ? signature_failures_idle(b->x) : s.waiting == 0)
		loop_stop(b->h->loop);
	else
		loop_timer_set(b->h->loop, t, 1000, on_poll);
}

/* Until nothing waits to be written. */
static struct signature_failures_stats settle(struct bench *b)
{
	struct signature_failures_stats s;

	loop_timer_set(b->h->loop, &b->h->watchdog, 60 * US_PER_S, house_late);
	loop_timer_set(b->h->loop, &b->poll, 0, on_poll);
	loop_run(b->h->loop);
	loop_timer_clear(b->h->loop, &b->h->watchdog);
	signature_failures_stats_get(b->x, &s);
	return s;
}

static void count_some(struct bench *b)
{
	signature_failures_count(b->x, 1, false);
	signature_failures_count(b->x, 2, false);
	signature_failures_count(b->x, 1, false);
	signature_failures_count(b->x, 1, true);
}

/* As count_some() was written so many times; a signal each time, of the enterprise's client alone. */
static void assert_written(struct bench *b, int times)
{
	assert_int_equal(house_ask(b->h, "select coalesce(sum(failures), 0) from signature_failure where client_id = 1"), 2 * times);
	assert_int_equal(house_ask(b->h, "select coalesce(sum(replays), 0) from signature_failure where client_id = 1"), times);
	assert_int_equal(house_ask(b->h, "select coalesce(sum(failures * 10 + replays), 0) from signature_failure where client_id = 2"), 10 * times);
	assert_int_equal(house_ask(b->h, "select count(*) from risk_signal where what = 'signatures' and enterprise = 'A' and occasion = 'one'"), times);
	assert_int_equal(house_ask(b->h, "select count(*) from risk_signal"), times);
}

/* --- cases ---------------------------------------------------------------------------------------------------------- */

static void what_is_counted_adds_up(void **state)
{
	struct bench b;

	bench_begin(&b, house_of(state));
	signature_failures_count(NULL, 1, false);
	for (int times = 1; times <= 3; times++) {
		count_some(&b);
		assert_int_equal(settle(&b).counted, 4 * times);
		assert_written(&b, times);
	}
	assert_int_equal(house_ask(b.h, "select count(*) from risk_signal s where not exists (select from signature_failure f"
	                                " where f.client_id = s.client_id and to_timestamp(f.minute * 60.0) = s.at)"), 0);
	signature_failures_free(b.x);
}

static void minutes_are_kept_apart_and_old_ones_go(void **state)
{
	struct bench b;

	bench_begin(&b, house_of(state));
	count_some(&b);
	clock_shift(&b.clock, NOW_US - clock_real_us() + MINUTE_S * US_PER_S);
	count_some(&b);
	(void)settle(&b);
	assert_written(&b, 2);
	assert_int_equal(house_ask(b.h, "select count(*) from signature_failure"), 4);
	clock_shift(&b.clock, NOW_US - clock_real_us() + 3 * US_PER_HOUR);
	count_some(&b);
	(void)settle(&b);
	assert_int_equal(house_ask(b.h, "select count(*) from signature_failure"), 2);
	signature_failures_free(b.x);
}

static void what_is_not_stored_comes_later(void **state)
{
	struct bench b;

	bench_begin(&b, house_of(state));
	count_some(&b);
	order.is_due = true;
	order.outcome = DB_TRY_AGAIN;
	assert_int_equal(settle(&b).left_out, 0);
	assert_false(order.is_due);
	assert_written(&b, 1);
	signature_failures_free(b.x);
}

static void what_may_be_stored_is_not_repeated(void **state)
{
	static const enum db_outcome lost[] = { DB_UNCERTAIN, DB_CONFLICT, DB_BROKEN };
	struct bench b;

	bench_begin(&b, house_of(state));
	for (size_t i = 0; i < COUNTOF(lost); i++) {
		count_some(&b);
		order.is_due = true;
		order.outcome = lost[i];
		assert_int_equal(settle(&b).left_out, 4 * (i + 1));
		assert_written(&b, 1); /* the first one was stored, whatever was heard of it */
	}
	signature_failures_free(b.x);
}

/* At the end it is written at once; what the database does not take holds nobody up. */
static void an_orderly_end(void **state)
{
	struct bench b;

	bench_begin(&b, house_of(state));
	count_some(&b);
	signature_failures_quiesce(b.x);
	assert_false(signature_failures_idle(b.x));
	b.ends = true;
	assert_int_equal(settle(&b).waiting, 0);
	assert_written(&b, 1);
	count_some(&b);
	order.is_due = true;
	order.outcome = DB_TRY_AGAIN;
	signature_failures_quiesce(b.x);
	assert_int_equal(settle(&b).waiting, 2);
	signature_failures_free(b.x);
}

static void there_is_a_limit(void **state)
{
	struct signature_failures_stats s;
	struct bench b;

	bench_begin(&b, house_of(state));
	house_sql(b.h->db, "insert into client (name, role, codes, state, created_at) select 'c' || n, 'enterprise', '{C}', 'live', now() from generate_series(3, 300) n");
	for (int client = 1; client <= PLACES + 6; client++)
		signature_failures_count(b.x, client, false);
	signature_failures_count(b.x, 1, false); /* who has a place goes on */
	signature_failures_stats_get(b.x, &s);
	assert_int_equal(s.waiting, PLACES);
	assert_int_equal(s.left_out, 6);
	(void)settle(&b);
	assert_int_equal(house_ask(b.h, "select sum(failures) from signature_failure"), PLACES + 1);
	signature_failures_free(b.x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_counted_adds_up, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(minutes_are_kept_apart_and_old_ones_go, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_stored_comes_later, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(what_may_be_stored_is_not_repeated, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(an_orderly_end, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(there_is_a_limit, house_set_up, house_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
