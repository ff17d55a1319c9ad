/*
 * From answers to one state: folding is the same whatever the order, the table holds what it promises.
 * A seed on the command line repeats a run; --page prints the table as docs/STATES.md has it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "model/clearance.h"

static uint64_t seed;

static uint64_t draw(uint64_t below) /* splitmix64 */
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31)) % below;
}

static void names_go_both_ways(void **state)
{
	enum declaration_state s;
	enum part_outcome o;

	(void)state;
	for (int i = 0; i < STATE_COUNT; i++) {
		assert_true(state_by_name(text_of(state_name((enum declaration_state)i)), &s));
		assert_int_equal(s, i);
		assert_string_not_equal(state_title((enum declaration_state)i, false), state_title((enum declaration_state)i, true));
		assert_int_equal(state_is_final((enum declaration_state)i), i == STATE_RELEASED);
		assert_int_equal(state_allows_revision((enum declaration_state)i), i != STATE_RELEASED && i != STATE_WITHDRAWING);
	}
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		assert_true(outcome_by_name(text_of(outcome_name((enum part_outcome)i)), &o));
		assert_int_equal(o, i);
		assert_int_equal(outcome_is_final((enum part_outcome)i), i == OUTCOME_CLEAR || i == OUTCOME_REJECTED);
	}
	assert_false(state_by_name(TEXT("Waiting"), &s));
	assert_false(outcome_by_name(TEXT(""), &o));
}

static void customs_statuses_are_understood(void **state)
{
	static const struct {
		const char *status;
		int outcome; /* -1: unknown */
	} cases[] = {
		{ "1", OUTCOME_RECEIVED }, { "2", OUTCOME_RECEIVED }, { "3", OUTCOME_RECEIVED }, { "4", OUTCOME_RECEIVED },
		{ "100", OUTCOME_REJECTED }, { "120", OUTCOME_ENTERED }, { "300", OUTCOME_REVIEW }, { "399", OUTCOME_CLEAR },
		{ "400", OUTCOME_ENTERED }, { "500", OUTCOME_INSPECT }, { "501", OUTCOME_HELD }, { "502", OUTCOME_HELD },
		{ "503", OUTCOME_HELD }, { "505", OUTCOME_HELD }, { "599", OUTCOME_HELD }, { "600", OUTCOME_HELD },
		{ "700", OUTCOME_REJECTED }, { "800", OUTCOME_CLEAR }, { "899", OUTCOME_CLEAR }, { "-1", OUTCOME_REJECTED },
		{ "-621005", OUTCOME_REJECTED }, { "-999999", OUTCOME_REJECTED }, { "", -1 }, { "-", -1 }, { "0", -1 }, { "-0", -1 },
		{ "02", -1 }, { "99", -1 }, { "800 ", -1 }, { "900", -1 }, { "-x", -1 },
	};
	enum part_outcome o;

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		bool known = outcome_of_customs(text_of(cases[i].status), &o);

		if (known != (cases[i].outcome >= 0) || (known && (int)o != cases[i].outcome))
			fail_msg("status \"%s\"", cases[i].status);
	}
	assert_false(outcome_of_customs((struct text){ NULL, 0 }, &o));
}

static const struct answer from_customs[] = {
	{ AUTHORITY_CUS, 1, OUTCOME_RECEIVED, 10, GIVER_AUTHORITY },
	{ AUTHORITY_CUS, 1, OUTCOME_ENTERED, 20, GIVER_AUTHORITY },
	{ AUTHORITY_CUS, 1, OUTCOME_REVIEW, 30, GIVER_AUTHORITY },
	{ AUTHORITY_CUS, 1, OUTCOME_CLEAR, 40, GIVER_AUTHORITY },
	{ AUTHORITY_CUS, 1, OUTCOME_CLEAR, 50, GIVER_AUTHORITY }, /* 399, then 899: the same meaning */
	{ AUTHORITY_TAX, 1, OUTCOME_REJECTED, 60, GIVER_AUTHORITY },
};

static struct part fold_one(const struct answer *answers, int count)
{
	struct part p = { .authority = AUTHORITY_CUS, .version = 1, .sent = true };

	clearance_fold(&p, 1, answers, count);
	return p;
}

static void answers_are_folded_by_their_own_time(void **state)
{
	static const struct {
		const char *what;
		struct answer answers[4];
		enum part_outcome outcome;
		int64_t at_us;
		bool contradicted;
	} cases[] = {
		{ "nothing said", { { 0 } }, OUTCOME_NONE, 0, false },
		{ "movements replace each other", { { AUTHORITY_CUS, 1, OUTCOME_HELD, 5, GIVER_AUTHORITY }, { AUTHORITY_CUS, 1, OUTCOME_REVIEW, 6, GIVER_AUTHORITY } },
		  OUTCOME_REVIEW, 6, false },
		{ "an older movement arrives late", { { AUTHORITY_CUS, 1, OUTCOME_INSPECT, 9, GIVER_AUTHORITY }, { AUTHORITY_CUS, 1, OUTCOME_ENTERED, 2, GIVER_AUTHORITY } },
		  OUTCOME_INSPECT, 9, false },
		{ "older than the ending", { { AUTHORITY_CUS, 1, OUTCOME_CLEAR, 9, GIVER_AUTHORITY }, { AUTHORITY_CUS, 1, OUTCOME_HELD, 8, GIVER_AUTHORITY } },
		  OUTCOME_CLEAR, 9, false },
		{ "at the time of the ending", { { AUTHORITY_CUS, 1, OUTCOME_CLEAR, 9, GIVER_AUTHORITY }, { AUTHORITY_CUS, 1, OUTCOME_HELD, 9, GIVER_AUTHORITY } },
		  OUTCOME_CLEAR, 9, false },
		{ "a movement after the ending", { { AUTHORITY_CUS, 1, OUTCOME_CLEAR, 9, GIVER_AUTHORITY }, { AUTHORITY_CUS, 1, OUTCOME_HELD, 10, GIVER_AUTHORITY } },
		  OUTCOME_CLEAR, 9, true },
		{ "the same ending again", { { AUTHORITY_CUS, 1, OUTCOME_CLEAR, 9, GIVER_AUTHORITY }, { AUTHORITY_CUS, 1, OUTCOME_CLEAR, 12, GIVER_AUTHORITY } },
		  OUTCOME_CLEAR, 9, false },
		{ "refused after cleared", { { AUTHORITY_CUS, 1, OUTCOME_REJECTED, 10, GIVER_AUTHORITY }, { AUTHORITY_CUS, 1, OUTCOME_CLEAR, 9, GIVER_AUTHORITY } },
		  OUTCOME_CLEAR, 9, true },
		{ "cleared after refused", { { AUTHORITY_CUS, 1, OUTCOME_CLEAR, 10, GIVER_AUTHORITY }, { AUTHORITY_CUS, 1, OUTCOME_REJECTED, 9, GIVER_AUTHORITY } },
		  OUTCOME_REJECTED, 9, true },
		{ "both at once: refused", { { AUTHORITY_CUS, 1, OUTCOME_CLEAR, 9, GIVER_AUTHORITY }, { AUTHORITY_CUS, 1, OUTCOME_REJECTED, 9, GIVER_AUTHORITY } },
		  OUTCOME_REJECTED, 9, true },
		{ "another version", { { AUTHORITY_CUS, 2, OUTCOME_CLEAR, 9, GIVER_AUTHORITY } }, OUTCOME_NONE, 0, false },
		{ "another authority", { { AUTHORITY_TAX, 1, OUTCOME_CLEAR, 9, GIVER_AUTHORITY } }, OUTCOME_NONE, 0, false },
		{ "before 1970", { { AUTHORITY_CUS, 1, OUTCOME_ENTERED, -9, GIVER_AUTHORITY } }, OUTCOME_ENTERED, -9, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct part p = fold_one(cases[i].answers, 4);

		if (p.outcome != cases[i].outcome || p.outcome_at_us != cases[i].at_us || p.contradicted != cases[i].contradicted)
			fail_msg("%s", cases[i].what);
	}
}

static bool same_part(const struct part *a, const struct part *b)
{
	return a->outcome == b->outcome && a->outcome_at_us == b->outcome_at_us && a->may_go == b->may_go;
}

struct permuting {
	struct answer answers[12];
	struct part want, want_tax;
	int tried;
};

static void fold_both_ways(struct permuting *p)
{
	struct part parts[2] = { { .authority = AUTHORITY_CUS, .version = 1 }, { .authority = AUTHORITY_TAX, .version = 1 } };

	for (int i = 0; i < 6; i++) /* each one twice */
		p->answers[6 + i] = p->answers[5 - i];
	clearance_fold(parts, 2, p->answers, 12);
	assert_true(same_part(&parts[0], &p->want) && same_part(&parts[1], &p->want_tax));
	assert_false(parts[0].contradicted || parts[1].contradicted);

	parts[0] = (struct part){ .authority = AUTHORITY_CUS, .version = 1 };
	for (int i = 0; i < 12; i++) /* one at a time, as they come in */
		clearance_fold(parts, 1, &p->answers[i], 1);
	assert_true(same_part(&parts[0], &p->want));
	p->tried++;
}

static void permute(struct permuting *p, int n)
{
	if (n == 6) {
		fold_both_ways(p);
		return;
	}
	for (int i = n; i < 6; i++) {
		struct answer t = p->answers[n];

		p->answers[n] = p->answers[i];
		p->answers[i] = t;
		permute(p, n + 1);
		p->answers[i] = p->answers[n];
		p->answers[n] = t;
	}
}

static void every_order_folds_to_the_same(void **state)
{
	struct permuting p = {
		.want = { .outcome = OUTCOME_CLEAR, .outcome_at_us = 40, .may_go = true },
		.want_tax = { .outcome = OUTCOME_REJECTED, .outcome_at_us = 60, .may_go = true },
	};

	(void)state;
	memcpy(p.answers, from_customs, sizeof(from_customs));
	permute(&p, 0);
	assert_int_equal(p.tried, 720);
}

/* The same in the plainest words: sort by time, go through, stop at the first ending. */
static int by_time(const void *a, const void *b)
{
	static const int weight[OUTCOME_COUNT] = { [OUTCOME_RECEIVED] = 1, [OUTCOME_ENTERED] = 2, [OUTCOME_REVIEW] = 3,
		[OUTCOME_INSPECT] = 4, [OUTCOME_HELD] = 5, [OUTCOME_REJECTED] = 6, [OUTCOME_CLEAR] = 7 };
	const struct answer *l = a, *r = b;

	if (l->at_us != r->at_us)
		return l->at_us < r->at_us ? -1 : 1;
	return weight[l->outcome] - weight[r->outcome];
}

static void fold_plainly(struct part *p, struct answer *answers, int count)
{
	enum part_outcome now = OUTCOME_NONE;
	int64_t at_us = 0;

	p->contradicted = false;
	qsort(answers, (size_t)count, sizeof(*answers), by_time);
	for (int i = 0; i < count; i++) {
		if (answers[i].authority != p->authority || answers[i].version != p->version || answers[i].outcome == OUTCOME_NONE)
			continue;
		if (outcome_is_final(now)) {
			p->contradicted |= answers[i].outcome != now;
		} else {
			now = answers[i].outcome;
			at_us = answers[i].at_us;
		}
	}
	p->outcome = now;
	p->outcome_at_us = at_us;
}

static void random_answers_fold_as_in_plain_words(void **state)
{
	struct answer answers[10];
	struct part parts[4], plain;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		int count = (int)draw(COUNTOF(answers) + 1);

		for (int i = 0; i < 4; i++)
			parts[i] = (struct part){ .authority = i % 2 == 0 ? AUTHORITY_CUS : AUTHORITY_FX, .version = 1 + i / 2 };
		for (int i = 0; i < count; i++) {
			answers[i] = (struct answer){ draw(2) == 0 ? AUTHORITY_CUS : AUTHORITY_FX, 1 + (int)draw(2),
				(enum part_outcome)draw(OUTCOME_COUNT), (int64_t)draw(6), (enum answer_giver)draw(GIVER_COUNT) };
		}
		clearance_fold(parts, 4, answers, count);
		for (int i = 0; i < 4; i++) {
			plain = parts[i];
			fold_plainly(&plain, answers, count);
			assert_int_equal(plain.outcome, parts[i].outcome);
			assert_int_equal(plain.contradicted, parts[i].contradicted);
			assert_true(plain.outcome_at_us == parts[i].outcome_at_us);
		}
	}
}

#define PART(a, v, is_sent, is_dead, said) \
	{ .authority = AUTHORITY_##a, .version = (v), .sent = (is_sent), .dead = (is_dead), .outcome = OUTCOME_##said }
static void versions_go_one_after_the_other(void **state)
{
	static const struct {
		const char *what;
		struct part parts[3];
		bool may_go[3];
	} cases[] = {
		{ "the first", { PART(CUS, 1, false, false, NONE) }, { true } },
		{ "sent already", { PART(CUS, 1, true, false, NONE) }, { false } },
		{ "the older one is not answered",
		  { PART(CUS, 1, true, false, NONE), PART(CUS, 2, false, false, NONE) },
		  { false, false } },
		{ "the older one is answered",
		  { PART(CUS, 1, true, false, RECEIVED), PART(CUS, 2, false, false, NONE) },
		  { false, true } },
		{ "the older one is dead",
		  { PART(CUS, 1, true, true, NONE), PART(CUS, 2, false, false, NONE) },
		  { false, true } },
		{ "the older one goes first",
		  { PART(CUS, 1, false, false, NONE), PART(CUS, 2, false, false, NONE) },
		  { true, false } },
		{ "one in the middle is not answered",
		  { PART(CUS, 3, false, false, NONE), PART(CUS, 2, true, false, NONE),
		    PART(CUS, 1, true, false, REJECTED) },
		  { false, false, false } },
		{ "overtaken by a newer one",
		  { PART(CUS, 1, false, false, NONE), PART(CUS, 2, true, false, NONE) },
		  { false, false } },
		{ "another authority does not matter",
		  { PART(TAX, 1, true, false, NONE), PART(CUS, 2, false, false, NONE) },
		  { false, true } },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct part parts[3];
		int count = 0;

		memcpy(parts, cases[i].parts, sizeof(parts));
		while (count < 3 && parts[count].version > 0)
			count++;
		clearance_fold(parts, count, NULL, 0);
		for (int k = 0; k < count; k++) {
			if (parts[k].may_go != cases[i].may_go[k])
				fail_msg("%s: part %d", cases[i].what, k);
		}
	}
}

/* Who answers in an authority's name says nothing of what it has. */
static void only_the_authority_proves_what_it_has(void **state)
{
	static const struct {
		const char *what;
		struct answer answers[2];
		bool handed_over, unheard;
	} cases[] = {
		{ "nobody has said anything", { { 0 } }, false, false },
		{ "a rule of ours", { { AUTHORITY_CUS, 1, OUTCOME_INSPECT, 5, GIVER_RULE } }, false, true },
		{ "a rule of ours, and it went", { { AUTHORITY_CUS, 1, OUTCOME_INSPECT, 5, GIVER_RULE } }, true, true },
		{ "a person", { { AUTHORITY_CUS, 1, OUTCOME_REJECTED, 5, GIVER_PERSON } }, false, true },
		{ "a person, and it went", { { AUTHORITY_CUS, 1, OUTCOME_REJECTED, 5, GIVER_PERSON } }, true, false },
		{ "customs too", { { AUTHORITY_CUS, 1, OUTCOME_INSPECT, 5, GIVER_RULE }, { AUTHORITY_CUS, 1, OUTCOME_ENTERED, 4, GIVER_AUTHORITY } }, false, false },
		{ "another of its versions", { { AUTHORITY_CUS, 1, OUTCOME_INSPECT, 5, GIVER_RULE }, { AUTHORITY_CUS, 2, OUTCOME_ENTERED, 4, GIVER_AUTHORITY } }, false, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct part parts[2] = { { .authority = AUTHORITY_CUS, .version = 1, .sent = true, .handed_over = cases[i].handed_over },
			                 { .authority = AUTHORITY_CUS, .version = 2 } };
		bool is_answered;

		clearance_fold(parts, 2, cases[i].answers, 2);
		is_answered = parts[0].outcome != OUTCOME_NONE && !parts[0].unheard;
		if (parts[0].unheard != cases[i].unheard || parts[1].may_go != is_answered)
			fail_msg("%s", cases[i].what);
	}
}

/* Whatever is known, never two versions may go to one authority at once. */
static void one_version_at_a_time(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct part parts[5];
		int going = 0;

		for (int i = 0; i < 5; i++) {
			parts[i] = (struct part){ .authority = AUTHORITY_CUS, .version = 5 - i, .sent = draw(2) == 0,
				.outcome = draw(2) == 0 ? OUTCOME_NONE : (enum part_outcome)draw(OUTCOME_COUNT) };
			parts[i].dead = parts[i].sent && draw(4) == 0;
			if (!parts[i].sent)
				parts[i].outcome = OUTCOME_NONE;
		}
		clearance_fold(parts, 5, NULL, 0);
		for (int i = 0; i < 5; i++)
			going += parts[i].may_go;
		assert_true(going <= 1);
	}
}

static enum declaration_state next(enum declaration_state from, enum verdict_kind verdict, const char *parts)
{
	static const char letters[] = "-reviHCX"; /* by outcome */
	struct part list[8];
	struct clearance_input in = { .verdict = verdict, .state = from, .version = 2, .parts = list };

	for (; parts[in.part_count] != '\0'; in.part_count++) {
		list[in.part_count] = (struct part){ .version = 2, .sent = true, .dead = parts[in.part_count] == 'D' };
		if (parts[in.part_count] != 'D')
			list[in.part_count].outcome = (enum part_outcome)(strchr(letters, parts[in.part_count]) - letters);
	}
	list[in.part_count++] = (struct part){ .version = 1, .outcome = OUTCOME_REJECTED }; /* of an older version: nothing to say */
	list[in.part_count++] = (struct part){ .version = 1, .outcome = OUTCOME_CLEAR };
	return clearance_state(&in);
}

static void parts_make_the_state(void **state)
{
	static const struct {
		const char *parts; /* r received, e entered, v review, i inspect, H held, C clear, X rejected, D dead */
		enum declaration_state to;
	} cases[] = {
		{ "----", STATE_DECLARED }, { "re--", STATE_DECLARED }, { "CCC-", STATE_DECLARED }, { "CCCe", STATE_DECLARED },
		{ "CCCC", STATE_RELEASED }, { "C", STATE_RELEASED }, { "", STATE_DECLARED }, { "CCCD", STATE_DECLARED },
		{ "DDDD", STATE_DECLARED }, { "vCCC", STATE_REVIEW }, { "iv--", STATE_INSPECT }, { "Hiv-", STATE_HELD },
		{ "CHiX", STATE_REJECTED }, { "XCCC", STATE_REJECTED }, { "XD--", STATE_REJECTED }, { "vD--", STATE_REVIEW },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		for (int from = 0; from < STATE_COUNT; from++) {
			enum declaration_state to = next((enum declaration_state)from, VERDICT_MATCHED, cases[i].parts);

			if (to != (from == STATE_RELEASED ? STATE_RELEASED : cases[i].to))
				fail_msg("%s with %s gives %s", state_name((enum declaration_state)from), cases[i].parts, state_name(to));
		}
	}
}

static void the_way_of_a_declaration(void **state)
{
	struct clearance_input in = { .verdict = VERDICT_MISSING };
	struct part part = { .version = 1 };

	(void)state;
#define STEP(change, want) \
	do { \
		change; \
		in.state = clearance_state(&in); \
		assert_string_equal(state_name(in.state), state_name(STATE_##want)); \
	} while (0)
	STEP((void)0, WAITING);
	STEP(in.verdict = VERDICT_CONFLICT, CONFLICT);
	STEP(in.verdict = VERDICT_DUPLICATE, CONFLICT);
	STEP(in.verdict = VERDICT_MISSING, WAITING);
	STEP(in.expired = true, EXPIRED);
	STEP(in.expired = false, WAITING);
	STEP(in.expired = true, EXPIRED);
	STEP((in.verdict = VERDICT_MATCHED, in.expired = false), WAITING); /* not declared yet */
	STEP(in.verdict = VERDICT_PENDING, WAITING); /* a department is asked first */
	STEP(in.verdict = VERDICT_BLOCKED, BLOCKED);
	STEP(in.verdict = VERDICT_PENDING, WAITING); /* corrected: another question */
	STEP((in.verdict = VERDICT_MATCHED, in.version = 1, in.parts = &part, in.part_count = 1), DECLARED);
	STEP(in.verdict = VERDICT_BLOCKED, BLOCKED); /* a filing was changed: the old version stands, the new one may not follow */
	STEP(in.verdict = VERDICT_MATCHED, DECLARED);
	STEP(part.outcome = OUTCOME_INSPECT, INSPECT);
	STEP(in.verdict = VERDICT_CONFLICT, CONFLICT); /* a filing was changed */
	STEP(part.outcome = OUTCOME_CLEAR, CONFLICT);  /* what was cleared is not what is filed now */
	STEP((in.verdict = VERDICT_MATCHED, in.version = 2), DECLARED);
	STEP((part.version = 2, part.outcome = OUTCOME_REJECTED), REJECTED);
	STEP((in.version = 3, part.version = 3, part.outcome = OUTCOME_NONE), DECLARED);
	STEP(in.withdrawing = true, WITHDRAWING);
	STEP(part.outcome = OUTCOME_INSPECT, WITHDRAWING); /* customs has not decided */
	STEP((in.withdrawing = false, in.withdrawn = true), WITHDRAWN);
	STEP(in.withdrawn = false, INSPECT);
	STEP(part.outcome = OUTCOME_NONE, DECLARED);
	STEP(in.withdrawing = true, WITHDRAWING);
	STEP(in.withdrawing = false, DECLARED); /* refused */
	STEP(part.outcome = OUTCOME_CLEAR, RELEASED);
	STEP(in.withdrawn = true, RELEASED);
	STEP((in.withdrawn = false, in.verdict = VERDICT_CONFLICT), RELEASED);
	STEP((in.verdict = VERDICT_MATCHED, part.outcome = OUTCOME_REJECTED), RELEASED);
#undef STEP
}

/* Every input, from every state: the end depends on the state only in RELEASED, and each state is reached. */
static void the_table_is_whole(void **state)
{
	unsigned reached = 0;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		struct part parts[4];
		struct clearance_input in = { .verdict = (enum verdict_kind)draw(VERDICT_KIND_COUNT), .expired = draw(3) == 0,
			.withdrawn = draw(8) == 0, .withdrawing = draw(8) == 0, .version = (int)draw(3), .parts = parts, .part_count = (int)draw(5) };
		enum declaration_state first = STATE_COUNT;
		bool all_clear = in.part_count > 0;

		for (int i = 0; i < in.part_count; i++) {
			parts[i] = (struct part){ .version = in.version, .outcome = draw(2) == 0 ? OUTCOME_CLEAR : (enum part_outcome)draw(OUTCOME_COUNT) };
			all_clear &= parts[i].outcome == OUTCOME_CLEAR;
		}
		for (int from = 0; from < STATE_COUNT; from++) {
			enum declaration_state to;

			in.state = (enum declaration_state)from;
			to = clearance_state(&in);
			if (from == STATE_RELEASED) {
				assert_int_equal(to, STATE_RELEASED);
				continue;
			}
			if (first == STATE_COUNT)
				first = to;
			assert_int_equal(to, first);
			assert_int_equal(to == STATE_RELEASED,
			                 all_clear && in.verdict == VERDICT_MATCHED && !in.withdrawn && !in.withdrawing && in.version > 0);
			reached |= 1u << to;
			in.state = to; /* and there it stays */
			assert_int_equal(clearance_state(&in), to);
		}
	}
	assert_int_equal(reached, (1u << STATE_COUNT) - 1);
}

static struct text page(struct arena *a)
{
	struct buf b;

	buf_init(&b, a, 8192);
	clearance_put_page(&b);
	assert_false(b.full);
	return buf_as_text(&b);
}

static void the_page_is_the_table(void **state)
{
	static char kept[32768];
	FILE *f = fopen("docs/STATES.md", "r"); /* tests run in the project's directory */
	struct arena a;
	size_t len;

	(void)state;
	assert_non_null(f);
	len = fread(kept, 1, sizeof(kept), f);
	fclose(f);
	arena_init(&a, 1 << 16);
	assert_true(len < sizeof(kept));
	assert_true(text_eq(page(&a), (struct text){ kept, len }));
	assert_null(memmem(kept, len, "\treleased -->", 13)); /* nothing leaves it */
	arena_done(&a);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(customs_statuses_are_understood),
		cmocka_unit_test(answers_are_folded_by_their_own_time),
		cmocka_unit_test(every_order_folds_to_the_same),
		cmocka_unit_test(random_answers_fold_as_in_plain_words),
		cmocka_unit_test(versions_go_one_after_the_other),
		cmocka_unit_test(only_the_authority_proves_what_it_has),
		cmocka_unit_test(one_version_at_a_time),
		cmocka_unit_test(parts_make_the_state),
		cmocka_unit_test(the_way_of_a_declaration),
		cmocka_unit_test(the_table_is_whole),
		cmocka_unit_test(the_page_is_the_table),
	};

	if (argc > 1 && strcmp(argv[1], "--page") == 0) {
		struct arena a;

		arena_init(&a, 1 << 16);
		printf(TEXT_FMT, TEXT_ARG(page(&a)));
		arena_done(&a);
		return 0;
	}
	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t)time(NULL);
	printf("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
