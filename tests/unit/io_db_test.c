/* The pool against a real PostgreSQL: outcomes, the promises about on_done, the limits of its queues. */
#include "db_bench.h"

/* --- one call ----------------------------------------------------------------------- */

static void test_several_statements(void **state)
{
	struct bench *b = bench_of(state);
	struct wait w = waiting(b), again = waiting(b);

	open_pool(b, 1, 8);
	db_call_add(&w.call, &put, params_of(b, 1, "one"));
	db_call_add(&w.call, &put, params_of(b, 2, "two"));
	db_call_add(&w.call, &bump, param(b, 3));
	db_call_add(&w.call, &count, NULL);
	start(&w);
	finish(b);
	assert_int_equal(w.outcome, DB_DONE);
	assert_int_equal(w.count, 4);
	assert_true(w.affected[0] == 1 && w.affected[1] == 1 && w.affected[2] == 0 && w.value == 2);

	/* the third fails: the first two leave no trace, the fourth does not run, the next call is well */
	w = waiting(b);
	db_call_add(&w.call, &put, params_of(b, 3, "three"));
	db_call_add(&w.call, &bump, param(b, 1));
	db_call_add(&w.call, &put, params_of(b, 2, "again"));
	db_call_add(&w.call, &count_too, NULL); /* its first use: not lost with the failure */
	db_call_add(&again.call, &count_too, NULL);
	start(&w);
	start(&again);
	finish(b);
	assert_int_equal(w.outcome, DB_CONFLICT);
	assert_int_equal(w.count, 0);
	assert_string_equal(w.sqlstate, "23505");
	assert_non_null(strstr(w.detail, "test.put"));
	assert_non_null(strstr(w.detail, "t_pkey"));
	assert_int_equal(again.outcome, DB_DONE);
	assert_true(again.value == 2);
	assert_true(ask(b, "select count(*) from t where v like '%.'") == 0);
	assert_true(stats(b).reconnects == 0);
}

static void test_outcomes(void **state)
{
	static const struct db_stmt cases[] = {
		{ "case.check", "insert into t values (1000000, '')", 0, DB_WRITES },
		{ "case.null", "insert into t values (1, null)", 0, DB_WRITES },
		{ "case.data", "insert into t values ('18446744073709551616'::text::int8, '')", 0, DB_WRITES },
		{ "case.full", "do $$ begin raise sqlstate '53100'; end $$", 0, DB_WRITES },
		{ "case.serial", "do $$ begin raise sqlstate '40001'; end $$", 0, DB_WRITES },
		{ "case.lock", "do $$ begin raise sqlstate '55P03'; end $$", 0, DB_WRITES },
		{ "case.cancel", "do $$ begin raise sqlstate '57014'; end $$", 0, DB_WRITES },
		{ "case.raise", "do $$ begin raise exception 'x'; end $$", 0, DB_WRITES },
		{ "case.syntax", "selekt", 0, DB_WRITES },
	};
	static const enum db_outcome wanted[] = {
		DB_CONFLICT, DB_CONFLICT, DB_BAD_DATA, DB_TRY_AGAIN, DB_TRY_AGAIN, DB_TRY_AGAIN, DB_TRY_AGAIN, DB_BROKEN, DB_BROKEN,
	};
	struct bench *b = bench_of(state);
	struct wait w[COUNTOF(cases)];

	open_pool(b, 1, 4);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		w[i] = waiting(b);
		db_call_add(&w[i].call, &cases[i], NULL);
		start(&w[i]);
	}
	finish(b);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		assert_int_equal(w[i].times, 1);
		assert_string_equal(db_outcome_name(w[i].outcome), db_outcome_name(wanted[i]));
	}
	assert_null(strstr(w[2].detail, "18446744073709551616")); /* values do not get into logs */
	assert_true(stats(b).failed == COUNTOF(cases) && stats(b).reconnects == 0);
}

/* All statements went well and the COMMIT says no: the call failed. */
static void test_error_at_commit(void **state)
{
	struct bench *b = bench_of(state);
	struct wait w = waiting(b), next = waiting(b);

	open_pool(b, 1, 8);
	db_call_add(&w.call, &put_late, param(b, 77));
	db_call_add(&w.call, &count, NULL);
	db_call_add(&next.call, &count, NULL);
	start(&w);
	start(&next);
	finish(b);
	assert_int_equal(w.outcome, DB_CONFLICT);
	assert_int_equal(w.count, 0);
	assert_string_equal(w.sqlstate, "23503");
	assert_int_equal(next.outcome, DB_DONE);
	assert_true(ask(b, "select count(*) from late") == 0);
}

static void test_deadlock(void **state)
{
	struct bench *b = bench_of(state);
	struct wait w[2];
	int won = 0;

	open_pool(b, 2, 1);
	(void)ask(b, "insert into t values (1, ''), (2, '')");
	for (int i = 0; i < 2; i++) { /* each on its own connection, in opposite order */
		w[i] = waiting(b);
		db_call_add(&w[i].call, &bump, param(b, 1 + i));
		db_call_add(&w[i].call, &snooze, param(b, 300));
		db_call_add(&w[i].call, &bump, param(b, 2 - i));
		start(&w[i]);
	}
	finish(b);
	for (int i = 0; i < 2; i++) {
		won += w[i].outcome == DB_DONE;
		if (w[i].outcome != DB_DONE) {
			assert_int_equal(w[i].outcome, DB_TRY_AGAIN);
			assert_string_equal(w[i].sqlstate, "40P01");
		}
	}
	assert_int_equal(won, 1);
}

/* A statement that cannot be prepared breaks its call, is tried anew by the next and harms nobody else. */
static void test_broken_prepare(void **state)
{
	struct bench *b = bench_of(state);
	struct wait first = waiting(b), rider = waiting(b), other = waiting(b), later = waiting(b);

	open_pool(b, 1, 8);
	db_call_add(&first.call, &put, params_of(b, 1, "x"));
	db_call_add(&first.call, &wrong, NULL);
	db_call_add(&rider.call, &wrong, NULL); /* sent while nobody knows yet */
	db_call_add(&other.call, &put, params_of(b, 2, "y"));
	start(&first);
	start(&rider);
	start(&other);
	finish(b);
	assert_int_equal(first.outcome, DB_BROKEN);
	assert_string_equal(first.sqlstate, "42703");
	assert_int_equal(rider.outcome, DB_TRY_AGAIN);
	assert_int_equal(other.outcome, DB_DONE);
	(void)ask(b, "alter table t add column no_such_column int8 default 5");
	db_call_add(&later.call, &wrong, NULL);
	start(&later);
	finish(b);
	assert_int_equal(later.outcome, DB_DONE);
	assert_true(later.value == 5);
	assert_true(ask(b, "select count(*) from t") == 1);
	assert_true(stats(b).reconnects == 0);
}

/* Statements deallocated behind our back, and results that changed their type: the connection is replaced. */
static void test_stale_prepared(void **state)
{
	static const struct db_stmt forget = { "test.forget", "deallocate all", 0, 0 };
	static const struct db_stmt all = { "test.all", "select * from t", 0, 0 };
	struct bench *b = bench_of(state);
	struct wait w[5];

	open_pool(b, 1, 8);
	for (int i = 0; i < 5; i++)
		w[i] = waiting(b);
	db_call_add(&w[0].call, &all, NULL);
	start(&w[0]);
	finish(b);
	(void)ask(b, "alter table t add column more int8");
	db_call_add(&w[1].call, &all, NULL);
	start(&w[1]);
	finish(b);
	assert_int_equal(w[1].outcome, DB_BROKEN);
	db_call_add(&w[2].call, &all, NULL); /* waits for the new connection */
	db_call_add(&w[2].call, &forget, NULL);
	start(&w[2]);
	finish(b);
	assert_int_equal(w[2].outcome, DB_DONE);
	db_call_add(&w[3].call, &all, NULL);
	start(&w[3]);
	finish(b);
	assert_int_equal(w[3].outcome, DB_TRY_AGAIN);
	db_call_add(&w[4].call, &all, NULL);
	start(&w[4]);
	finish(b);
	assert_int_equal(w[4].outcome, DB_DONE);
	assert_true(stats(b).reconnects == 2);
}

static void test_read_only_server(void **state)
{
	struct bench *b = bench_of(state);
	struct db_conf conf = { .session = "set default_transaction_read_only = on", .queue_limit = 10 };
	static const struct db_stmt make = { "test.make", "create table public.io_db_never (k int)", 0, DB_WRITES };
	struct wait w = waiting(b);

	open_with(b, &conf);
	db_call_add(&w.call, &make, NULL);
	start(&w);
	finish(b);
	assert_int_equal(w.outcome, DB_TRY_AGAIN);
	assert_string_equal(w.sqlstate, "25006");
	until(b, all_up);
	assert_true(stats(b).reconnects == 1);
}

/* --- many calls ------------------------------------------------------------------------ */

static void test_ten_thousand(void **state)
{
	enum { MANY = 10000 };
	struct bench *b = bench_of(state);
	struct wait *w = calloc(MANY, sizeof(*w));

	assert_non_null(w);
	open_pool(b, 2, 16);
	for (int i = 0; i < MANY; i++) {
		w[i] = waiting(b);
		db_call_add(&w[i].call, i % 10 == 3 ? &raise : &echo, i % 10 == 3 ? NULL : param(b, i));
		start(&w[i]);
		assert_true(stats(b).calls_sent <= 32);
	}
	assert_int_equal(stats(b).calls_waiting, MANY - 32);
	finish(b);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(w[i].times, 1);
		assert_int_equal(w[i].outcome, i % 10 == 3 ? DB_BAD_DATA : DB_DONE);
		assert_true(i % 10 == 3 || w[i].value == i);
	}
	assert_true(stats(b).done == MANY - MANY / 10 && stats(b).failed == MANY / 10);
	free(w);
}

/* Both directions are full at once: who does not read while writing hangs here. */
static void test_large_both_ways(void **state)
{
	static const struct db_stmt mirror = { "test.mirror", "select length($1::bytea), $1::bytea", 1, 0 };
	enum { CALLS = 64, BYTES = 1 << 19 };
	struct bench *b = bench_of(state);
	char *bytes = calloc(1, BYTES);
	struct db_param p = db_bytes(bytes, BYTES);
	struct wait w[CALLS];

	assert_non_null(bytes);
	open_pool(b, 1, CALLS);
	for (int i = 0; i < CALLS; i++) {
		w[i] = waiting(b);
		db_call_add(&w[i].call, &mirror, &p);
		start(&w[i]);
	}
	finish(b);
	for (int i = 0; i < CALLS; i++)
		assert_true(w[i].outcome == DB_DONE && w[i].value == BYTES);
	free(bytes);
}

static void test_array_insert(void **state)
{
	struct bench *b = bench_of(state);
	struct db_array keys, texts;
	struct db_param p[2];
	struct wait w = waiting(b);

	open_pool(b, 1, 2);
	db_array_begin(&keys, &b->arena, DB_KIND_I64, 64, 512);
	db_array_begin(&texts, &b->arena, DB_KIND_TEXT, 64, 640);
	for (int i = 0; i < 64; i++) {
		db_array_i64(&keys, 100 + i);
		db_array_text(&texts, TEXT("filing"));
	}
	p[0] = db_array_end(&keys);
	p[1] = db_array_end(&texts);
	db_call_add(&w.call, &put_many, p);
	start(&w);
	finish(b);
	assert_true(w.outcome == DB_DONE && w.affected[0] == 64 && w.value == 100);
}

/* --- promises and limits ------------------------------------------------------------------ */

static void test_calls_from_on_done(void **state)
{
	struct bench *b = bench_of(state);
	struct wait a = waiting(b), dropped = waiting(b), then = waiting(b);

	open_pool(b, 1, 4);
	db_call_add(&a.call, &echo, param(b, 1));
	db_call_add(&dropped.call, &echo, param(b, 2));
	db_call_add(&then.call, &echo, param(b, 3));
	a.drops = &dropped; /* in flight by then */
	a.then = &then;
	start(&a);
	start(&dropped);
	finish(b);
	assert_true(a.times == 1 && dropped.times == 0 && then.times == 1 && then.value == 3);
}

static void test_cancel(void **state)
{
	struct bench *b = bench_of(state);
	struct wait w[5];

	open_pool(b, 1, 2);
	for (int i = 0; i < 5; i++) {
		w[i] = waiting(b);
		db_call_add(&w[i].call, &put, params_of(b, i, "x"));
	}
	for (int i = 0; i < 4; i++) /* two are sent, two wait */
		start(&w[i]);
	db_cancel(b->db, &w[0].call);
	db_cancel(b->db, &w[2].call);
	db_cancel(b->db, &w[2].call); /* harmless */
	db_cancel(b->db, &w[4].call);
	b->pending -= 2;
	finish(b);
	assert_true(w[0].times == 0 && w[2].times == 0 && w[1].times == 1 && w[3].times == 1);
	assert_true(ask(b, "select sum(k)::int8 from t") == 0 + 1 + 3); /* what was sent happened */
	w[2].call.state = 0;
	start(&w[2]); /* a cancelled call may be started again */
	finish(b);
	assert_int_equal(w[2].outcome, DB_DONE);
	w[4].call.state = 0;
	start(&w[4]);
	db_cancel(b->db, &w[4].call); /* in flight when the pool is freed */
}

static void test_queue_full(void **state)
{
	struct bench *b = bench_of(state);
	struct db_conf conf = { .pipeline_depth = 1, .queue_limit = 2 };
	struct wait w[6];

	open_with(b, &conf);
	until(b, all_up);
	for (int i = 0; i < 6; i++) {
		w[i] = waiting(b);
		db_call_add(&w[i].call, i == 0 ? &snooze : &echo, param(b, i == 0 ? 100 : i));
		start(&w[i]);
	}
	db_cancel(b->db, &w[4].call); /* one of the refused */
	b->pending--;
	finish(b);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(w[i].times, i == 4 ? 0 : 1);
		if (i != 4)
			assert_int_equal(w[i].outcome, i < 3 ? DB_DONE : DB_TRY_AGAIN);
	}
	assert_true(w[3].place < w[0].place); /* at once */
}

static void test_queue_wait(void **state)
{
	struct bench *b = bench_of(state);
	struct db_conf conf = { .pipeline_depth = 1, .queue_limit = 10, .queue_wait_ms = 50 };
	struct wait slow = waiting(b), waits = waiting(b);

	open_with(b, &conf);
	until(b, all_up);
	db_call_add(&slow.call, &snooze, param(b, 500));
	db_call_add(&waits.call, &put, params_of(b, 1, "x"));
	start(&slow);
	start(&waits);
	finish(b);
	assert_int_equal(slow.outcome, DB_DONE);
	assert_int_equal(waits.outcome, DB_TRY_AGAIN); /* a write, but never sent */
	assert_true(waits.place < slow.place);
	assert_true(ask(b, "select count(*) from t") == 0);
}

static bool is_stuck(struct bench *b)
{
	return ask_sessions(b, "count(*)", SLEEPING " and clock_timestamp() - query_start > interval '60 ms'") == 1;
}

static void test_who_follows(void **state)
{
	static const struct db_stmt who = { "test.who", "select pg_backend_pid()::int8", 0, 0 };
	struct bench *b = bench_of(state);
	struct wait slow = waiting(b), beside = waiting(b), behind = waiting(b), past = waiting(b);

	open_pool(b, 2, 4);
	db_call_add(&slow.call, &snooze, param(b, 3000));
	db_call_add(&slow.call, &who, NULL);
	db_call_add(&beside.call, &who, NULL);
	db_call_add(&behind.call, &who, NULL);
	db_call_add(&past.call, &who, NULL);
	behind.call.follows = past.call.follows = true;
	start(&slow);
	start(&behind); /* though the other connection has nothing to do */
	start(&beside);
	until(b, is_stuck);
	start(&past); /* nobody waits for one that is stuck */
	finish(b);
	assert_true(behind.value == slow.value && beside.value != slow.value && past.value == beside.value);
	assert_true(past.place < slow.place);
}

static void on_room(void *arg)
{
	struct bench *b = arg;

	assert_true(db_has_room(b->db));
	b->rooms++;
}

static void test_room(void **state)
{
	struct bench *b = bench_of(state);
	struct db_conf conf = { .pipeline_depth = 2, .queue_limit = 10 };
	struct wait w[3];

	open_with(b, &conf);
	db_on_room(b->db, on_room, b);
	assert_false(db_has_room(b->db) || db_is_up(b->db));
	until(b, all_up);
	assert_true(db_has_room(b->db) && db_is_up(b->db));
	assert_int_equal(b->rooms, 1); /* a connection came up */
	for (int i = 0; i < 3; i++) {
		w[i] = waiting(b);
		db_call_add(&w[i].call, &echo, param(b, i));
		start(&w[i]);
		assert_int_equal(db_has_room(b->db), i == 0);
	}
	finish(b);
	assert_true(b->rooms >= 2 && b->rooms <= 4);
}

/* A function that calls itself constant runs when the plan is made, not when it is run: it counts plans. */
static void test_plans_are_made_anew(void **state)
{
	static const struct db_stmt planned = { "test.planned", "select planned()", 0, 0 };
	struct bench *b = bench_of(state);
	struct wait w;
	int64_t early = 0;

	ask(b, "create sequence plans");
	ask(b, "create function planned() returns int8 language plpgsql immutable as $$ begin return nextval('plans'); end $$");
	open_pool(b, 1, 8);
	for (int i = 0; i < 600; i++) {
		w = waiting(b);
		db_call_add(&w.call, &planned, NULL);
		start(&w);
		finish(b);
		assert_int_equal(w.outcome, DB_DONE);
		if (i == 40)
			early = w.value;
	}
	assert_true(early >= 4);     /* often while tables may be young */
	assert_true(w.value > early);
	assert_true(w.value < 60);   /* and seldom enough */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_several_statements),
		CASE(test_outcomes),
		CASE(test_error_at_commit),
		CASE(test_deadlock),
		CASE(test_broken_prepare),
		CASE(test_stale_prepared),
		CASE(test_read_only_server),
		CASE(test_ten_thousand),
		CASE(test_large_both_ways),
		CASE(test_array_insert),
		CASE(test_calls_from_on_done),
		CASE(test_cancel),
		CASE(test_queue_full),
		CASE(test_queue_wait),
		CASE(test_who_follows),
		CASE(test_room),
		CASE(test_plans_are_made_anew),
	};

	return cmocka_run_group_tests_name("io_db", tests, NULL, NULL);
}
