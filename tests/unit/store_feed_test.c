/*
 * The feed's numbers: dense, in the order of the transactions, of what is over only; whatever is late, moved or gone.
 *
 * One database for all of them, emptied before each. Transactions of other tests in the same cluster hold the numbers up as ours
 * do: what is to come is waited for.
 */
#include "house_bench.h"

#include <pthread.h>

static struct house *fresh(void **state)
{
	struct house *h = house_of(state);

	house_sql(h->db, "set lock_timeout = '20s'; truncate change, event_batch; delete from feed; insert into feed default values");
	return h;
}

/* One row of change with so many events; n makes the id, and so its time. */
static void tell(struct db_sync *db, int n, int events)
{
	char sql[320];

	(void)snprintf(sql, sizeof(sql),
	               "insert into change (id, made_at, types, declaration_ids) select '019cac00-0000-7000-8000-%012x', now(), array_agg('t%d.' || i),"
	               " array_agg(gen_random_uuid()) from generate_series(1, %d) i", n, n, events);
	house_sql(db, sql);
}

static int64_t ask(struct db_sync *db, const char *sql)
{
	struct fault f = { 0 };
	const struct db_rows *r = db_sync_run(db, sql, NULL, 0, &f);

	if (r == NULL)
		print_error("%s\n%s\n", sql, f.text);
	assert_non_null(r);
	return db_row_count(r) == 0 ? -1 : db_get_int(r, 0, 0);
}

/* How many events got a number; -1: somebody else was at it. */
static int64_t advance(struct db_sync *db, int most)
{
	char sql[64];

	(void)snprintf(sql, sizeof(sql), "select given from feed_advance(%d)", most);
	return ask(db, sql);
}

/* Asks until so many events more have their numbers. */
static void gives(struct db_sync *db, int most, int64_t want)
{
	int64_t given = 0;

	for (int i = 0; i < 20000 && given < want; i++) {
		int64_t now = advance(db, most);

		assert_true(now <= most * 7); /* no row tells more than seven */
		given += now > 0 ? now : 0;
		if (now <= 0)
			(void)usleep(1000);
	}
	assert_int_equal(given, want);
}

static int64_t watermark(struct house *h)
{
	return house_ask(h, "select feed_watermark()");
}

/* The types of all events behind `after`, in order. */
static void expect_feed(struct house *h, int after, const char *want)
{
	struct fault f = { 0 };
	const struct db_rows *r;
	char sql[160];

	(void)snprintf(sql, sizeof(sql), "select coalesce(string_agg(seq || ':' || type, ' ' order by seq), '') from feed_events(%d, 100)", after);
	r = db_sync_run(h->db, sql, NULL, 0, &f);
	assert_non_null(r);
	if (!text_is(db_get_text(r, 0, 0), want))
		fail_msg(TEXT_FMT " is not %s", TEXT_ARG(db_get_text(r, 0, 0)), want);
}

static void numbers_are_dense_and_in_order(void **state)
{
	struct house *h = fresh(state);

	assert_int_equal(advance(h->db, 10), 0);
	tell(h->db, 5, 2);
	tell(h->db, 3, 3); /* an earlier id, a later transaction */
	assert_int_equal(watermark(h), 0);
	assert_int_equal(house_ask(h, "select feed_oldest() is null"), 0);
	gives(h->db, 10, 5);
	assert_int_equal(house_ask(h, "select feed_oldest() is null"), 1);
	assert_int_equal(watermark(h), 5);
	expect_feed(h, 0, "1:t5.1 2:t5.2 3:t3.1 4:t3.2 5:t3.3");
	expect_feed(h, 3, "4:t3.2 5:t3.3");
	assert_int_equal(house_ask(h, "select count(*) from feed_events(1, 2)"), 2);
	assert_int_equal(advance(h->db, 10), 0);
	for (int n = 10; n < 17; n++)
		tell(h->db, n, 1);
	gives(h->db, 3, 7); /* a few at a time */
	assert_int_equal(house_ask(h, "select count(distinct seq) from feed_read(0, 1000)"), 12);
	assert_int_equal(house_ask(h, "select max(seq) from feed_read(0, 1000)"), 12);
}

static void nothing_passes_a_transaction_that_is_not_over(void **state)
{
	struct house *h = fresh(state);
	struct db_sync *slow = house_open(h);

	tell(h->db, 1, 1);
	house_sql(slow, "begin");
	tell(slow, 2, 1);
	tell(h->db, 3, 1);
	gives(h->db, 10, 1);
	expect_feed(h, 0, "1:t1.1");
	house_sql(slow, "commit");
	tell(h->db, 4, 1);
	gives(h->db, 10, 3);
	expect_feed(h, 0, "1:t1.1 2:t2.1 3:t3.1 4:t4.1");
	house_sql(slow, "begin"); /* what is taken back leaves no number */
	tell(slow, 5, 7);
	tell(h->db, 6, 1);
	house_sql(slow, "rollback");
	gives(h->db, 10, 1);
	expect_feed(h, 4, "5:t6.1");
	db_sync_close(slow);
}

static void one_at_a_time(void **state)
{
	struct house *h = fresh(state);
	struct db_sync *other = house_open(h);

	tell(h->db, 1, 1);
	house_sql(other, "begin");
	gives(other, 10, 1);
	assert_int_equal(advance(h->db, 10), -1);
	assert_int_equal(watermark(h), 0); /* not before it is committed */
	house_sql(other, "rollback"); /* the daemon died */
	assert_int_equal(watermark(h), 0);
	gives(h->db, 10, 1);
	expect_feed(h, 0, "1:t1.1");
	db_sync_close(other);
}

/* Another cluster counts transactions anew: what had no number gets one, what had one keeps it, nothing is passed over. */
static void a_moved_database_goes_on(void **state)
{
	struct house *h = fresh(state);
	struct db_sync *slow = house_open(h);

	for (int n = 1; n <= 5; n++)
		tell(h->db, n, 1);
	gives(h->db, 10, 5);
	tell(h->db, 9, 2); /* without a number when it was moved; its transaction's number is of the old cluster */
	tell(h->db, 8, 2);
	house_sql(h->db, "update change set xid = (xid::text::bigint + 1000000)::text::xid8");
	house_sql(h->db, "update feed set system = 5, horizon = '1000000000'");
	house_sql(slow, "begin");
	tell(slow, 0, 1); /* under way while all is looked through, with the smallest id */
	assert_int_equal(ask(h->db, "select moved::integer from feed_advance(2)"), 1);
	tell(h->db, 4095, 1);
	gives(h->db, 2, 10 - watermark(h)); /* the first step has given some */
	while (house_ask(h, "select count(*) from feed where walked is null") == 0)
		assert_int_equal(advance(h->db, 2), 0);
	house_sql(slow, "commit");
	gives(h->db, 10, 1);
	expect_feed(h, 5, "6:t8.1 7:t8.2 8:t9.1 9:t9.2 10:t4095.1 11:t0.1");
	assert_int_equal(house_ask(h, "select (moved)::integer from feed_advance(10)"), 0);
	house_sql(h->db, "update change set xid = pg_current_xact_id()"); /* the old numbers come again here */
	assert_int_equal(advance(h->db, 100), 0);
	assert_int_equal(watermark(h), 11);
	db_sync_close(slow);
}

static void what_is_forgotten_is_passed_over(void **state)
{
	struct house *h = fresh(state);

	/* partitions are there from February to May 2026 */
	tell(h->db, 1, 4); /* 2 March 2026 */
	gives(h->db, 10, 4);
	house_sql(h->db, "insert into change (id, made_at, types) values (id_floor('2026-04-02'), now(), array['april'])");
	gives(h->db, 10, 1);
	assert_int_equal(house_ask(h, "select feed_forget('2026-03-15')"), 1);
	assert_int_equal(house_ask(h, "select to_regclass('change_202603') is null"), 1);
	assert_int_equal(house_ask(h, "select feed_floor()"), 5);
	expect_feed(h, 0, "5:april");
	assert_int_equal(house_ask(h, "select feed_forget('2026-04-01')"), 1);
	assert_int_equal(house_ask(h, "select feed_floor()"), 6);
	assert_int_equal(watermark(h), 5);
	tell(h->db, 2, 1); /* late, of a month that is gone: it is kept aside, and told */
	gives(h->db, 10, 1);
	expect_feed(h, 0, "6:t2.1");
}

/* By the times in the ids, whatever the order of the numbers: in a sandbox time may be moved ahead and back. */
static void a_time_has_its_numbers(void **state)
{
	struct house *h = fresh(state);

	house_sql(h->db, "insert into change (id, made_at, types) values (id_floor('2026-05-02'), now(), array['ahead', 'ahead'])");
	gives(h->db, 10, 2);
	tell(h->db, 1, 4); /* 2 March 2026 */
	gives(h->db, 10, 4);
	house_sql(h->db, "insert into change (id, made_at, types) values (id_floor('2026-04-02'), now(), array['april'])");
	gives(h->db, 10, 1);
	assert_int_equal(house_ask(h, "select after from feed_numbers_between('2026-03-01', '2026-04-01')"), 2);
	assert_int_equal(house_ask(h, "select upto from feed_numbers_between('2026-03-01', '2026-04-01')"), 6);
	assert_int_equal(house_ask(h, "select upto from feed_numbers_between('2026-03-01', '2026-04-03')"), 7);
	assert_int_equal(house_ask(h, "select after from feed_numbers_between('2026-04-30', '2026-06-01')"), 0);
	assert_int_equal(house_ask(h, "select after is null and upto is null from feed_numbers_between('2026-04-03', '2026-04-30')"), 1);
}

/* --- at random ---------------------------------------------------------------------------------------------------- */

enum { WRITERS = 4, SEQUENCERS = 2, ROUNDS = 60 };

struct actor {
	struct db_sync *db;
	pthread_t thread;
	int number;
	_Atomic bool *over;
	bool good;
};

static bool act(struct actor *a, const char *sql)
{
	struct fault f = { 0 };

	return db_sync_script(a->db, sql, &f);
}

/* Transactions that overlap, of one to three rows; some are held, some taken back. */
static void *write_changes(void *arg)
{
	struct actor *a = arg;
	char sql[512];

	a->good = true;
	for (int i = 0; i < ROUNDS && a->good; i++) {
		bool held = (i + a->number) % 7 == 0, taken_back = i % 11 == 10;

		(void)snprintf(sql, sizeof(sql),
		               "begin; insert into change (id, made_at, types) select gen_random_uuid(), now(), array['w', 'w'] from generate_series(1, %d); %s %s",
		               1 + i % 3, held ? "select pg_sleep(0.02);" : "", taken_back ? "rollback" : "commit");
		a->good = act(a, sql);
	}
	return NULL;
}

static void *number_changes(void *arg)
{
	struct actor *a = arg;

	a->good = true;
	while (!*a->over && a->good)
		a->good = act(a, "select feed_advance(3)");
	return NULL;
}

/* What was below a watermark once stays as it was: the digest of all events up to there is taken again later. */
static void look_again(struct house *h, int64_t *marks, char (*seen)[33], int count)
{
	for (int i = 0; i < count; i++) {
		struct fault f = { 0 };
		const struct db_rows *r;
		char sql[200];

		(void)snprintf(sql, sizeof(sql),
		               "select md5(string_agg(b.first_seq || b.change_id::text, ',' order by b.first_seq)), sum(b.count)::bigint from event_batch b where b.first_seq <= %lld",
		               (long long)marks[i]);
		r = db_sync_run(h->db, sql, NULL, 0, &f);
		assert_non_null(r);
		assert_int_equal(db_get_int(r, 0, 1), marks[i]);
		if (seen[i][0] == '\0')
			(void)snprintf(seen[i], 33, TEXT_FMT, TEXT_ARG(db_get_text(r, 0, 0)));
		assert_true(text_is(db_get_text(r, 0, 0), seen[i]));
	}
}

static void nothing_ever_appears_below_the_watermark(void **state)
{
	enum { LOOKS = 40 };
	struct house *h = fresh(state);
	struct actor actors[WRITERS + SEQUENCERS] = { 0 };
	int64_t marks[LOOKS];
	char seen[LOOKS][33] = { "" };
	_Atomic bool over = false;
	int count = 0;

	for (int i = 0; i < WRITERS + SEQUENCERS; i++) {
		actors[i] = (struct actor){ .db = house_open(h), .number = i, .over = &over };
		assert_int_equal(pthread_create(&actors[i].thread, NULL, i < WRITERS ? write_changes : number_changes, &actors[i]), 0);
	}
	while (count < LOOKS) {
		int64_t mark = watermark(h);

		if (mark == 0)
			continue;
		marks[count++] = mark;
		look_again(h, marks, seen, count);
	}
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(actors[i].thread, NULL), 0);
	over = true;
	for (int i = WRITERS; i < WRITERS + SEQUENCERS; i++)
		assert_int_equal(pthread_join(actors[i].thread, NULL), 0);
	gives(h->db, 1000, house_ask(h, "select sum(cardinality(types)) from change") - watermark(h));
	look_again(h, marks, seen, count);
	assert_int_equal(house_ask(h, "select count(*) from change c where not exists (select from event_batch b where b.change_id = c.id)"), 0);
	assert_int_equal(watermark(h), house_ask(h, "select sum(cardinality(types)) from change"));
	assert_int_equal(house_ask(h, "select count(*) from feed_read(0, feed_watermark())"), watermark(h));
	for (int i = 0; i < WRITERS + SEQUENCERS; i++) {
		assert_true(actors[i].good);
		db_sync_close(actors[i].db);
	}
}

static int set_up(void **state)
{
	int failed = house_set_up(state);
	struct house *h = *state;

	if (failed == 0 && h->admin != NULL)
		house_migrate(h);
	return failed;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_dense_and_in_order),
		cmocka_unit_test(nothing_passes_a_transaction_that_is_not_over),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(a_moved_database_goes_on),
		cmocka_unit_test(nothing_ever_appears_below_the_watermark),
		cmocka_unit_test(what_is_forgotten_is_passed_over),
		cmocka_unit_test(a_time_has_its_numbers),
	};

	return cmocka_run_group_tests(tests, set_up, house_tear_down);
}
