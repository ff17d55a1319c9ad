/* Credit: the worked timeline of the rules to the digit, and what must hold of any events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "model/credit.h"

static const struct credit_rules rules = {
	.base = 700, .highest = 1000, .positive_cap = 150, .rating_cap = 50,
	.decay = { [CREDIT_MINOR] = { 0, 90 }, [CREDIT_GENERAL] = { 90, 365 }, [CREDIT_SERIOUS] = { 365, 1095 },
	           [CREDIT_POSITIVE] = { 0, 365 }, [CREDIT_RATING] = { 0, 365 } },
	.least = { [CREDIT_D] = 0, [CREDIT_C] = 450, [CREDIT_B] = 650, [CREDIT_A] = 850 },
	.rise_days = 30, .top_age_days = 90, .top_released = 100,
};

static int32_t day(const char *text)
{
	int64_t us = 0;

	assert_true(clock_parse_date(text_of(text), &us));
	return clock_day(us);
}

static struct credit_event event(enum credit_degree degree, int weight, const char *on)
{
	return (struct credit_event){ .degree = degree, .weight = weight, .day = day(on), .known = day(on), .until = INT32_MAX };
}

static char level_on(const struct credit_subject *s, const char *on)
{
	struct credit_standing got;

	credit_judge(&rules, s, day(on), &got);
	return credit_level_letter(got.level);
}

/* A firm of 2026: a late correction, a penalty, a good quarter, then counterfeits. */
static void a_year_in_the_books(void **state)
{
	static const struct { const char *day; int score; char level; } expected[] = {
		{ "2026-01-01", 700, 'B' }, { "2026-01-09", 700, 'B' }, { "2026-01-10", 680, 'B' }, { "2026-02-28", 691, 'B' },
		{ "2026-03-01", 611, 'C' }, { "2026-06-29", 629, 'C' }, { "2026-06-30", 659, 'C' }, { "2026-07-29", 665, 'C' },
		{ "2026-07-30", 666, 'B' }, { "2026-08-14", 668, 'B' }, { "2026-08-15", 368, 'D' },
	};
	const struct credit_event events[] = { event(CREDIT_MINOR, 20, "2026-01-10"), event(CREDIT_GENERAL, 80, "2026-03-01"),
		                               event(CREDIT_POSITIVE, 30, "2026-06-30"), event(CREDIT_SERIOUS, 300, "2026-08-15") };
	const struct credit_subject s = { .registered = day("2026-01-01"), .events = events, .event_count = COUNTOF(events) };

	(void)state;
	for (size_t i = 0; i < COUNTOF(expected); i++) {
		assert_int_equal(credit_score(&rules, &s, day(expected[i].day)), expected[i].score);
		assert_int_equal(level_on(&s, expected[i].day), expected[i].level);
	}
}


/* Weights fade by whole points, half up; nothing counts before it is known or after it is repaired. */
static void weights_of_one_event(void **state)
{
	static const struct { enum credit_degree degree; int weight, age, expected; } cases[] = {
		{ CREDIT_MINOR, 20, -1, 0 }, { CREDIT_MINOR, 20, 0, 20 }, { CREDIT_MINOR, 20, 45, 10 }, { CREDIT_MINOR, 20, 89, 0 },
		{ CREDIT_MINOR, 20, 90, 0 }, { CREDIT_GENERAL, 80, 90, 80 }, { CREDIT_GENERAL, 80, 91, 80 }, { CREDIT_GENERAL, 80, 92, 79 },
		{ CREDIT_GENERAL, 80, 364, 0 }, { CREDIT_GENERAL, 80, 365, 0 }, { CREDIT_SERIOUS, 300, 365, 300 }, { CREDIT_SERIOUS, 300, 730, 150 },
		{ CREDIT_SERIOUS, 300, 1094, 0 }, { CREDIT_POSITIVE, 30, 10000, 0 },
	};
	struct credit_event e;

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		e = (struct credit_event){ .degree = cases[i].degree, .weight = cases[i].weight, .day = 20000, .known = 20000, .until = INT32_MAX };
		assert_int_equal(credit_weight(&rules, &e, 20000 + cases[i].age), cases[i].expected);
	}
	e = (struct credit_event){ .degree = CREDIT_GENERAL, .weight = 80, .day = 20000, .known = 20010, .until = 20050 };
	assert_int_equal(credit_weight(&rules, &e, 20009), 0);
	assert_int_equal(credit_weight(&rules, &e, 20010), 80);
	assert_int_equal(credit_weight(&rules, &e, 20049), 80);
	assert_int_equal(credit_weight(&rules, &e, 20050), 0);
	e.until = e.day; /* waived */
	assert_int_equal(credit_weight(&rules, &e, 20020), 0);
}

static void sums_have_caps(void **state)
{
	struct credit_event events[12];
	struct credit_subject s = { .registered = 20000, .events = events };
	struct credit_standing got;

	(void)state;
	for (int i = 0; i < 8; i++)
		events[i] = (struct credit_event){ CREDIT_POSITIVE, 30, false, 20000, 20000, INT32_MAX };
	s.event_count = 8;
	assert_int_equal(credit_score(&rules, &s, 20000), 850);
	for (int i = 0; i < 3; i++)
		events[i] = (struct credit_event){ CREDIT_RATING, 30, i > 0, 20000, 20000, INT32_MAX };
	s.event_count = 3;
	assert_int_equal(credit_score(&rules, &s, 20000), 670);
	events[0].against = true;
	credit_judge(&rules, &s, 20000, &got);
	assert_int_equal(got.rating, -50);
	assert_int_equal(got.score, 650);
	for (int i = 0; i < 12; i++)
		events[i] = (struct credit_event){ CREDIT_SERIOUS, 300, false, 20000, 20000, INT32_MAX };
	s.event_count = 12;
	assert_int_equal(credit_score(&rules, &s, 20000), 0);
}

static void the_best_level_asks_for_more(void **state)
{
	struct credit_event events[6];
	struct credit_subject s = { .registered = 20000, .released = 100, .events = events, .event_count = 5 };
	struct credit_standing got;

	(void)state;
	for (int i = 0; i < 6; i++)
		events[i] = (struct credit_event){ CREDIT_POSITIVE, 30, false, 20080, 20080, INT32_MAX };
	credit_judge(&rules, &s, 20080, &got);
	assert_int_equal(got.by_score, CREDIT_A);
	assert_int_equal(got.level, CREDIT_B); /* 30 days of it are not over */
	for (int i = 0; i < 5; i++)
		events[i].weight = 40; /* so that it stays above while it fades */
	credit_judge(&rules, &s, 20110, &got);
	assert_int_equal(got.level, CREDIT_A);
	s.released = 99;
	credit_judge(&rules, &s, 20110, &got);
	assert_int_equal(got.level, CREDIT_B);
	s.released = 100;
	s.registered = 20021; /* 89 days */
	credit_judge(&rules, &s, 20110, &got);
	assert_int_equal(got.level, CREDIT_B);
}

static void customs_caps_the_level(void **state)
{
	static const struct credit_cap dishonest = { CREDIT_CAP_DISHONEST, 20010, 20020 }, barred = { CREDIT_CAP_SERIOUSLY_DISHONEST, 20010, 20020 },
	                               advanced = { CREDIT_CAP_ADVANCED, 20010, INT32_MAX };
	struct credit_event penalty = { CREDIT_GENERAL, 80, false, 20000, 20000, INT32_MAX };
	struct credit_subject s = { .registered = 19000, .caps = &dishonest, .cap_count = 1 };
	struct credit_standing got;

	(void)state;
	credit_judge(&rules, &s, 20010, &got);
	assert_true(got.level == CREDIT_D && got.capped && !got.barred);
	credit_judge(&rules, &s, 20020, &got);
	assert_true(got.level == CREDIT_B && !got.capped);
	s.caps = &barred;
	credit_judge(&rules, &s, 20019, &got);
	assert_true(got.level == CREDIT_D && got.barred);
	s.caps = &advanced;
	s.events = &penalty;
	s.event_count = 1;
	credit_judge(&rules, &s, 20009, &got);
	assert_true(got.level == CREDIT_C && !got.lifted);
	credit_judge(&rules, &s, 20010, &got);
	assert_true(got.level == CREDIT_B && got.lifted);
	penalty.degree = CREDIT_SERIOUS;
	credit_judge(&rules, &s, 20010, &got);
	assert_true(got.level == CREDIT_C && !got.lifted);
}

/* SC8's firm on 2026-03-01: nothing new, so B comes back when the penalty has faded for 31 days below 50 points. */
static void when_a_level_comes_back(void **state)
{
	struct credit_event events[] = { event(CREDIT_MINOR, 20, "2026-01-10"), event(CREDIT_GENERAL, 80, "2026-03-01") };
	struct credit_subject s = { .registered = day("2026-01-01"), .events = events, .event_count = COUNTOF(events) };
	struct credit_standing before;
	enum credit_level level;
	int32_t when;

	(void)state;
	assert_true(credit_restored(&rules, &s, day("2026-03-01"), 1200, &when, &level));
	assert_int_equal(level, CREDIT_B);
	credit_judge(&rules, &s, when - 1, &before);
	assert_int_equal(before.level, CREDIT_C);
	for (int back = 0; back <= 30; back++)
		assert_true(credit_score(&rules, &s, when - back) >= 650);
	assert_true(credit_score(&rules, &s, when - 31) < 650);
	events[1].until = day("2026-03-10"); /* repaired */
	assert_true(credit_restored(&rules, &s, day("2026-03-10"), 1200, &when, &level));
	assert_int_equal(when, day("2026-04-09"));
	assert_false(credit_restored(&rules, &s, day("2026-03-10"), 5, &when, &level));
}

static bool lacks_nothing(const struct credit_shortfall *l)
{
	return l->points == 0 && l->good_days == 0 && l->age_days == 0 && l->released == 0 && l->serious == 0;
}

/* It lacks nothing of the best level exactly when it has it. */
static void check_shortfall(const struct credit_subject *s, int32_t on, const struct credit_standing *got)
{
	struct credit_shortfall l;

	credit_lacks(&rules, s, on, &l);
	assert_int_equal(lacks_nothing(&l), got->level == CREDIT_A);
	assert_int_equal(l.points == 0, got->by_score == CREDIT_A);
}

static void what_the_best_level_lacks(void **state)
{
	struct credit_event events[] = { { CREDIT_POSITIVE, 150, false, 20000, 20000, INT32_MAX }, { CREDIT_SERIOUS, 10, false, 20000, 20000, INT32_MAX } };
	struct credit_subject s = { .registered = 19990, .released = 40, .events = events, .event_count = 2 };
	struct credit_shortfall l;

	(void)state;
	credit_lacks(&rules, &s, 20000, &l);
	assert_int_equal(l.points, 10);
	assert_int_equal(l.good_days, 31);
	assert_int_equal(l.age_days, 80);
	assert_int_equal(l.released, 60);
	assert_int_equal(l.serious, 1);
	events[0] = (struct credit_event){ CREDIT_RATING, 50, false, 20000, 20000, INT32_MAX };
	events[1] = (struct credit_event){ CREDIT_POSITIVE, 110, false, 20000, 20000, INT32_MAX };
	credit_lacks(&rules, &s, 20000, &l);
	assert_true(l.points == 0 && l.good_days == 30 && l.serious == 0); /* the first day of thirty-one */
	s.registered = 20000;
	credit_lacks(&rules, &s, 20000, &l);
	assert_int_equal(l.good_days, 0); /* it had no worse one */
	assert_int_equal(l.age_days, 90);
}

/* Whatever the events: their order changes nothing, and a level never rises from one day to the next without 31 good days behind it. */
static void any_events(void **state)
{
	enum { EVENTS = 9, DAYS = 1500 };
	uint32_t seed = 20261129;

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct credit_event events[EVENTS], turned[EVENTS];
		struct credit_subject s = { .registered = 20000, .released = 500, .events = events, .event_count = EVENTS }, t = s;
		struct credit_standing last = { 0 }, got, other;

		for (int i = 0; i < EVENTS; i++) {
			seed = seed * 1664525u + 1013904223u;
			events[i] = (struct credit_event){ (enum credit_degree)((seed >> 8) % CREDIT_DEGREE_COUNT), (int)((seed >> 16) % 120), (seed >> 5) % 2 == 0,
				                           20000 + (int32_t)((seed >> 12) % 900), 0, INT32_MAX };
			events[i].known = events[i].day + (int32_t)((seed >> 20) % 30);
			if (seed % 5 == 0)
				events[i].until = events[i].known + 100;
			turned[EVENTS - 1 - i] = events[i];
		}
		t.events = turned;
		for (int32_t d = 20000; d < 20000 + DAYS; d += 1 + round % 3) {
			credit_judge(&rules, &s, d, &got);
			credit_judge(&rules, &t, d, &other);
			assert_int_equal(got.score, other.score);
			assert_int_equal(got.level, other.level);
			assert_true(got.level <= got.by_score);
			check_shortfall(&s, d, &got);
			if (d > 20000 && got.level > last.level)
				for (int back = 0; back <= rules.rise_days && d - back >= s.registered; back++)
					assert_true(credit_score(&rules, &s, d - back) >= rules.least[got.level]);
			last = got;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_year_in_the_books), cmocka_unit_test(weights_of_one_event), cmocka_unit_test(sums_have_caps),
		cmocka_unit_test(the_best_level_asks_for_more), cmocka_unit_test(customs_caps_the_level), cmocka_unit_test(when_a_level_comes_back),
		cmocka_unit_test(what_the_best_level_lacks), cmocka_unit_test(any_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
