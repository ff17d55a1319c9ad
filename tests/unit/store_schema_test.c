/* Migrations: applied once and in order, by one at a time; whatever is not the schema of this program is refused. */
#include "house_bench.h"

#include <pthread.h>

#include "store/sql_embedded.h"

static int files(void)
{
	int count = 0;

	while (sql_migrations[count].name != NULL)
		count++;
	return count;
}

/* The check fails with a reason that names `about`. */
static void refused(struct house *h, const char *about)
{
	struct fault f = { 0 };

	assert_false(schema_check(h->db, &f));
	assert_int_equal(f.code, FAULT_SCHEMA);
	if (strstr(f.text, about) == NULL)
		fail_msg("\"%s\" says nothing of \"%s\"", f.text, about);
}

static void empty_database_is_migrated_once(void **state)
{
	struct house *h = house_of(state);
	struct fault f = { 0 };
	enum purpose purpose;
	int applied;

	refused(h, "no schema yet");
	assert_true(schema_migrate(h->db, NOW_US, &applied, &f));
	assert_int_equal(applied, files());
	assert_true(schema_check(h->db, &f));
	assert_int_equal(house_ask(h, "select max(version) from schema_migration"), schema_version());
	assert_true(schema_migrate(h->db, NOW_US, &applied, &f));
	assert_int_equal(applied, 0);
	assert_int_equal(house_ask(h, "select count(*) from schema_migration"), files());
	assert_true(schema_purpose(h->db, &purpose, &f));
	assert_int_equal(purpose, PURPOSE_PRODUCTION);
	assert_int_equal(house_ask(h, "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"), 0);
}

static void partitions_reach_from_last_month_for_four(void **state)
{
	struct house *h = house_of(state);

	house_migrate(h);
	assert_int_equal(house_ask(h, "select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind = 'r' and c.relname ~ '^filing_2'"), 4);
	assert_int_equal(house_ask(h, "select to_regclass('filing_202602') is not null and to_regclass('filing_202605') is not null"), 1);
	assert_int_equal(house_ask(h, "select to_regclass('filing_202601') is null and to_regclass('filing_202606') is null"), 1);
	assert_int_equal(house_ask(h, "select to_regclass('submission_202603') is not null"), 1);
}

static void another_schema_is_refused(void **state)
{
	struct house *h = house_of(state);
	struct fault f = { 0 };
	char sql[160];
	int applied;

	house_migrate(h);
	(void)snprintf(sql, sizeof(sql), "update schema_migration set sha256 = 'x' where version = %d", schema_version());
	house_sql(h->db, sql);
	refused(h, "differs");
	assert_false(schema_migrate(h->db, NOW_US, &applied, &f));
	assert_int_equal(f.code, FAULT_SCHEMA);
	(void)snprintf(sql, sizeof(sql), "delete from schema_migration where version = %d", schema_version());
	house_sql(h->db, sql);
	refused(h, "lacks");
	house_sql(h->db, "insert into schema_migration values (9000, '9000_future', 'x', now(), 1)");
	refused(h, "9000_future");
	f = (struct fault){ 0 };
	assert_false(schema_migrate(h->db, NOW_US, &applied, &f));
	assert_int_equal(applied, 0);
}

/* A file that fails leaves nothing of itself and names itself; what went before stays. */
static void a_failing_file_leaves_no_trace(void **state)
{
	struct house *h = house_of(state);
	struct fault f = { 0 };
	int applied;

	house_sql(h->db, "create table seal (x integer)"); /* in the way of 0001 */
	assert_false(schema_migrate(h->db, NOW_US, &applied, &f));
	assert_int_equal(f.code, FAULT_SCHEMA);
	assert_non_null(strstr(f.text, sql_migrations[0].name));
	assert_int_equal(house_ask(h, "select to_regclass('filing') is null"), 1);
	assert_int_equal(house_ask(h, "select count(*) from schema_migration"), 0);
	house_sql(h->db, "drop table seal");
	f = (struct fault){ 0 };
	assert_true(schema_migrate(h->db, NOW_US, &applied, &f));
	assert_int_equal(applied, files());
}

struct racer {
	struct db_sync *db;
	int applied;
	bool good;
	struct fault f;
};

static void *race(void *arg)
{
	struct racer *r = arg;

	r->good = schema_migrate(r->db, NOW_US, &r->applied, &r->f);
	return NULL;
}

static void two_at_once_apply_each_file_once(void **state)
{
	struct house *h = house_of(state);
	struct racer racers[2] = { { .db = house_open(h) }, { .db = house_open(h) } };
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		db_sync_close(racers[i].db);
		if (!racers[i].good)
			fail_msg("%s", racers[i].f.text);
	}
	assert_int_equal(racers[0].applied + racers[1].applied, files());
}

/* --- the statements of a running daemon --- */

struct look {
	struct db_call call;
	struct house *h;
	enum db_outcome outcome;
	int rows;
	int64_t values[3];
	bool is_production;
};

static void on_look(struct db_call *call, const struct db_answer *a)
{
	struct look *l = container_of(call, struct look, call);

	l->outcome = a->outcome;
	l->rows = a->outcome == DB_DONE ? db_row_count(a->results[0]) : 0;
	if (l->rows == 1 && a->count == 1) {
		l->values[0] = db_get_int(a->results[0], 0, SH_VERSION);
		if (call->stmts[0].stmt == &schema_store_health) {
			l->values[1] = db_get_int(a->results[0], 0, SH_FSYNC);
			l->values[2] = db_get_int(a->results[0], 0, SH_WRITABLE);
			l->is_production = text_is(db_get_text(a->results[0], 0, SH_PURPOSE), "production");
		}
	}
	loop_stop(l->h->loop);
}

static struct look look(struct house *h, const struct db_stmt *stmt, const struct db_param *params)
{
	struct look l = { .h = h };

	db_call_init(&l.call);
	db_call_add(&l.call, stmt, params);
	house_run(h, &l.call, on_look);
	assert_int_equal(l.outcome, DB_DONE);
	return l;
}

static void health_tells_what_readyz_needs(void **state)
{
	struct house *h = house_of(state);
	struct look l;
	bool fsync_on;

	house_migrate(h);
	fsync_on = house_ask(h, "select current_setting('fsync') = 'on'") != 0;
	l = look(h, &schema_store_health, NULL);
	assert_int_equal(l.values[0], schema_version());
	assert_int_equal(l.values[1], fsync_on);
	assert_int_equal(l.values[2], 1);
	assert_true(l.is_production);
}

static void partitions_are_made_ahead_and_again_without_harm(void **state)
{
	struct house *h = house_of(state);
	struct arena a;
	struct look l;

	house_migrate(h);
	arena_init(&a, 4096);
	const struct db_param far[1] = { db_i32(&a, clock_day(NOW_US) + 730) };
	for (int64_t want = 3 * house_ask(h, "select count(*) from pg_partitioned_table"); want > 0; want--) /* three months of each, one a call */
		assert_int_equal(look(h, &schema_store_partitions, far).values[0], 1);
	assert_int_equal(house_ask(h, "select count(*) from pg_class where relname in ('filing_202803', 'submission_202803', 'change_202805')"), 3);
	l = look(h, &schema_store_partitions, far);
	assert_int_equal(l.rows, 1);
	assert_int_equal(l.values[0], 0);
	/* somebody else migrates: left to them */
	house_sql(h->db, "select pg_advisory_lock(7236001)");
	l = look(h, &schema_store_partitions, far);
	assert_int_equal(l.rows, 0);
	arena_done(&a);
}

/* Also of a table of which nothing may be deleted; what lies before or after the month stays. */
static void what_came_before_its_month_moves_there(void **state)
{
	struct house *h = house_of(state);

	house_migrate(h);
	house_sql(h->db, "insert into change (id, made_at, types) select id_floor(at), at, '{x}' from unnest('{2031-02-28 23:00+08,2031-03-01 00:00+08,2031-03-31 23:00+08,"
	                 "2031-04-01 00:00+08}'::timestamptz[]) at");
	house_sql(h->db, "insert into access_log (id, at, client_id, role, route, record, owners, fields, purpose, trace)"
	                 " select c.id, c.made_at, 1, 'operator', 'r', 'r', '{}', '{}', 'p', 't' from change c");
	assert_int_equal(house_ask(h, "select make_partitions('2031-03-15', 1)"), house_ask(h, "select count(*) from pg_partitioned_table"));
	for (int i = 0; i < 2; i++) {
		static const char *const tables[] = { "change", "access_log" };
		char sql[160];

		(void)snprintf(sql, sizeof(sql), "select 100 * (select count(*) from %s) + 10 * (select count(*) from %s_203103) + (select count(*) from %s_rest)",
		               tables[i], tables[i], tables[i]);
		assert_int_equal(house_ask(h, sql), 422);
	}
}

static void buckets_are_the_same_in_sql(void **state)
{
	struct house *h = house_of(state);
	struct text part = TEXT("key");
	char text[ID_TEXT_BYTES], sql[120];

	house_migrate(h);
	for (char space = 'A'; space <= 'Z'; space++) {
		struct id id = id_of_key(space, &part, 1);

		id_format(&id, text);
		(void)snprintf(sql, sizeof(sql), "select id_bucket('%s')", text);
		assert_int_equal(house_ask(h, sql), id_bucket(&id));
	}
}

#define WITH_HOUSE(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)
#define WITH_EMPTY(test) cmocka_unit_test_setup_teardown(test, house_set_up_empty, house_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_EMPTY(empty_database_is_migrated_once),
		WITH_HOUSE(partitions_reach_from_last_month_for_four),
		WITH_HOUSE(another_schema_is_refused),
		WITH_EMPTY(a_failing_file_leaves_no_trace),
		WITH_EMPTY(two_at_once_apply_each_file_once),
		WITH_HOUSE(health_tells_what_readyz_needs),
		WITH_HOUSE(partitions_are_made_ahead_and_again_without_harm),
		WITH_HOUSE(what_came_before_its_month_moves_there),
		WITH_HOUSE(buckets_are_the_same_in_sql),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
