/*
 * One inspection, and what one authority recognises of another: the same in whatever order answers come, however often.
 * A seed on the command line repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "model/inspection.h"
#include "model/ruling.h"

#define DAY 20000

static const struct recognition inspections[] = {
	{ 1, AUTHORITY_CIQ, AUTHORITY_CUS, true, false, 0, INT32_MAX, { NULL, 0 } },
	{ 2, AUTHORITY_CUS, AUTHORITY_CIQ, true, false, 0, INT32_MAX, { NULL, 0 } },
};
static const struct recognition releases[] = { { 3, AUTHORITY_CIQ, AUTHORITY_CUS, false, true, 0, INT32_MAX, { NULL, 0 } } };
static const struct recognition of_another_day[] = { { 4, AUTHORITY_CIQ, AUTHORITY_CUS, false, true, 0, DAY - 1, { NULL, 0 } } };

static uint64_t seed;

static uint64_t draw(uint64_t below) /* splitmix64 */
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31)) % below;
}

struct both { /* what customs and quarantine said of version 1 */
	struct part parts[2];
	struct inspection inspection;
	bool is_inspected;
	enum declaration_state state;
};

/* "C5i" customs at 5: inspect; letters of outcomes: r e v i H C X as in model_clearance_test. */
static int read_answers(const char *words, struct answer out[16])
{
	static const char letters[] = "-reviHCX";
	int n = 0;

	for (const char *at = words; *at != '\0';) {
		out[n].authority = *at++ == 'C' ? AUTHORITY_CUS : AUTHORITY_CIQ;
		out[n].version = 1;
		out[n].at_us = strtol(at, (char **)(uintptr_t)&at, 10);
		out[n++].outcome = (enum part_outcome)(strchr(letters, *at++) - letters);
		at += *at == ' ';
	}
	return n;
}

static struct both judge(const struct answer *answers, int count, const struct recognition *rows, int row_count)
{
	struct both b = { .parts = { { .authority = AUTHORITY_CUS, .version = 1, .sent = true }, { .authority = AUTHORITY_CIQ, .version = 1, .sent = true } } };
	struct clearance_input in = { .verdict = VERDICT_MATCHED, .state = STATE_DECLARED, .version = 1, .parts = b.parts, .part_count = 2 };

	clearance_fold(b.parts, 2, answers, count);
	inspection_recognise(b.parts, 2, 1, rows, row_count, DAY);
	b.is_inspected = inspection_of(b.parts, 2, 1, &b.inspection);
	b.state = clearance_state(&in);
	return b;
}

static void what_is_recognised(void **state)
{
	static const struct {
		const char *said;
		enum part_outcome customs, quarantine; /* as they count */
		bool customs_recognises, quarantine_recognises;
		enum declaration_state state;
		int result; /* -1: no inspection */
		int64_t closed_us;
	} cases[] = {
		{ "C1i", OUTCOME_INSPECT, OUTCOME_NONE, false, false, STATE_INSPECT, INSPECTION_OPEN, INT64_MIN },
		{ "C1i Q2i", OUTCOME_INSPECT, OUTCOME_INSPECT, false, false, STATE_INSPECT, INSPECTION_OPEN, INT64_MIN },
		{ "C1i Q2i Q5C", OUTCOME_ENTERED, OUTCOME_CLEAR, true, false, STATE_DECLARED, INSPECTION_GOOD, 5 },
		{ "C1i Q2i Q5e", OUTCOME_ENTERED, OUTCOME_ENTERED, true, false, STATE_DECLARED, INSPECTION_GOOD, 5 },
		{ "C1i Q2i C4e", OUTCOME_ENTERED, OUTCOME_ENTERED, false, true, STATE_DECLARED, INSPECTION_GOOD, 4 },
		{ "C1i Q2i Q5C C9C", OUTCOME_CLEAR, OUTCOME_CLEAR, false, false, STATE_RELEASED, INSPECTION_GOOD, 9 },
		{ "C1i Q2i Q5X", OUTCOME_INSPECT, OUTCOME_REJECTED, false, false, STATE_REJECTED, INSPECTION_BAD, 5 },
		{ "C1i Q2i Q3H", OUTCOME_INSPECT, OUTCOME_HELD, false, false, STATE_HELD, INSPECTION_OPEN, INT64_MIN },
		{ "C1i Q2i C3H Q5C", OUTCOME_HELD, OUTCOME_CLEAR, false, false, STATE_HELD, INSPECTION_OPEN, INT64_MIN }, /* its own hold stands */
		{ "C1i Q2i Q5C C7i", OUTCOME_INSPECT, OUTCOME_CLEAR, false, false, STATE_INSPECT, INSPECTION_OPEN, INT64_MIN }, /* once more */
		{ "C1i Q5C", OUTCOME_INSPECT, OUTCOME_CLEAR, false, false, STATE_INSPECT, INSPECTION_OPEN, INT64_MIN }, /* it did not inspect */
		{ "C6i Q2i Q5C", OUTCOME_INSPECT, OUTCOME_CLEAR, false, false, STATE_INSPECT, INSPECTION_OPEN, INT64_MIN }, /* too late to join */
		{ "C1i C2C Q9i", OUTCOME_CLEAR, OUTCOME_INSPECT, false, false, STATE_INSPECT, INSPECTION_OPEN, INT64_MIN },
		{ "C1e Q1C C2C", OUTCOME_CLEAR, OUTCOME_CLEAR, false, false, STATE_RELEASED, -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct answer answers[16];
		struct both b = judge(answers, read_answers(cases[i].said, answers), inspections, 2);

		if (part_outcome(&b.parts[0]) != cases[i].customs || part_outcome(&b.parts[1]) != cases[i].quarantine ||
		    (b.parts[0].recognised != NULL) != cases[i].customs_recognises || (b.parts[1].recognised != NULL) != cases[i].quarantine_recognises ||
		    b.state != cases[i].state || b.is_inspected != (cases[i].result >= 0))
			fail_msg("%s: %s %s, %s", cases[i].said, outcome_name(part_outcome(&b.parts[0])), outcome_name(part_outcome(&b.parts[1])), state_name(b.state));
		if (b.is_inspected && ((int)b.inspection.result != cases[i].result || b.inspection.closed_us != cases[i].closed_us))
			fail_msg("%s: the inspection is %s", cases[i].said, inspection_result_name(b.inspection.result));
	}
}

static void a_clearance_that_is_recognised(void **state)
{
	struct answer answers[16];
	struct both b = judge(answers, read_answers("Q5C", answers), releases, 1);

	(void)state;
	assert_int_equal(b.state, STATE_RELEASED);
	assert_true(b.parts[0].recognised == releases && b.parts[0].recognised_us == 5 && b.parts[0].outcome == OUTCOME_NONE);
	b = judge(answers, read_answers("C4H Q5C", answers), releases, 1);
	assert_int_equal(b.state, STATE_HELD);
	b = judge(answers, read_answers("Q5C C7X", answers), releases, 1); /* it says otherwise later: its own word, and a case */
	assert_int_equal(b.state, STATE_REJECTED);
	assert_true(b.parts[0].contradicted && b.parts[0].recognised == NULL);
	b = judge(answers, read_answers("Q5C C7C", answers), releases, 1);
	assert_false(b.parts[0].contradicted);
	b = judge(answers, read_answers("Q5C", answers), of_another_day, 1);
	assert_int_equal(b.state, STATE_DECLARED);
}

static void who_joins_whom(void **state)
{
	struct answer answers[16];
	struct both b = judge(answers, read_answers("Q7i C3i C9i Q4i", answers), inspections, 2);

	(void)state;
	assert_int_equal(b.inspection.count, 2);
	assert_int_equal(b.inspection.selected_by[0], AUTHORITY_CUS);
	assert_int_equal(b.inspection.selected_by[1], AUTHORITY_CIQ);
	assert_true(b.inspection.opened_us == 3 && b.inspection.joined_us == 4);
}

static bool same(const struct both *a, const struct both *b)
{
	for (int i = 0; i < 2; i++)
		if (a->parts[i].outcome != b->parts[i].outcome || a->parts[i].recognised != b->parts[i].recognised ||
		    a->parts[i].contradicted != b->parts[i].contradicted || a->parts[i].inspected_us != b->parts[i].inspected_us)
			return false;
	return a->state == b->state && a->is_inspected == b->is_inspected && a->inspection.result == b->inspection.result &&
	       a->inspection.count == b->inspection.count && a->inspection.closed_us == b->inspection.closed_us;
}

static void shuffle(struct answer *list, int count)
{
	for (int i = count - 1; i > 0; i--) {
		int k = (int)draw((uint64_t)i + 1);
		struct answer t = list[i];

		list[i] = list[k];
		list[k] = t;
	}
}

/* Random sequences of both authorities, shuffled and with repeats: one outcome; and folding it again changes nothing. */
static void every_order_is_the_same(void **state)
{
	unsigned reached = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		const struct recognition *rows = draw(2) == 0 ? inspections : releases;
		int row_count = rows == inspections ? 2 : 1, count = 1 + (int)draw(7);
		struct answer answers[16];
		struct both first, again;

		for (int i = 0; i < count; i++)
			answers[i] = (struct answer){ draw(2) == 0 ? AUTHORITY_CUS : AUTHORITY_CIQ, 1,
				draw(3) == 0 ? OUTCOME_INSPECT : (enum part_outcome)draw(OUTCOME_COUNT), (int64_t)draw(8), (enum answer_giver)draw(GIVER_COUNT) };
		first = judge(answers, count, rows, row_count);
		for (int i = 0; i < count; i++)
			answers[count + i] = answers[i];
		shuffle(answers, 2 * count);
		again = judge(answers, 2 * count, rows, row_count);
		assert_true(same(&first, &again));
		clearance_fold(again.parts, 2, answers, 2 * count);
		inspection_recognise(again.parts, 2, 1, rows, row_count, DAY);
		assert_true(again.parts[0].outcome == first.parts[0].outcome && again.parts[0].recognised == first.parts[0].recognised);
		for (int i = 0; i < 2; i++) /* released only by what each said itself or recognises */
			assert_true(first.state != STATE_RELEASED || part_outcome(&first.parts[i]) == OUTCOME_CLEAR);
		if (first.parts[0].recognised != NULL)
			reached |= 1u << (first.parts[0].recognised->id + 8);
		reached |= 1u << first.inspection.result;
	}
	assert_int_equal(reached & 0xfff, 0xfff & (7u | 1u << 9 | 1u << 11));
}

static void rulings_and_their_places(void **state)
{
	enum ruling r;

	(void)state;
	for (int i = 0; i < RULING_COUNT; i++) {
		assert_true(ruling_by_name(text_of(ruling_name((enum ruling)i)), &r));
		assert_int_equal(r, i);
		for (int o = 0; o < OUTCOME_COUNT; o++) {
			bool stands_still = o == OUTCOME_REVIEW || o == OUTCOME_INSPECT || o == OUTCOME_HELD;

			assert_int_equal(ruling_fits_outcome((enum ruling)i, (enum part_outcome)o),
			                 i == RULING_RESUME ? stands_still : !outcome_is_final((enum part_outcome)o));
		}
	}
	assert_false(ruling_by_name(TEXT("accepted"), &r));
	for (int s = 0; s < STATE_COUNT; s++)
		assert_int_equal(ruling_fits_state((enum declaration_state)s),
		                 s != STATE_WAITING && s != STATE_CONFLICT && s != STATE_BLOCKED && s != STATE_EXPIRED && s != STATE_WITHDRAWN && s != STATE_RELEASED);
	assert_int_equal(ruling_outcome(RULING_RELEASE), OUTCOME_CLEAR);
	assert_int_equal(ruling_outcome(RULING_RESUME), OUTCOME_ENTERED);
}

static void how_a_withdrawal_stands(void **state)
{
	struct part parts[4] = { { .authority = AUTHORITY_CUS, .version = 1 }, { .authority = AUTHORITY_TAX, .version = 1 } };
	int version;

	(void)state;
	assert_int_equal(clearance_withdrawal(parts, 2, &version), WITHDRAWAL_NONE);
	assert_int_equal(version, 0);
	parts[2] = (struct part){ .authority = AUTHORITY_CUS, .version = 2, .withdraws = true };
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		parts[2].outcome = (enum part_outcome)o;
		assert_int_equal(clearance_withdrawal(parts, 3, &version), o == OUTCOME_CLEAR ? WITHDRAWAL_APPROVED
		                                                            : o == OUTCOME_REJECTED ? WITHDRAWAL_REFUSED : WITHDRAWAL_ASKED);
		assert_true(version == 2 && clearance_declared(parts, 3) == 1);
	}
	parts[3] = (struct part){ .authority = AUTHORITY_CUS, .version = 3 }; /* declared again */
	assert_int_equal(clearance_withdrawal(parts, 4, &version), WITHDRAWAL_NONE);
	assert_int_equal(clearance_declared(parts, 4), 3);
	parts[2] = (struct part){ .authority = AUTHORITY_TAX, .version = 4, .withdraws = true }; /* customs has no part in it */
	parts[3] = (struct part){ .authority = AUTHORITY_TAX, .version = 3 };
	assert_int_equal(clearance_withdrawal(parts + 2, 2, &version), WITHDRAWAL_APPROVED);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_recognised),      cmocka_unit_test(a_clearance_that_is_recognised), cmocka_unit_test(who_joins_whom),
		cmocka_unit_test(every_order_is_the_same), cmocka_unit_test(rulings_and_their_places),       cmocka_unit_test(how_a_withdrawal_stands),
	};

	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t)time(NULL);
	printf("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
