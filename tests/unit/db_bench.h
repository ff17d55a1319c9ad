/*
 * For io_db_test.c and io_db_lost_test.c: a pool on a real PostgreSQL, and calls whose ends are remembered.
 *
 * TONGGUAN_TEST_PG is the connection string of a superuser; without one everything is skipped.
 * Every test works in a schema of its own, whose name is its sessions' application_name too.
 * No test measures time: they wait for conditions, and a watchdog of 60 s fails what never comes.
 */
#ifndef TESTS_DB_BENCH_H
#define TESTS_DB_BENCH_H

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
#include "io/db.h"

#define MS INT64_C(1000)

enum { ARENA_BYTES = 64 << 20, WATCHDOG_MS = 60000 };

struct bench {
	struct loop *loop;
	struct db *db;
	struct db_sync *admin;
	struct arena arena;
	char schema[40], session[160], directory[40], link[64];
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

static inline void on_done(struct db_call *call, const struct db_answer *a)
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

static inline struct wait waiting(struct bench *b)
{
	struct wait w = { .b = b };

	db_call_init(&w.call);
	return w;
}

static inline void start(struct wait *w)
{
	w->b->pending++;
	w->b->is_starting = true;
	db_start(w->b->db, &w->call, on_done);
	w->b->is_starting = false;
}

static inline void on_watchdog(struct loop_timer *t)
{
	(void)t;
	fail_msg("nothing happened for %d ms", WATCHDOG_MS);
}

static inline void run_loop(struct bench *b)
{
	loop_timer_set(b->loop, &b->watchdog, WATCHDOG_MS * MS, on_watchdog);
	loop_run(b->loop);
	loop_timer_clear(b->loop, &b->watchdog);
}

static inline void finish(struct bench *b) /* until every started call ended */
{
	if (b->pending > 0)
		run_loop(b);
	assert_int_equal(b->pending, 0);
}

static inline void on_poll(struct loop_timer *t)
{
	struct bench *b = container_of(t, struct bench, poll);

	if (b->is_there(b))
		loop_stop(b->loop);
	else
		loop_timer_set(b->loop, t, 5 * MS, on_poll);
}

static inline void until(struct bench *b, bool (*is_there)(struct bench *b))
{
	b->is_there = is_there;
	loop_timer_set(b->loop, &b->poll, 0, on_poll);
	do {
		run_loop(b); /* a call that ends stops the loop as well */
	} while (!is_there(b));
	loop_timer_clear(b->loop, &b->poll);
}

static inline int64_t ask(struct bench *b, const char *sql)
{
	struct fault f = { 0 };
	const struct db_rows *r = db_sync_run(b->admin, sql, NULL, 0, &f);

	if (r == NULL)
		print_error("%s: %s\n", sql, f.text);
	assert_non_null(r);
	return db_row_count(r) > 0 && !db_is_null(r, 0, 0) ? db_get_int(r, 0, 0) : 0;
}

static inline struct db_stats stats(struct bench *b)
{
	struct db_stats s = { 0 };

	db_stats_get(b->db, &s);
	return s;
}

static inline bool all_up(struct bench *b)
{
	return stats(b).connections_up == stats(b).connections_wanted;
}

static inline bool none_up(struct bench *b)
{
	return stats(b).connections_up == 0;
}

/* --- set-up ---------------------------------------------------------------------- */

/* Of this test's sessions: "how many" or "end them". */
static inline int64_t ask_sessions(struct bench *b, const char *what, const char *where)
{
	char sql[300];

	(void)snprintf(sql, sizeof(sql), "select %s from pg_stat_activity where application_name = '%s' and %s", what, b->schema,
	               where);
	return ask(b, sql);
}

#define SLEEPING "wait_event = 'PgSleep'" /* not by its text: that stands there while it is only being parsed */

static inline bool one_sleeps(struct bench *b)
{
	return ask_sessions(b, "count(*)", SLEEPING) == 1;
}

static inline void open_with(struct bench *b, struct db_conf *conf)
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

static inline void open_pool(struct bench *b, int connections, int depth)
{
	struct db_conf conf = { .connections = connections, .pipeline_depth = depth, .queue_limit = 20000 };

	open_with(b, &conf);
	until(b, all_up);
}

static inline int set_up(void **state)
{
	const char *conninfo = getenv("TONGGUAN_TEST_PG");
	struct bench *b = calloc(1, sizeof(*b));
	struct fault f = { 0 };
	static int number;
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
	(void)snprintf(b->schema, sizeof(b->schema), "io_db_test_%d_%d", (int)getpid(), ++number);
	(void)snprintf(b->session, sizeof(b->session), "set search_path = %s; set application_name = '%s'", b->schema, b->schema);
	(void)snprintf(sql, sizeof(sql),
	               "create schema %s; set search_path = %s;"
	               "create table t (k int8 primary key check (k < 1000000), v text not null);"
	               "create table late (k int8 references t (k) deferrable initially deferred)", b->schema, b->schema);
	assert_true(db_sync_script(b->admin, sql, &f));
	return 0;
}

static inline int tear_down(void **state)
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

static inline struct bench *bench_of(void **state)
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

static inline void end_sleepers(struct bench *b)
{
	until(b, one_sleeps);
	assert_int_equal(ask_sessions(b, "count(*) filter (where pg_terminate_backend(pid))", SLEEPING), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
