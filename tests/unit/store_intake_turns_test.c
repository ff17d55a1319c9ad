/* When batches of intake leave: in company, in turns, past what is stuck. */
#include "flow_bench.h"

static bool has_passed(struct bench *b, void *arg)
{
	(void)b;
	return clock_mono_us() >= *(const int64_t *)arg;
}

/* Whoever comes first leaves at once; those behind wait for the beat, but not once there are enough of them. */
static void test_company(void **state)
{
	enum { COMPANY = 3, BEAT_US = 1000 * US_PER_S };
	struct bench *b = bench_of(state);
	struct request *r[COMPANY];
	struct intake_stats stats;
	struct fixture f;
	char order_no[32];
	int64_t later_us;

	intake_free(b->intake);
	bench_intake(b, BEAT_US, COMPANY);
	fixture_init(&f);
	f.order_no = order_no;
	number(order_no, sizeof(order_no), "C", 0);
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED);
	for (int i = 0; i < COMPANY; i++) {
		number(order_no, sizeof(order_no), "C", i + 1);
		r[i] = request_new(b);
		(void)request_add(r[i], &f, DOC_ORDER);
		if (i == COMPANY - 1) { /* long after those before would have left by themselves */
			later_us = clock_mono_us() + 20000;
			until(b, has_passed, &later_us);
			intake_stats_get(b->intake, &stats);
			assert_int_equal(stats.waiting, COMPANY - 1);
		}
		request_send(r[i]);
	}
	until(b, is_answered, NULL);
	intake_stats_get(b->intake, &stats);
	assert_int_equal(stats.batches, 2);
	assert_int_equal(stats.last_batch, COMPANY);
	for (int i = 0; i < COMPANY; i++) {
		assert_int_equal(r[i]->outcomes[0], INTAKE_STORED);
		request_free(r[i]);
	}
}

static bool is_done(struct bench *b, void *arg)
{
	(void)b;
	return ((const struct request *)arg)->dones > 0;
}

static void run(struct bench *b, const char *sql)
{
	struct fault f = { 0 };

	assert_non_null(db_sync_run(b->house->db, sql, NULL, 0, &f));
}

/* Two batches wait for a row that somebody holds: the third goes past them. */
static void test_past_what_is_stuck(void **state)
{
	struct bench *b = bench_of(state);
	struct request *r[3];
	struct fixture f;
	int64_t later_us;

	fixture_init(&f);
	f.order_no = "held";
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED);
	run(b, "begin");
	run(b, "select 1 from declaration for update");
	for (int i = 0; i < 3; i++) {
		r[i] = request_new(b);
		f.order_no = i == 0 ? "held" : i == 1 ? "behind it" : "past it";
		(void)request_add(r[i], &f, i == 0 ? DOC_PAYMENT : DOC_ORDER);
		if (i == 2) {
			later_us = clock_mono_us() + 200000;
			until(b, has_passed, &later_us);
		}
		request_send(r[i]);
	}
	until(b, is_done, r[2]);
	assert_true(r[0]->dones == 0 && r[1]->dones == 0);
	run(b, "rollback");
	until(b, is_answered, NULL);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(r[i]->outcomes[0], INTAKE_STORED);
		request_free(r[i]);
	}
}

/* What waits is shared by the two flights that take turns; a batch of some size says that it is busy, for a moment. */
static void test_turns(void **state)
{
	enum { WAITING = 64 };
	struct bench *b = bench_of(state);
	struct request *r[WAITING];
	struct intake_stats stats;
	struct fixture f;
	char order_no[32];
	int64_t later_us;

	fixture_init(&f);
	f.order_no = order_no;
	assert_false(intake_is_busy(b->intake));
	for (int i = 0; i < WAITING; i++) {
		number(order_no, sizeof(order_no), "T", i);
		r[i] = request_new(b);
		(void)request_add(r[i], &f, DOC_ORDER);
		request_send(r[i]);
	}
	until(b, is_answered, NULL);
	intake_stats_get(b->intake, &stats);
	assert_int_equal(stats.batches, 2);
	assert_int_equal(stats.last_batch, WAITING / 2);
	assert_true(b->was_busy);
	later_us = clock_mono_us() + 200000;
	until(b, has_passed, &later_us);
	assert_false(intake_is_busy(b->intake));
	for (int i = 0; i < WAITING; i++) {
		assert_int_equal(r[i]->outcomes[0], INTAKE_STORED);
		request_free(r[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_company),
		CASE(test_turns),
		CASE(test_past_what_is_stuck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
