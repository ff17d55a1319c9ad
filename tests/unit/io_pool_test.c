/* Threads beside the loop: order, a bound, cancelling, ending with work under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "io/pool.h"

enum { JOBS = 200 };

struct bench;

struct work {
	struct pool_job job;
	struct bench *b;
	int number, result;
};

struct bench {
	struct loop *loop;
	struct pool *pool;
	pthread_t loop_thread;
	pthread_mutex_t gate; /* closed: work does not go on */
	_Atomic int begun;
	int done, last, wanted;
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fault f = { 0 };

	assert_non_null(b);
	b->loop = loop_new(&f);
	assert_non_null(b->loop);
	b->loop_thread = pthread_self();
	b->last = -1;
	(void)pthread_mutex_init(&b->gate, NULL);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	pool_free(b->pool);
	loop_free(b->loop);
	(void)pthread_mutex_destroy(&b->gate);
	free(b);
	return 0;
}

static void open_pool(struct bench *b, int threads, int limit)
{
	struct fault f = { 0 };

	b->pool = pool_new(b->loop, threads, limit, &f);
	assert_non_null(b->pool);
}

static void square(struct pool_job *job)
{
	struct work *w = container_of(job, struct work, job);

	assert_false(pthread_equal(pthread_self(), w->b->loop_thread));
	w->b->begun++;
	(void)pthread_mutex_lock(&w->b->gate);
	(void)pthread_mutex_unlock(&w->b->gate);
	w->result = w->number * w->number;
}

static void note(struct pool_job *job)
{
	struct work *w = container_of(job, struct work, job);
	struct bench *b = w->b;

	assert_true(pthread_equal(pthread_self(), b->loop_thread));
	assert_int_equal(w->result, w->number * w->number);
	assert_true(w->number > b->last); /* of one thread: in order */
	b->last = w->number;
	if (++b->done == b->wanted)
		loop_stop(b->loop);
}

static void one_thread_keeps_the_order(void **state)
{
	struct bench *b = *state;
	static struct work all[JOBS];

	open_pool(b, 1, JOBS);
	b->wanted = JOBS;
	for (int i = 0; i < JOBS; i++) {
		all[i] = (struct work){ .b = b, .number = i, .result = -1 };
		assert_true(pool_start(b->pool, &all[i].job, square, note));
	}
	assert_int_equal(b->done, 0); /* never from within pool_start() */
	loop_run(b->loop);
	assert_int_equal(b->done, JOBS);
}

static void wait_begun(struct bench *b, int n)
{
	while (b->begun < n)
		(void)sched_yield();
}

static void queued_jobs_can_be_cancelled_working_ones_not(void **state)
{
	struct bench *b = *state;
	struct work all[4];

	open_pool(b, 1, 3);
	(void)pthread_mutex_lock(&b->gate);
	for (int i = 0; i < 4; i++)
		all[i] = (struct work){ .b = b, .number = i, .result = -1 };
	assert_true(pool_start(b->pool, &all[0].job, square, note));
	wait_begun(b, 1);
	assert_true(pool_start(b->pool, &all[1].job, square, note));
	assert_true(pool_start(b->pool, &all[2].job, square, note));
	assert_false(pool_start(b->pool, &all[3].job, square, note)); /* as many as may */
	assert_false(pool_cancel(b->pool, &all[0].job));
	assert_true(pool_cancel(b->pool, &all[2].job)); /* the last one: the next goes behind the one before */
	assert_true(pool_start(b->pool, &all[3].job, square, note));
	assert_true(pool_cancel(b->pool, &all[1].job));
	(void)pthread_mutex_unlock(&b->gate);
	b->wanted = 2;
	loop_run(b->loop);
	assert_true(all[0].result == 0 && all[1].result == -1 && all[2].result == -1 && all[3].result == 9);
}

static void ending_waits_for_what_works(void **state)
{
	struct bench *b = *state;
	struct work all[3];

	open_pool(b, 2, 10);
	for (int i = 0; i < 3; i++) {
		all[i] = (struct work){ .b = b, .number = 2, .result = -1 };
		assert_true(pool_start(b->pool, &all[i].job, square, note));
	}
	wait_begun(b, 1);
	pool_free(b->pool);
	b->pool = NULL;
	for (int i = 0; i < 3; i++)
		assert_true(all[i].result == -1 || all[i].result == 4);
	assert_int_equal(b->done, 0); /* the loop did not turn any more */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_thread_keeps_the_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(queued_jobs_can_be_cancelled_working_ones_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ending_waits_for_what_works, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
