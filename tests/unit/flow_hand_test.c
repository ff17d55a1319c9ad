/* What is in hand: nothing is taken twice, nothing is lost, a work row is done exactly when all of it is settled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/hand.h"

static struct hand_works *works; /* of the test under way */

static struct id id_of(char space, int n)
{
	char text[16];
	struct text part;

	(void)snprintf(text, sizeof(text), "%d", n);
	part = text_of(text);
	return id_of_key(space, &part, 1);
}

static struct id declaration(int n)
{
	return id_of('D', n);
}

static struct id work(int n)
{
	return id_of('W', n);
}

/* Declarations from..to-1 as one work row. */
static void take_at(struct hand *h, int work_no, int from, int to, const struct hand_when *when)
{
	struct id ids[64], w = work(work_no);

	assert_true(to - from <= 64);
	for (int i = from; i < to; i++)
		ids[i - from] = declaration(i);
	hand_take(h, &w, ids, to - from, when);
}

static void take(struct hand *h, int work_no, int from, int to, int64_t now_us)
{
	take_at(h, work_no, from, to, &(struct hand_when){ now_us, NULL });
}

static int next(struct hand *h, struct id *out, int max)
{
	return hand_next(h, HAND_SOON, 1000, out, max);
}

static void land(struct hand *h, const struct id *ids, int count, bool settled)
{
	for (int i = 0; i < count; i++)
		hand_land(h, &ids[i], settled, 0);
}

static bool is_done(int work_no)
{
	struct id w = work(work_no);

	for (int i = 0; i < hand_works_done_count(works); i++)
		if (id_eq(&hand_works_done(works)[i], &w))
			return true;
	return false;
}

static void test_done_when_all_are_settled(void **state)
{
	struct hand *h = hand_new(100, works);
	struct id out[64];

	(void)state;
	take(h, 1, 0, 10, 0);
	assert_int_equal(hand_queued(h), 10);
	assert_int_equal(next(h, out, 4), 4);
	land(h, out, 4, true);
	assert_int_equal(hand_works_done_count(works), 0);
	assert_int_equal(next(h, out, 64), 6);
	land(h, out, 5, true);
	assert_int_equal(hand_works_done_count(works), 0);
	land(h, out + 5, 1, true);
	assert_true(is_done(1));
	hand_works_forget(works, 1);
	assert_int_equal(hand_works_done_count(works), 0);
	assert_int_equal(hand_queued(h), 0);
	hand_free(h);
}

/* What came while it was flying was not seen by that flight: it is judged again, and only then the row is done. */
static void test_again(void **state)
{
	struct hand *h = hand_new(100, works);
	struct id out[4];

	(void)state;
	take(h, 1, 0, 1, 0);
	assert_int_equal(next(h, out, 4), 1);
	take(h, 2, 0, 1, 0);
	assert_int_equal(next(h, out + 1, 3), 0);
	land(h, out, 1, true);
	assert_true(is_done(1) && !is_done(2));
	assert_int_equal(next(h, out, 4), 1);
	land(h, out, 1, true);
	assert_true(is_done(2));

	/* a lost race: the same row once more */
	take(h, 3, 5, 6, 0);
	assert_int_equal(next(h, out, 4), 1);
	hand_again(h, &out[0]);
	land(h, out, 1, false);
	assert_false(is_done(3));
	assert_int_equal(next(h, out, 4), 1);
	land(h, out, 1, true);
	assert_true(is_done(3));
	hand_free(h);
}

/* Landed without being settled and without being asked for again: its rows are left to the sweep. */
static void test_abandoned(void **state)
{
	struct hand *h = hand_new(100, works);
	struct id out[4];

	(void)state;
	take(h, 1, 0, 2, 0);
	assert_int_equal(next(h, out, 4), 2);
	land(h, out, 1, false);
	land(h, out + 1, 1, true);
	assert_int_equal(hand_works_done_count(works), 0);
	assert_int_equal(next(h, out, 4), 0);
	take(h, 1, 0, 2, 0); /* the sweep found it */
	assert_int_equal(next(h, out, 4), 2);
	land(h, out, 2, true);
	assert_true(is_done(1));
	hand_free(h);
}

static void test_full(void **state)
{
	struct hand *h = hand_new(8, works);
	struct id out[16];

	(void)state;
	take(h, 1, 0, 6, 0);
	take(h, 2, 6, 12, 0); /* only two of them fit */
	assert_int_equal(hand_room(h), 0);
	assert_int_equal(next(h, out, 16), 8);
	land(h, out, 8, true);
	assert_true(is_done(1) && !is_done(2));
	assert_int_equal(hand_room(h), 8);
	hand_free(h);
}

static void test_todo(void **state)
{
	struct hand *h = hand_new(8, works);
	struct id one = declaration(1), out[2];

	(void)state;
	hand_take(h, NULL, &one, 1, &(struct hand_when){ 0, NULL });
	take(h, 1, 2, 3, 0);
	assert_int_equal(next(h, out, 2), 2);
	for (int i = 0; i < 2; i++) {
		assert_true(hand_from_todo(h, &out[i]) == id_eq(&out[i], &one));
		assert_true(hand_from_work(h, &out[i]) != id_eq(&out[i], &one));
	}
	hand_again(h, &one);
	hand_land(h, &one, false, 0);
	assert_int_equal(next(h, out + 1, 1), 1);
	assert_true(hand_from_todo(h, &one)); /* it still is, until it is settled */
	hand_free(h);
}

/* Who lacks flows waits in another queue, and comes over when the last one is there. */
static void test_paces(void **state)
{
	static const bool later[3] = { true, false, true };
	struct hand *h = hand_new(8, works);
	struct id ids[3] = { declaration(0), declaration(1), declaration(2) }, w = work(1), out[4];

	(void)state;
	hand_take(h, &w, ids, 3, &(struct hand_when){ 0, later });
	assert_int_equal(hand_next(h, HAND_SOON, -1, out, 4), 0); /* not ripe */
	assert_true(!hand_waits(h, -1) && hand_waits(h, 0));
	assert_int_equal(hand_next(h, HAND_SOON, 0, out, 4), 1);
	assert_true(id_eq(&out[0], &ids[1]));
	land(h, out, 1, true);
	assert_false(hand_waits(h, 0)); /* those of other queues do not count */
	take(h, 2, 2, 3, 5);
	assert_int_equal(hand_queued(h), 2);
	assert_int_equal(hand_next(h, HAND_SOON, 5, out, 4), 1);
	assert_true(id_eq(&out[0], &ids[2]));
	land(h, out, 1, true);
	assert_true(is_done(2) && !is_done(1));
	assert_int_equal(hand_next(h, HAND_LATER, 100, out, 4), 1); /* the place of the other one is void */
	assert_true(id_eq(&out[0], &ids[0]));
	land(h, out, 1, true);
	assert_true(is_done(1));
	assert_int_equal(hand_queued(h), 0);
	hand_free(h);
}

static int answers_of(struct hand *h, const struct id *flying)
{
	int n = 0;

	for (const struct inbox_item *item = hand_take_answers(h, flying); item != NULL; item = item->next)
		n++;
	return n;
}

/* An answer waits for others in its own queue, and the last one takes it out; who lacks flows waits longest. */
static void test_an_answer_waits(void **state)
{
	static const bool later[1] = { true };
	struct hand *h = hand_new(8, works);
	struct inbox_item items[3] = { 0 };
	struct id one = declaration(1), two = declaration(2), w = work(1), out[4];

	(void)state;
	assert_true(hand_answer(h, &one, &items[0], HAND_ANSWERED, 1));
	hand_take(h, &w, &two, 1, &(struct hand_when){ 1, later });
	assert_true(hand_answer(h, &two, &items[1], HAND_ANSWERED, 2));
	assert_int_equal(next(h, out, 4), 0);
	assert_int_equal(hand_next(h, HAND_ANSWERED, 0, out, 4), 0);
	assert_true(hand_answer(h, &one, &items[2], HAND_SOON, 3));
	assert_int_equal(next(h, out, 4), 1);
	assert_int_equal(answers_of(h, &one), 2);
	assert_int_equal(hand_next(h, HAND_ANSWERED, 2, out + 1, 3), 1);
	assert_true(id_eq(&out[1], &two) && answers_of(h, &two) == 1);
	assert_int_equal(hand_next(h, HAND_LATER, 1000, out + 2, 2), 0);
	for (int i = 0; i < 2; i++) { /* while it flies: it waits afterwards, unless there is more */
		items[i].next = NULL;
		assert_true(hand_answer(h, &out[i], &items[i], HAND_ANSWERED, 4));
	}
	items[2].next = NULL;
	assert_true(hand_answer(h, &one, &items[2], HAND_SOON, 4));
	land(h, out, 2, true);
	assert_true(is_done(1));
	assert_int_equal(next(h, out, 4), 1);
	assert_int_equal(answers_of(h, &one), 2);
	assert_int_equal(hand_next(h, HAND_ANSWERED, 4, out + 1, 3), 1);
	assert_int_equal(answers_of(h, &two), 1);
	land(h, out, 2, true);
	assert_int_equal(hand_queued(h), 0);
	hand_free(h);
}

/* Those that went over to another queue take no room in their old one, however young they are. */
static void test_voids_make_room(void **state)
{
	enum { ROOM = 4, MANY = 100 };
	static const bool later[1] = { true };
	struct hand *h = hand_new(ROOM, works);
	struct id first = declaration(0), w = work(1), out[4];

	(void)state;
	hand_take(h, &w, &first, 1, &(struct hand_when){ 0, later });
	for (int i = 1; i < MANY; i++) {
		struct id id = declaration(i), early = work(2 * i), late = work(2 * i + 1);

		hand_take(h, &early, &id, 1, &(struct hand_when){ i, later });
		hand_take(h, &late, &id, 1, &(struct hand_when){ i, NULL });
		assert_int_equal(next(h, out, 4), 1);
		assert_true(id_eq(&out[0], &id));
		land(h, out, 1, true);
		assert_true(is_done(2 * i) && is_done(2 * i + 1));
	}
	for (int i = 1; i < ROOM; i++) /* it is as large as it was */
		hand_take(h, &w, &(struct id){ { (uint8_t)i } }, 1, &(struct hand_when){ MANY, later });
	assert_int_equal(hand_next(h, HAND_LATER, MANY, out, ROOM), ROOM);
	assert_true(id_eq(&out[0], &first));
	land(h, out, ROOM, true);
	assert_int_equal(hand_queued(h), 0);
	hand_free(h);
}

/* An answer brings its declaration, flies with it, and is given out once. */
static void test_answers(void **state)
{
	static const bool later[1] = { true };
	struct hand *h = hand_new(8, works);
	struct inbox_item items[4] = { 0 };
	struct id one = declaration(1), two = declaration(2), w = work(1), out[4];

	(void)state;
	assert_true(hand_answer(h, &one, &items[0], HAND_SOON, 0));
	assert_true(hand_answer(h, &one, &items[1], HAND_SOON, 0));
	hand_take(h, &w, &two, 1, &(struct hand_when){ 0, later });
	assert_true(hand_answer(h, &two, &items[2], HAND_SOON, 0)); /* what lacked flows is not left to wait with an answer */
	assert_int_equal(next(h, out, 4), 2);
	assert_int_equal(answers_of(h, &one), 2);
	assert_int_equal(answers_of(h, &one), 0);
	assert_int_equal(answers_of(h, &two), 1);
	assert_true(hand_answer(h, &one, &items[3], HAND_SOON, 0)); /* while it flies: judged again with it */
	land(h, out, 2, true);
	assert_int_equal(next(h, out, 4), 1);
	assert_true(id_eq(&out[0], &one));
	assert_int_equal(answers_of(h, &one), 1);
	land(h, out, 1, true);
	assert_true(is_done(1));
	assert_int_equal(hand_queued(h), 0);
	hand_free(h);
}

/* No answer is lost with a declaration that must be let go, and none is taken without room. */
static void test_stranded(void **state)
{
	struct hand *h = hand_new(2, works);
	struct inbox_item items[5] = { 0 };
	struct id ids[4] = { declaration(1), declaration(2), declaration(3), declaration(4) }, out[4];

	(void)state;
	assert_true(hand_answer(h, &ids[0], &items[0], HAND_SOON, 0));
	assert_int_equal(next(h, out, 4), 1);
	assert_true(hand_take_answers(h, &ids[0]) == &items[0]);
	assert_true(hand_answer(h, &ids[0], &items[1], HAND_SOON, 0)); /* to be judged again, and then the queue is full */
	assert_true(hand_answer(h, &ids[1], &items[2], HAND_SOON, 0));
	assert_true(hand_answer(h, &ids[2], &items[3], HAND_SOON, 0));
	assert_false(hand_answer(h, &ids[3], &items[4], HAND_SOON, 0));
	land(h, out, 1, true);
	assert_true(hand_take_stranded(h) == &items[1] && items[1].next == NULL);
	assert_null(hand_take_stranded(h));
	hand_strand_all(h);
	for (int i = 0; i < 2; i++)
		items[2 + i].next = NULL;
	assert_non_null(hand_take_stranded(h));
	assert_int_equal(next(h, out, 4), 2);
	assert_int_equal(answers_of(h, &out[0]) + answers_of(h, &out[1]), 0);
	land(h, out, 2, true);
	hand_free(h);
}

/* The row of deliveries handed over is done when all are recorded; one that was not leaves it to the sweep. */
static void test_holds(void **state)
{
	struct id rows[2] = { work(1), work(2) };
	struct hand_work *held[2] = { hand_work_new(works, &rows[0], 2), hand_work_new(works, &rows[1], 2) };

	(void)state;
	hand_work_hold(held[0]);
	for (int i = 0; i < 3; i++) {
		assert_false(is_done(1));
		hand_work_release(works, held[0]);
	}
	assert_true(is_done(1));
	hand_work_abandon(held[1]);
	hand_work_release(works, held[1]);
	hand_work_release(works, held[1]);
	assert_false(is_done(2));
	for (int i = 0; i < 5000; i++) /* places run out, and come back */
		held[i % 2] = hand_work_new(works, &rows[1], 1);
	assert_null(held[0]);
}

/* Against a plain model: random takes, flights and landings; at the end all that was not abandoned is done. */
static void test_at_random(void **state)
{
	enum { DECLARATIONS = 300, STEPS = 20000, WORKS = 3000 };
	static const bool later[3] = { true, false, true };
	struct hand *h = hand_new(1000, works);
	static int open[DECLARATIONS];    /* the latest work that raised it and is not served */
	static bool flying[DECLARATIONS];
	struct id out[32], all[DECLARATIONS];
	unsigned seed = 7;
	int taken = 0, done = 0;

	(void)state;
	for (int i = 0; i < DECLARATIONS; i++)
		all[i] = declaration(i);
	for (int step = 0; step < STEPS || hand_queued(h) > 0; step++) {
		int n;

		seed = seed * 1103515245u + 12345u;
		if (step < STEPS && seed >> 16 & 1 && taken < WORKS) {
			int from = (int)(seed >> 20) % (DECLARATIONS - 3);

			take_at(h, taken++, from, from + 3, &(struct hand_when){ step, seed >> 17 & 1 ? later : NULL });
			for (int i = from; i < from + 3; i++)
				open[i] = taken;
		}
		n = hand_next(h, step % 3 == 0 ? HAND_LATER : HAND_SOON, step, out, 1 + (int)(seed >> 24) % 8);
		for (int i = 0; i < n; i++) {
			int at = 0;

			while (!id_eq(&all[at], &out[i]))
				at++;
			assert_false(flying[at]); /* never twice at once */
			assert_true(open[at] > 0);
			flying[at] = true;
		}
		for (int i = 0; i < n; i++) {
			int at = 0;

			while (!id_eq(&all[at], &out[i]))
				at++;
			flying[at] = false;
			if (seed >> 28 == 0) {
				hand_again(h, &out[i]);
				hand_land(h, &out[i], false, step);
			} else {
				hand_land(h, &out[i], true, step);
			}
		}
		done += hand_works_done_count(works);
		hand_works_forget(works, hand_works_done_count(works));
	}
	assert_int_equal(taken, WORKS);
	assert_in_range(done, WORKS * 9 / 10, WORKS); /* some were abandoned: a declaration remembers six rows */
	hand_free(h);
}

static int set_up(void **state)
{
	(void)state;
	works = hand_works_new();
	return works == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	hand_works_free(works);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_done_when_all_are_settled), TEST(test_again), TEST(test_abandoned),
		TEST(test_full), TEST(test_todo), TEST(test_paces), TEST(test_an_answer_waits),
		TEST(test_voids_make_room), TEST(test_answers),
		TEST(test_stranded), TEST(test_holds), TEST(test_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
