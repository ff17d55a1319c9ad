/* Followers that stand back: while filings pour in one at a time, and seldom; else all as they like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/attr.h"
#include "flow/follower.h"

#define STEP_US 2000

enum { FOLLOWERS = 3, STEPS = 6 };

struct bench {
	struct loop *loop;
	struct follower_turn turn;
	struct follower *followers[FOLLOWERS];
	bool is_busy;
	int at_work, most_at_work, steps;
	bool leaves_nothing; /* each step does all there is */
	int64_t ended_us, shortest_us; /* shortest: from the end of a step to the begin of the next */
};

struct worker { /* ends its step by itself */
	struct follower follower;
	struct loop_timer work;
};

static bool is_busy(void *arg)
{
	return ((const struct bench *)arg)->is_busy;
}

static void on_worked(struct loop_timer *t)
{
	struct worker *w = container_of(t, struct worker, work);
	struct bench *b = w->follower.deps.arg;

	b->at_work--;
	b->ended_us = loop_now_us(b->loop);
	if (++b->steps >= STEPS)
		loop_stop(b->loop);
	follower_rest(&w->follower, !b->leaves_nothing);
	assert_true((follower_behind_us(&w->follower) > 0) == !b->leaves_nothing);
}

static void begin(struct follower *f)
{
	struct worker *w = container_of(f, struct worker, follower);
	struct bench *b = f->deps.arg;
	int64_t rested_us = loop_now_us(b->loop) - b->ended_us;

	if (b->steps > 0 && rested_us < b->shortest_us)
		b->shortest_us = rested_us;
	if (++b->at_work > b->most_at_work)
		b->most_at_work = b->at_work;
	loop_timer_set(b->loop, &w->work, STEP_US, on_worked);
}

static void run(struct bench *b, bool busy, bool stands_back)
{
	const struct follower_kind kind = { .what = "a test", .put_off_event = "test.put_off", .bytes = sizeof(struct worker), .step_bytes = 4096,
		                            .stands_back = stands_back, .begin = begin };
	const struct follower_conf conf = { .sweep_ms = 1 };
	struct fault f = { 0 };
	const struct follower_deps deps = { .loop = b->loop = loop_new(&f), .turn = &b->turn, .is_busy = is_busy, .arg = b };

	assert_non_null(b->loop);
	b->is_busy = busy;
	b->shortest_us = INT64_MAX;
	for (int i = 0; i < FOLLOWERS; i++) {
		b->followers[i] = follower_new(&kind, &conf, &deps, &f);
		assert_non_null(b->followers[i]);
		assert_true(text_is(follower_name(b->followers[i]), "test"));
	}
	loop_run(b->loop);
	for (int i = 0; i < FOLLOWERS; i++) {
		loop_timer_clear(b->loop, &container_of(b->followers[i], struct worker, follower)->work);
		loop_timer_clear(b->loop, &b->followers[i]->sweep);
		free(b->followers[i]);
	}
	loop_free(b->loop);
}

static void test_turns_while_busy(void **state)
{
	struct bench b = { 0 };

	(void)state;
	run(&b, true, true);
	assert_int_equal(b.most_at_work, 1);
	assert_true(b.shortest_us >= 19 * STEP_US);
}

static void test_who_has_nothing_left_is_not_behind(void **state)
{
	struct bench b = { .leaves_nothing = true };

	(void)state;
	run(&b, true, true);
	assert_int_equal(b.steps, STEPS);
}

static void test_side_by_side(void **state)
{
	struct bench idle = { 0 }, proud = { 0 };

	(void)state;
	run(&idle, false, true);
	assert_int_equal(idle.most_at_work, FOLLOWERS);
	run(&proud, true, false);
	assert_int_equal(proud.most_at_work, FOLLOWERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns_while_busy),
		cmocka_unit_test(test_side_by_side),
		cmocka_unit_test(test_who_has_nothing_left_is_not_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
