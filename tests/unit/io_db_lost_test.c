/*
 * The pool when connections are lost, time out, do not come up.
 *
 * "The server is down" is played by a directory in which a symbolic link to the server's socket comes and
 * goes; "it restarts" by ending its backends too.
 */
#include "db_bench.h"

/* --- lost connections -------------------------------------------------------------------- */

static void test_call_timeout(void **state)
{
	struct bench *b = bench_of(state);
	struct db_conf conf = { .queue_limit = 10, .call_timeout_ms = 300 };
	struct wait reads = waiting(b), writes = waiting(b), later = waiting(b);

	open_with(b, &conf);
	until(b, all_up);
	db_call_add(&reads.call, &snooze, param(b, 1500));
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
	const struct db_rows *r = db_sync_run(b->admin,
	                                      "select split_part(current_setting('unix_socket_directories'), ',', 1)"
	                                      " || '/.s.PGSQL.' || current_setting('port')", NULL, 0, &f);
	char real[108];

	assert_non_null(r);
	(void)snprintf(real, sizeof(real), TEXT_FMT, TEXT_ARG(db_get_text(r, 0, 0)));
	assert_int_equal(symlink(real, b->link), 0);
}

static void server_vanishes(struct bench *b)
{
	assert_int_equal(unlink(b->link), 0);
	(void)ask_sessions(b, "count(pg_terminate_backend(pid))", "true");
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

static void test_no_memory(void **state)
{
	struct bench *b = bench_of(state);
	struct db_conf conf = { .label = "x", .conninfo = getenv("TONGGUAN_TEST_PG"), .password = "y", .session = "select 1",
		                .connections = 2, .pipeline_depth = 1, .call_timeout_ms = 1000, .connect_timeout_ms = 1000 };
	int failures = 0;

	while (b->db == NULL) { /* each allocation of the arena fails once */
		struct fault f = { 0 };

		arena_fail_nth(failures + 1);
		b->db = db_new(b->loop, &conf, &f);
		assert_true(b->db != NULL || f.code == FAULT_SYSTEM);
		failures += b->db == NULL;
	}
	arena_fail_nth(0);
	assert_int_equal(failures, 9); /* four texts, the connections, and for each its calls and what is prepared */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_call_timeout),
		CASE(test_terminated),
		CASE(test_failed_then_lost),
		CASE(test_server_comes_and_goes),
		CASE(test_bad_session_and_conf),
		CASE(test_no_memory),
	};

	return cmocka_run_group_tests_name("io_db_lost", tests, NULL, NULL);
}
