/* Counters of data quality on a real PostgreSQL: added up, never twice, kept while the database is away, bounded. */
#include "ordered_db.h"

#include "store/sender_quality.h"

/* --- a bench -------------------------------------------------------------------------------------------------------- */

struct bench {
	struct house *h;
	struct sender_quality *q;
	struct clock clock;
	struct loop_timer poll;
	bool ends; /* settle() waits for the end instead */
};

static const struct sender_quality_key order_1 = { 1, DOC_ORDER, FIELD_NONE, SENDER_QUALITY_FILING }, payment_1 = { 1, DOC_PAYMENT, FIELD_NONE, SENDER_QUALITY_FILING };

static struct sender_quality_key fault_of(enum field field, int reason)
{
	return (struct sender_quality_key){ 1, DOC_ORDER, field, reason };
}

/* In place: the clock is borrowed. */
static void bench_begin(struct bench *b, struct house *h, int counters)
{
	const struct db_conf pool = { .label = "test", .conninfo = h->conninfo, .session = "set timezone = 'UTC'", .connections = 1, .pipeline_depth = 1,
		                      .queue_limit = 4, .queue_wait_ms = 20000, .call_timeout_ms = 50000, .connect_timeout_ms = 20000 };
	const struct sender_quality_conf conf = { .flush_ms = 1, .counters = counters };
	struct fault f = { 0 };

	*b = (struct bench){ .h = h };
	house_migrate(h);
	house_sql(h->db, "insert into client (name, role, created_at) values ('c', 'operator', now())");
	assert_int_equal(house_ask(h, "select id from client where name = 'c'"), 1);
	h->pool = db_new(h->loop, &pool, &f);
	assert_non_null(h->pool);
	order.loop = h->loop;
	clock_shift(&b->clock, NOW_US - clock_real_us());
	b->q = sender_quality_new(&conf, &(struct sender_quality_deps){ .loop = h->loop, .db = h->pool, .clock = &b->clock }, &f);
	assert_non_null(b->q);
}

static void on_poll(struct loop_timer *t)
{
	struct bench *b = container_of(t, struct bench, poll);
	struct sender_quality_stats s;

	sender_quality_stats_get(b->q, &s);
	if (b->ends ? sender_quality_idle(b->q) : s.waiting == 0)
		loop_stop(b->h->loop);
	else
		loop_timer_set(b->h->loop, t, 1000, on_poll);
}

/* Until nothing waits to be written. */
static struct sender_quality_stats settle(struct bench *b)
{
	struct sender_quality_stats s;

	loop_timer_set(b->h->loop, &b->h->watchdog, 60 * US_PER_S, house_late);
	loop_timer_set(b->h->loop, &b->poll, 0, on_poll);
	loop_run(b->h->loop);
	loop_timer_clear(b->h->loop, &b->h->watchdog);
	sender_quality_stats_get(b->q, &s);
	return s;
}

static void count_some(struct bench *b)
{
	const struct sender_quality_key required = fault_of(F_CURRENCY, sender_quality_rule(RULE_REQUIRED)), conflict = fault_of(FIELD_NONE, sender_quality_fault(FAULT_KEY_CONFLICT));

	sender_quality_count(b->q, &order_1, SENDER_QUALITY_ACCEPTED);
	sender_quality_count(b->q, &order_1, SENDER_QUALITY_REFUSED);
	sender_quality_count(b->q, &order_1, SENDER_QUALITY_REFUSED);
	sender_quality_count(b->q, &payment_1, SENDER_QUALITY_ACCEPTED);
	sender_quality_count(b->q, &required, SENDER_QUALITY_REFUSED);
	sender_quality_count(b->q, &conflict, SENDER_QUALITY_REFUSED);
}

/* As count_some() was written so many times. */
static void assert_written(struct bench *b, int times)
{
	assert_int_equal(house_ask(b->h, "select coalesce(sum(accepted), 0) from sender_day where kind = 'order' and day = '2026-03-02'"), times);
	assert_int_equal(house_ask(b->h, "select coalesce(sum(refused), 0) from sender_day where day = '2026-03-02'"), 2 * times);
	assert_int_equal(house_ask(b->h, "select coalesce(sum(accepted), 0) from sender_day where kind = 'payment'"), times);
	assert_int_equal(house_ask(b->h, "select coalesce(sum(refused), 0) from sender_fault where field = 'currency' and rule = 'field.required'"), times);
	assert_int_equal(house_ask(b->h, "select coalesce(sum(refused), 0) from sender_fault where field = '' and rule = 'key-conflict'"), times);
	assert_int_equal(house_ask(b->h, "select count(*) from sender_day"), times > 0 ? 2 : 0);
}

/* --- cases ---------------------------------------------------------------------------------------------------------- */

static void what_is_counted_adds_up(void **state)
{
	struct bench b;

	bench_begin(&b, house_of(state), 64);
	for (int times = 1; times <= 3; times++) {
		count_some(&b);
		assert_int_equal(settle(&b).written, 6 * times);
		assert_written(&b, times);
	}
	sender_quality_free(b.q);
}

static void what_is_not_stored_comes_later(void **state)
{
	struct bench b;

	bench_begin(&b, house_of(state), 64);
	count_some(&b);
	order.is_due = true;
	order.outcome = DB_TRY_AGAIN;
	assert_int_equal(settle(&b).written, 6);
	assert_false(order.is_due);
	assert_written(&b, 1);
	sender_quality_free(b.q);
}

/* At the end it is written at once; what the database does not take holds nobody up. */
static void an_orderly_end(void **state)
{
	struct bench b;
	struct sender_quality_stats s;

	bench_begin(&b, house_of(state), 64);
	count_some(&b);
	sender_quality_quiesce(b.q);
	assert_false(sender_quality_idle(b.q));
	b.ends = true;
	assert_int_equal(settle(&b).waiting, 0);
	assert_written(&b, 1);
	count_some(&b);
	order.is_due = true;
	order.outcome = DB_TRY_AGAIN;
	sender_quality_quiesce(b.q);
	s = settle(&b);
	assert_int_equal(s.waiting, 4);
	assert_int_equal(s.written, 6);
	sender_quality_free(b.q);
}

static void what_may_be_stored_is_not_repeated(void **state)
{
	static const enum db_outcome lost[] = { DB_UNCERTAIN, DB_CONFLICT, DB_BROKEN };
	struct bench b;
	struct sender_quality_stats s;

	bench_begin(&b, house_of(state), 64);
	for (size_t i = 0; i < COUNTOF(lost); i++) {
		count_some(&b);
		order.is_due = true;
		order.outcome = lost[i];
		s = settle(&b);
		assert_int_equal(s.left_out, 6 * (i + 1));
		assert_int_equal(s.written, 0);
		assert_written(&b, 1); /* the first one was stored, whatever was heard of it */
	}
	count_some(&b);
	assert_int_equal(settle(&b).written, 6);
	assert_written(&b, 2);
	sender_quality_free(b.q);
}

static void there_is_a_limit(void **state)
{
	struct bench b;
	struct sender_quality_stats s;

	bench_begin(&b, house_of(state), 64);
	for (int round = 0; round < 2; round++) {
		for (int field = 0; field < 70; field++) {
			const struct sender_quality_key key = fault_of((enum field)field, sender_quality_rule(RULE_LENGTH));

			sender_quality_count(b.q, &key, SENDER_QUALITY_WARNED);
		}
		sender_quality_stats_get(b.q, &s);
		assert_int_equal(s.waiting, 64);
		assert_int_equal(s.left_out, 6 * (round + 1));
		assert_int_equal(settle(&b).written, 64 * (round + 1));
	}
	assert_int_equal(house_ask(b.h, "select sum(warned) from sender_fault"), 128);
	sender_quality_free(b.q);
}

static void a_closed_month_takes_no_more(void **state)
{
	struct bench b;

	bench_begin(&b, house_of(state), 64);
	house_sql(b.h->db, "update sender_month_place set closed = '2026-03-01'");
	count_some(&b);
	(void)settle(&b);
	assert_int_equal(house_ask(b.h, "select count(*) from sender_day where day = '2026-04-01'"), 2);
	assert_int_equal(house_ask(b.h, "select count(*) from sender_fault where day <> '2026-04-01'"), 0);
	sender_quality_free(b.q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_counted_adds_up, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_stored_comes_later, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(an_orderly_end, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(what_may_be_stored_is_not_repeated, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(there_is_a_limit, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(a_closed_month_takes_no_more, house_set_up, house_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
