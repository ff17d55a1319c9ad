/*
 * For the tests of store and flow: a database of one's own in the cluster that TONGGUAN_TEST_PG names (its superuser's connection
 * string); without one everything is skipped. A program migrates once, and each of its tests gets a copy. No test measures time.
 */
#ifndef TESTS_HOUSE_BENCH_H
#define TESTS_HOUSE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/db.h"
#include "store/schema_store.h"

#define NOW_US INT64_C(1772417472000000) /* 2026-03-02T10:11:12+08:00 */

struct house {
	char database[64], conninfo[512];
	struct db_sync *admin, *db; /* of the cluster; of the database */
	struct loop *loop;
	struct db *pool;            /* NULL until asked */
	struct loop_timer watchdog;
	int done;
};

static inline void house_sql(struct db_sync *s, const char *sql)
{
	struct fault f = { 0 };
	bool good = db_sync_script(s, sql, &f);

	if (!good)
		print_error("%s\n%s\n", sql, f.text);
	assert_true(good);
}

static inline int64_t house_ask(struct house *h, const char *sql)
{
	struct fault f = { 0 };
	const struct db_rows *r = db_sync_run(h->db, sql, NULL, 0, &f);

	if (r == NULL)
		print_error("%s\n%s\n", sql, f.text);
	assert_non_null(r);
	assert_int_equal(db_row_count(r), 1);
	return db_get_int(r, 0, 0);
}

static inline struct db_sync *house_open(const struct house *h)
{
	struct fault f = { 0 };
	struct db_sync *s = db_sync_open(h->conninfo, NULL, &f);

	if (s == NULL)
		print_error("%s\n", f.text);
	assert_non_null(s);
	return s;
}

static inline int house_set_up(void **state)
{
	const char *conninfo = getenv("TONGGUAN_TEST_PG");
	struct house *h = calloc(1, sizeof(*h));
	struct fault f = { 0 };
	static int number;

	assert_non_null(h);
	*state = h;
	h->loop = loop_new(&f);
	assert_non_null(h->loop);
	if (conninfo == NULL || conninfo[0] == '\0')
		return 0;
	h->admin = db_sync_open(conninfo, NULL, &f);
	assert_non_null(h->admin);
	(void)snprintf(h->database, sizeof(h->database), "house_test_%d_%d", (int)getpid(), ++number);
	/* libpq takes the last of two equal keywords */
	assert_true(snprintf(h->conninfo, sizeof(h->conninfo), "%s dbname=%s", conninfo, h->database) < (int)sizeof(h->conninfo));
	return 0;
}

/* Its database, as a copy of that one. */
static inline void house_create(struct house *h, const char *template)
{
	char sql[192];

	(void)snprintf(sql, sizeof(sql), "create database %s template %s", h->database, template);
	house_sql(h->admin, sql);
	h->db = house_open(h);
}

static inline int house_set_up_empty(void **state)
{
	int failed = house_set_up(state);
	struct house *h = *state;

	if (failed == 0 && h->admin != NULL)
		house_create(h, "template1");
	return failed;
}

/* The checkpoint first: else the drop does it in its transaction, which holds back the numbers of all feeds of the cluster. */
static inline void house_drop(struct db_sync *admin, const char *database)
{
	char sql[128];

	house_sql(admin, "checkpoint");
	(void)snprintf(sql, sizeof(sql), "drop database if exists %s with (force)", database);
	house_sql(admin, sql);
}

static inline int house_tear_down(void **state)
{
	struct house *h = *state;

	db_free(h->pool);
	loop_free(h->loop);
	db_sync_close(h->db);
	if (h->admin != NULL && h->database[0] != '\0')
		house_drop(h->admin, h->database);
	db_sync_close(h->admin);
	free(h);
	return 0;
}

static inline struct house *house_of(void **state)
{
	struct house *h = *state;

	if (h->admin == NULL) {
		print_message("TONGGUAN_TEST_PG is not set: no database to test against\n");
		skip();
	}
	return h;
}

/* Of this program's processes; made by the first test that asks, gone at the end. */
static inline const char *house_template_name(void)
{
	static char name[64];

	(void)snprintf(name, sizeof(name), "house_test_%d_template", (int)getpid());
	return name;
}

static inline void house_template_drop(void)
{
	struct fault f = { 0 };
	struct db_sync *admin = db_sync_open(getenv("TONGGUAN_TEST_PG"), NULL, &f);

	if (admin != NULL)
		house_drop(admin, house_template_name());
	db_sync_close(admin);
}

static inline void house_template_make(struct house *h)
{
	struct house t = *h;
	struct fault f = { 0 };
	int applied;
	bool good;

	(void)snprintf(t.database, sizeof(t.database), "%s", house_template_name());
	assert_true(snprintf(t.conninfo, sizeof(t.conninfo), "%s dbname=%s", getenv("TONGGUAN_TEST_PG"), t.database) < (int)sizeof(t.conninfo));
	house_create(&t, "template1");
	assert_int_equal(atexit(house_template_drop), 0);
	good = schema_migrate(t.db, NOW_US, &applied, &f);
	if (!good)
		print_error("%s\n", f.text);
	assert_true(good);
	assert_true(applied > 0);
	db_sync_close(t.db); /* nobody may be connected to what is copied */
}

/* Its database, migrated. */
static inline void house_migrate(struct house *h)
{
	static bool is_made;

	if (!is_made)
		house_template_make(h);
	is_made = true;
	house_create(h, house_template_name());
}

static inline void house_late(struct loop_timer *t)
{
	(void)t;
	fail_msg("nothing came within a minute");
}

/* Runs one call on a pool of its own and comes back when on_done called house_finished(). */
static inline void house_run(struct house *h, struct db_call *call, db_done_fn *on_done)
{
	const struct db_conf conf = { .label = "test", .conninfo = h->conninfo, .session = "set timezone = 'UTC'", .connections = 1,
		                      .pipeline_depth = 1, .queue_limit = 4, .queue_wait_ms = 20000, .call_timeout_ms = 50000, .connect_timeout_ms = 20000 };
	struct fault f = { 0 };

	if (h->pool == NULL)
		h->pool = db_new(h->loop, &conf, &f);
	assert_non_null(h->pool);
	loop_timer_set(h->loop, &h->watchdog, 60 * US_PER_S, house_late);
	db_start(h->pool, call, on_done);
	loop_run(h->loop);
	loop_timer_clear(h->loop, &h->watchdog);
}

#endif
