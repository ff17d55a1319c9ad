/*
 * The pool against a real PostgreSQL: outcomes, promises, limits, lost connections.
 *
 * TONGGUAN_TEST_PG is the connection string of a superuser; without one everything is skipped.
 * Every test works in a schema of its own. "The server is down" is played by a directory in which
 * a symbolic link to the server's socket comes and goes; "it restarts" by ending its backends too.
 * No test measures time: they wait for conditions, and a watchdog of 60 s fails what never comes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/log.h"
#include "io/db.h"

#define MS INT64_C(1000)

enum { ARENA_BYTES = 64 << 20, WATCHDOG_MS = 60000 };

struct bench {
	struct loop *loop;
	struct db *db;
	struct db_sync *admin;
	struct arena arena;
	char schema[40], session[120], directory[40], link[64];
	struct loop_timer watchdog, poll;
	bool (*is_there)(struct bench *b); /* a condition that is polled */
	int pending, rooms, order;
	bool is_starting;
};

struct wait { /* one call and what became of it */
	struct db_call call;
	struct bench *b;
	int times, place;   /* on_done ran so often; as the place-th */
	enum db_outcome outcome;
	int count;
	long affected[DB_STMTS_MAX];
	int64_t value;      /* first column of the last statement's first row */
	char sqlstate[6], detail[240];
	struct wait *then;  /* started from inside on_done */
	struct wait *drops; /* cancelled from inside on_done */
};

static void on_done(struct db_call *call, const struct db_answer *a)
{
	struct wait *w = container_of(call, struct wait, call);
	struct bench *b = w->b;

	assert_false(b->is_starting);
	w->times++;
	w->place = ++b->order;
	w->outcome = a->outcome;
	w->count = a->count;
	(void)snprintf(w->sqlstate, sizeof(w->sqlstate), "%s", a->sqlstate);
	(void)snprintf(w->detail, sizeof(w->detail), "%s", a->detail);
	for (int i = 0; i < a->count; i++)
		w->affected[i] = db_affected(a->results[i]);
	if (a->count > 0 && db_row_count(a->results[a->count - 1]) > 0)
		w->value = db_get_int(a->results[a->count - 1], 0, 0);
	if (w->drops != NULL)
		db_cancel(b->db, &w->drops->call);
	if (w->then != NULL)
		db_start(b->db, &w->then->call, on_done);
	if (--b->pending == 0)
		loop_stop(b->loop);
}

static struct wait waiting(struct bench *b)
{
	struct wait w = { .b = b };

	db_call_init(&w.call);
	return w;
}

static void start(struct wait *w)
{
	w->b->pending++;
	w->b->is_starting = true;
	db_start(w->b->db, &w->call, on_done);
	w->b->is_starting = false;
}

static void on_watchdog(struct loop_timer *t)
{
	(void)t;
	fail_msg("nothing happened for %d ms", WATCHDOG_MS);
}

static void run_loop(struct bench *b)
{
	loop_timer_set(b->loop, &b->watchdog, WATCHDOG_MS * MS, on_watchdog);
	loop_run(b->loop);
	loop_timer_clear(b->loop, &b->watchdog);
}

static void finish(struct bench *b) /* until every started call ended */
{
	if (b->pending > 0)
		run_loop(b);
	assert_int_equal(b->pending, 0);
}

static void on_poll(struct loop_timer *t)
{
	struct bench *b = container_of(t, struct bench, poll);

	if (b->is_there(b))
		loop_stop(b->loop);
	else
		loop_timer_set(b->loop, t, 5 * MS, on_poll);
}

static void until(struct bench *b, bool (*is_there)(struct bench *b))
{
	b->is_there = is_there;
	loop_timer_set(b->loop, &b->poll, 0, on_poll);
	do {
		run_loop(b); /* a call that ends stops the loop as well */
	} while (!is_there(b));
	loop_timer_clear(b->loop, &b->poll);
}

static int64_t ask(struct bench *b, const char *sql)
{
	struct fault f = { 0 };
	const struct db_rows *r = db_sync_run(b->admin, sql, NULL, 0, &f);

	if (r == NULL)
		print_error("%s: %s\n", sql, f.text);
	assert_non_null(r);
	return db_row_count(r) > 0 && !db_is_null(r, 0, 0) ? db_get_int(r, 0, 0) : 0;
}

static struct db_stats stats(struct bench *b)
{
	struct db_stats s = { 0 };

	db_stats_get(b->db, &s);
	return s;
}

static bool all_up(struct bench *b)
{
	return stats(b).connections_up == stats(b).connections_wanted;
}

static bool none_up(struct bench *b)
{
	return stats(b).connections_up == 0;
}

/* --- set-up ---------------------------------------------------------------------- */

#define SLEEPERS "from pg_stat_activity where application_name = 'tongguand' and query like '%pg_sleep%' and state = 'active'"

static bool one_sleeps(struct bench *b)
{
	return ask(b, "select count(*) " SLEEPERS) == 1;
}

static void open_with(struct bench *b, struct db_conf *conf)
{
	struct fault f = { 0 };

	conf->label = "test";
	if (conf->conninfo == NULL)
		conf->conninfo = getenv("TONGGUAN_TEST_PG");
	if (conf->session == NULL)
		conf->session = b->session;
	conf->connections = conf->connections == 0 ? 1 : conf->connections;
	conf->pipeline_depth = conf->pipeline_depth == 0 ? 8 : conf->pipeline_depth;
	conf->call_timeout_ms = conf->call_timeout_ms == 0 ? 50000 : conf->call_timeout_ms;
	conf->queue_wait_ms = conf->queue_wait_ms == 0 ? 50000 : conf->queue_wait_ms;
	conf->connect_timeout_ms = 20000;
	b->db = db_new(b->loop, conf, &f);
	assert_non_null(b->db);
}

static void open_pool(struct bench *b, int connections, int depth)
{
	struct db_conf conf = { .connections = connections, .pipeline_depth = depth, .queue_limit = 20000 };

	open_with(b, &conf);
	until(b, all_up);
}

static int set_up(void **state)
{
	const char *conninfo = getenv("TONGGUAN_TEST_PG");
	struct bench *b = calloc(1, sizeof(*b));
	struct fault f = { 0 };
	char sql[400];

	assert_non_null(b);
	*state = b;
	arena_init(&b->arena, ARENA_BYTES);
	b->loop = loop_new(&f);
	assert_non_null(b->loop);
	if (conninfo == NULL || conninfo[0] == '\0')
		return 0;
	b->admin = db_sync_open(conninfo, NULL, &f);
	if (b->admin == NULL)
		print_error("%s\n", f.text);
	assert_non_null(b->admin);
	(void)snprintf(b->schema, sizeof(b->schema), "io_db_test_%d", (int)getpid());
	(void)snprintf(b->session, sizeof(b->session), "set search_path = %s; set timezone = 'Asia/Shanghai'", b->schema);
	(void)snprintf(sql, sizeof(sql),
	               "create schema %s; set search_path = %s; create table t (k int8 primary key check (k < 1000000), v text not null);"
	               "create table late (k int8 references t (k) deferrable initially deferred)", b->schema, b->schema);
	assert_true(db_sync_script(b->admin, sql, &f));
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	struct fault f = { 0 };
	char sql[100];

	db_free(b->db);
	loop_free(b->loop);
	if (b->link[0] != '\0') {
		(void)unlink(b->link);
		(void)rmdir(b->directory);
	}
	if (b->admin != NULL) {
		(void)snprintf(sql, sizeof(sql), "drop schema if exists %s cascade", b->schema);
		if (!db_sync_script(b->admin, sql, &f))
			print_error("%s\n", f.text);
	}
	db_sync_close(b->admin);
	arena_done(&b->arena);
	free(b);
	return 0;
}

static struct bench *bench_of(void **state)
{
	struct bench *b = *state;

	if (b->admin == NULL) {
		print_message("TONGGUAN_TEST_PG is not set: no database to test against\n");
		skip();
	}
	return b;
}

/* --- statements ------------------------------------------------------------------- */

static const struct db_stmt put = { "test.put", "insert into t (k, v) values ($1::int8, $2::text)", 2, DB_WRITES };
static const struct db_stmt put_late = { "test.put_late", "insert into late (k) values ($1::int8)", 1, DB_WRITES };
static const struct db_stmt bump = { "test.bump", "update t set v = v || '.' where k = $1::int8", 1, DB_WRITES };
static const struct db_stmt count = { "test.count", "select count(*) from t", 0, 0 };
static const struct db_stmt count_too = { "test.count_too", "select count(*) + 0 from t", 0, 0 };
static const struct db_stmt echo = { "test.echo", "select $1::int8", 1, 0 };
static const struct db_stmt snooze = { "test.snooze", "select 1 from (select pg_sleep($1::int8 / 1000.0)) s", 1, 0 };
static const struct db_stmt put_many = {
	"test.put_many", "insert into t (k, v) select * from unnest($1::int8[], $2::text[]) returning k", 2, DB_WRITES
};
static const struct db_stmt wrong = { "test.wrong", "select no_such_column from t", 0, 0 };
static const struct db_stmt raise = { "test.raise", "do $$ begin perform 1 / 0; end $$", 0, 0 };

static const struct db_param *param(struct bench *b, int64_t v)
{
	struct db_param *p = arena_alloc(&b->arena, sizeof(*p));

	assert_non_null(p);
	*p = db_i64(&b->arena, v);
	return p;
}

static const struct db_param *params_of(struct bench *b, int64_t k, const char *v)
{
	struct db_param *p = arena_alloc(&b->arena, 2 * sizeof(*p));

	assert_non_null(p);
	p[0] = db_i64(&b->arena, k);
	p[1] = db_text(text_of(v));
	return p;
}

static void end_sleepers(struct bench *b)
{
	until(b, one_sleeps);
	(void)ask(b, "select pg_terminate_backend(pid)::int4 " SLEEPERS);
}

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
		db_call_add(&w[i].call, &echo, param(b, i));
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

/* --- lost connections -------------------------------------------------------------------- */

static void test_call_timeout(void **state)
{
	struct bench *b = bench_of(state);
	struct db_conf conf = { .queue_limit = 10, .call_timeout_ms = 300 };
	struct wait reads = waiting(b), writes = waiting(b), later = waiting(b);

	open_with(b, &conf);
	until(b, all_up);
	db_call_add(&reads.call, &snooze, param(b, 3000));
	db_call_add(&writes.call, &put, params_of(b, 1, "x"));
	start(&reads);
	start(&writes);
	finish(b);
	assert_int_equal(reads.outcome, DB_TRY_AGAIN);
	assert_int_equal(writes.outcome, DB_UNCERTAIN);
	assert_non_null(strstr(reads.detail, "call_timeout_ms"));
	db_call_add(&later.call, &echo, param(b, 5));
	start(&later);
	finish(b);
	assert_true(later.outcome == DB_DONE && stats(b).reconnects == 1 && stats(b).uncertain == 1);
}

static void test_terminated(void **state)
{
	struct bench *b = bench_of(state);
	struct wait writes = waiting(b), reads = waiting(b), failed = waiting(b), later = waiting(b);

	open_pool(b, 1, 8);
	db_call_add(&failed.call, &raise, NULL);
	start(&failed);
	db_call_add(&writes.call, &put, params_of(b, 1, "x"));
	db_call_add(&writes.call, &snooze, param(b, 50000));
	db_call_add(&reads.call, &echo, param(b, 1));
	start(&writes);
	start(&reads);
	end_sleepers(b);
	finish(b);
	assert_int_equal(failed.outcome, DB_BAD_DATA);
	assert_int_equal(writes.outcome, DB_UNCERTAIN);
	assert_string_equal(writes.sqlstate, "57P01");
	assert_int_equal(reads.outcome, DB_TRY_AGAIN);
	db_call_add(&later.call, &count, NULL);
	start(&later);
	finish(b);
	assert_true(later.outcome == DB_DONE && later.value == 0);
}

/* A statement of the call failed before the connection went: rolled back for certain, whatever came after. */
static void test_failed_then_lost(void **state)
{
	struct bench *b = bench_of(state);
	struct wait a = waiting(b), sleeps = waiting(b);

	open_pool(b, 1, 8);
	db_call_add(&a.call, &put, params_of(b, 1, "x"));
	db_call_add(&a.call, &raise, NULL);
	db_call_add(&sleeps.call, &snooze, param(b, 50000));
	start(&a);
	start(&sleeps);
	end_sleepers(b);
	finish(b);
	assert_int_equal(a.outcome, DB_BAD_DATA);
	assert_int_equal(sleeps.outcome, DB_TRY_AGAIN);
}

/* A directory whose socket appears and disappears stands for a server that starts and stops. */
static void make_directory(struct bench *b)
{
	(void)snprintf(b->directory, sizeof(b->directory), "/tmp/io_db_test.XXXXXX");
	assert_non_null(mkdtemp(b->directory));
	(void)snprintf(b->link, sizeof(b->link), "%s/.s.PGSQL.5432", b->directory);
}

static void server_appears(struct bench *b)
{
	struct fault f = { 0 };
	const struct db_rows *r = db_sync_run(b->admin, "select split_part(current_setting('unix_socket_directories'), ',', 1)"
	                                                " || '/.s.PGSQL.' || current_setting('port')", NULL, 0, &f);
	char real[108];

	assert_non_null(r);
	(void)snprintf(real, sizeof(real), TEXT_FMT, TEXT_ARG(db_get_text(r, 0, 0)));
	assert_int_equal(symlink(real, b->link), 0);
}

static void server_vanishes(struct bench *b)
{
	assert_int_equal(unlink(b->link), 0);
	(void)ask(b, "select pg_terminate_backend(pid)::int4 from pg_stat_activity where application_name = 'tongguand'");
}

static void test_server_comes_and_goes(void **state)
{
	struct bench *b = bench_of(state);
	char conninfo[200];
	struct db_conf conf = { .conninfo = conninfo, .connections = 3, .queue_limit = 100 };
	struct fault f = { 0 };
	const struct db_rows *r = db_sync_run(b->admin, "select current_user::text, current_database()::text", NULL, 0, &f);
	struct wait before = waiting(b), during = waiting(b), after = waiting(b);

	assert_non_null(r);
	make_directory(b);
	(void)snprintf(conninfo, sizeof(conninfo), "host=%s port=5432 user=" TEXT_FMT " dbname=" TEXT_FMT, b->directory,
	               TEXT_ARG(db_get_text(r, 0, 0)), TEXT_ARG(db_get_text(r, 0, 1)));
	open_with(b, &conf);
	db_call_add(&before.call, &put, params_of(b, 1, "x"));
	start(&before); /* waits for the server's first appearance */
	assert_int_equal(stats(b).calls_waiting, 1);
	server_appears(b);
	finish(b);
	assert_int_equal(before.outcome, DB_DONE);
	until(b, all_up);

	server_vanishes(b);
	until(b, none_up);
	db_call_add(&during.call, &put, params_of(b, 2, "x"));
	start(&during);
	server_appears(b);
	finish(b);
	assert_int_equal(during.outcome, DB_DONE);
	until(b, all_up);
	assert_true(stats(b).reconnects == 3);
	db_call_add(&after.call, &count, NULL);
	start(&after);
	finish(b);
	assert_true(after.value == 2);
}

static void test_bad_session_and_conf(void **state)
{
	struct bench *b = bench_of(state);
	struct db_conf conf = { .session = "set nonsense = 1", .queue_limit = 4, .queue_wait_ms = 300 };
	struct db_conf bad = { .label = "x", .conninfo = "password=secret nonsense", .connections = 1, .pipeline_depth = 1,
		               .call_timeout_ms = 1, .connect_timeout_ms = 1 };
	struct wait w = waiting(b);
	struct fault f = { 0 };

	open_with(b, &conf);
	db_call_add(&w.call, &echo, param(b, 1));
	start(&w);
	finish(b);
	assert_int_equal(w.outcome, DB_TRY_AGAIN);
	assert_false(db_is_up(b->db));
	assert_null(db_new(b->loop, &bad, &f));
	assert_int_equal(f.code, FAULT_CONFIG);
	assert_null(strstr(f.text, "secret"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_several_statements), CASE(test_outcomes), CASE(test_error_at_commit), CASE(test_deadlock),
		CASE(test_broken_prepare), CASE(test_stale_prepared), CASE(test_read_only_server), CASE(test_ten_thousand),
		CASE(test_large_both_ways), CASE(test_array_insert), CASE(test_calls_from_on_done), CASE(test_cancel),
		CASE(test_queue_full), CASE(test_queue_wait), CASE(test_room), CASE(test_call_timeout), CASE(test_terminated),
		CASE(test_failed_then_lost), CASE(test_server_comes_and_goes), CASE(test_bad_session_and_conf),
	};

	return cmocka_run_group_tests_name("io_db", tests, NULL, NULL);
}
