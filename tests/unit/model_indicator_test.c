/* Indicators: straight lines rounded half up, weights of what is known; whatever the order of the rows, within 0 and 100, and never against the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/indicator.h"

enum { DAY = 20000, ROUNDS = 4000 };

static struct indicator_row row(enum indicator which, enum indicator_part part, int weight, int32_t none_at, int32_t full_at)
{
	return (struct indicator_row){ .id = 400 + (int)which, .which = which, .part = part, .weight = weight, .none_at = none_at, .full_at = full_at,
		                       .valid_from = DAY - 100, .valid_to = INT32_MAX };
}

static struct indicator_value known(int64_t value)
{
	return (struct indicator_value){ true, value };
}

static struct indicator_evaluation evaluated(const struct indicator_row *rows, int count, const struct indicator_value *values)
{
	struct indicator_evaluation e;
	struct fault f = { 0 };

	assert_true(indicator_evaluate(rows, count, values, DAY, &e, &f));
	return e;
}

static int grade_of(int32_t none_at, int32_t full_at, int64_t value)
{
	const struct indicator_row r = row(INDICATOR_SCORE, INDICATOR_PART_RECORD, 1, none_at, full_at);
	struct indicator_value values[INDICATOR_COUNT] = { [INDICATOR_SCORE] = known(value) };
	struct indicator_evaluation e = evaluated(&r, 1, values);

	assert_int_equal(e.whole.grade, e.grades[INDICATOR_SCORE].grade);
	return e.grades[INDICATOR_SCORE].grade;
}

static void a_line_goes_either_way(void **state)
{
	static const struct { int32_t none_at, full_at; int64_t value; int grade; } cases[] = {
		{ 450, 850, 450, 0 }, { 450, 850, 850, 100 }, { 450, 850, 449, 0 }, { 450, 850, 851, 100 }, { 450, 850, 700, 63 }, /* 62.5: up */
		{ 450, 850, 698, 62 }, { 450, 850, 451, 0 }, { 450, 850, 452, 1 }, { 450, 850, INT64_MAX, 100 }, { 450, 850, INT64_MIN, 0 },
		{ 4, 0, 0, 100 }, { 4, 0, 1, 75 }, { 4, 0, 4, 0 }, { 4, 0, 5, 0 }, { 1000, 0, 995, 1 }, { 1000, 0, 996, 0 }, { 1000, 0, 5, 100 },
		{ INT32_MIN, INT32_MAX, 0, 50 }, { INT32_MAX, INT32_MIN, INT32_MIN, 100 },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++)
		assert_int_equal(grade_of(cases[i].none_at, cases[i].full_at, cases[i].value), cases[i].grade);
}

static void shares_and_tax_grades(void **state)
{
	static const char *const words[] = { "A", "B", "M", "C", "D" };

	(void)state;
	assert_int_equal(indicator_share(1, 3).value, 3333);
	assert_int_equal(indicator_share(2, 3).value, 6667);
	assert_int_equal(indicator_share(1, 20000).value, 1); /* a half: up */
	assert_int_equal(indicator_share(0, 7).value, 0);
	assert_int_equal(indicator_share(3, 2).value, 15000); /* more returns than releases: of earlier ones */
	assert_true(indicator_share(0, 7).is_known);
	assert_false(indicator_share(0, 0).is_known);
	for (int i = 0; i < 5; i++)
		assert_int_equal(indicator_tax_grade(text_of(words[i])).value, i + 1);
	assert_false(indicator_tax_grade(TEXT("")).is_known);
	assert_false(indicator_tax_grade(TEXT("AB")).is_known);
	assert_false(indicator_tax_grade((struct text){ NULL, 0 }).is_known);
}

/* Grades 63 (weight 25), 75 (10), 40 (10): known 45 of 55. The whole is not the mean of the parts. */
static void what_is_not_known_is_left_out(void **state)
{
	const struct indicator_row rows[] = {
		row(INDICATOR_SCORE, INDICATOR_PART_RECORD, 25, 450, 850), row(INDICATOR_NEGATIVE_EVENTS, INDICATOR_PART_RECORD, 10, 4, 0),
		row(INDICATOR_RELEASED, INDICATOR_PART_OPERATIONS, 10, 0, 100), row(INDICATOR_TAX_GRADE, INDICATOR_PART_FINANCE, 10, 5, 1),
	};
	struct indicator_value values[INDICATOR_COUNT] = { [INDICATOR_SCORE] = known(700), [INDICATOR_NEGATIVE_EVENTS] = known(1),
		                                           [INDICATOR_RELEASED] = known(40), [INDICATOR_RETURNS] = known(5) };
	struct indicator_evaluation e = evaluated(rows, COUNTOF(rows), values);

	(void)state;
	assert_int_equal(e.parts[INDICATOR_PART_RECORD].grade, 66); /* (63 × 25 + 75 × 10) / 35 = 66.43 */
	assert_int_equal(e.parts[INDICATOR_PART_OPERATIONS].grade, 40);
	assert_int_equal(e.parts[INDICATOR_PART_FINANCE].known_weight, 0);
	assert_int_equal(e.parts[INDICATOR_PART_FINANCE].weight, 10);
	assert_int_equal(e.whole.grade, 61); /* 2725 / 45 = 60.56 */
	assert_int_equal(e.whole.known_weight, 45);
	assert_int_equal(e.whole.weight, 55);
	assert_null(e.grades[INDICATOR_RETURNS].row); /* a value without a row is none of the day's indicators */
	values[INDICATOR_TAX_GRADE] = indicator_tax_grade(TEXT("D"));
	assert_int_equal(evaluated(rows, COUNTOF(rows), values).whole.grade, 50); /* known and bad: 2725 / 55 = 49.55 */
}

static void rows_of_the_day_alone(void **state)
{
	struct indicator_row rows[] = { row(INDICATOR_SCORE, INDICATOR_PART_RECORD, 10, 0, 100), row(INDICATOR_SCORE, INDICATOR_PART_RECORD, 20, 0, 200) };
	struct indicator_value values[INDICATOR_COUNT] = { [INDICATOR_SCORE] = known(50) };
	struct indicator_evaluation e;
	struct fault f = { 0 };

	(void)state;
	assert_false(indicator_evaluate(rows, 2, values, DAY, &e, &f));
	assert_int_equal(f.code, FAULT_SCHEMA);
	rows[0].valid_to = DAY - 1;
	rows[1].valid_from = DAY;
	assert_int_equal(evaluated(rows, 2, values).whole.grade, 25);
	assert_true(indicator_evaluate(rows, 2, values, DAY - 1, &e, &f));
	assert_int_equal(e.whole.grade, 50);
	assert_true(indicator_evaluate(rows, 2, values, DAY - 101, &e, &f)); /* before any row: nothing is evaluated */
	assert_int_equal(e.whole.weight, 0);
	rows[1].full_at = rows[1].none_at;
	assert_false(indicator_evaluate(rows, 2, values, DAY, &e, &f));
	rows[1] = row(INDICATOR_SCORE, INDICATOR_PART_RECORD, 0, 0, 1);
	assert_false(indicator_evaluate(rows, 2, values, DAY, &e, &f));
}

static void names_are_read_as_they_are_written(void **state)
{
	enum indicator_part part;
	enum indicator which;

	(void)state;
	for (int i = 0; i < INDICATOR_COUNT; i++)
		assert_true(indicator_by_name(text_of(indicator_name((enum indicator)i)), &which) && which == (enum indicator)i);
	for (int p = 0; p < INDICATOR_PART_COUNT; p++)
		assert_true(indicator_part_by_name(text_of(indicator_part_name((enum indicator_part)p)), &part) && part == (enum indicator_part)p);
	assert_false(indicator_by_name(TEXT("scores"), &which));
	assert_false(indicator_part_by_name(TEXT(""), &part));
}

/* --- by chance ------------------------------------------------------------------------------------------------------- */

static uint32_t next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

struct made { struct indicator_row rows[INDICATOR_COUNT]; int count; struct indicator_value values[INDICATOR_COUNT]; };

static struct made make(uint32_t *seed)
{
	struct made m = { .count = 1 + (int)next(seed, INDICATOR_COUNT) };

	for (int i = 0; i < m.count; i++) {
		int32_t none_at = (int32_t)next(seed, 2000) - 1000, step = 1 + (int32_t)next(seed, 1000);

		m.rows[i] = row((enum indicator)i, (enum indicator_part)next(seed, INDICATOR_PART_COUNT), 1 + (int)next(seed, 50), none_at,
		                next(seed, 2) ? none_at + step : none_at - step);
	}
	for (int i = 0; i < INDICATOR_COUNT; i++)
		m.values[i] = (struct indicator_value){ next(seed, 4) > 0, (int64_t)next(seed, 5000) - 2500 };
	return m;
}

static void assert_same(const struct indicator_evaluation *a, const struct indicator_evaluation *b)
{
	assert_memory_equal(a->parts, b->parts, sizeof(a->parts));
	assert_memory_equal(&a->whole, &b->whole, sizeof(a->whole));
	for (int i = 0; i < INDICATOR_COUNT; i++) {
		assert_int_equal(a->grades[i].row == NULL ? 0 : a->grades[i].row->id, b->grades[i].row == NULL ? 0 : b->grades[i].row->id);
		assert_int_equal(a->grades[i].grade, b->grades[i].grade);
		assert_int_equal(a->grades[i].value.is_known, b->grades[i].value.is_known);
	}
}

static void the_order_of_rows_changes_nothing(void **state)
{
	uint32_t seed = 106;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct made m = make(&seed);
		struct indicator_evaluation one = evaluated(m.rows, m.count, m.values), again = evaluated(m.rows, m.count, m.values), other;
		struct indicator_row turned[INDICATOR_COUNT];

		for (int i = 0; i < m.count; i++)
			turned[i] = m.rows[m.count - 1 - i];
		other = evaluated(turned, m.count, m.values);
		assert_same(&one, &again);
		assert_same(&one, &other);
	}
}

static void assert_sum(const struct indicator_sum *s)
{
	assert_true(s->grade >= 0 && s->grade <= 100 && s->known_weight >= 0 && s->known_weight <= s->weight);
	assert_true(s->known_weight > 0 || s->grade == 0);
}

/* Nothing is worse for a better value, nor for a worse one better; the whole lies between the least and the greatest grade. */
static void grades_stay_within_and_follow_their_values(void **state)
{
	uint32_t seed = 2016;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct made m = make(&seed);
		int i = (int)next(&seed, (uint32_t)m.count), least = 100, most = 0;
		struct indicator_evaluation e, better;
		bool rises = m.rows[i].full_at > m.rows[i].none_at;

		m.values[i].is_known = true;
		e = evaluated(m.rows, m.count, m.values);
		m.values[i].value += (rises ? 1 : -1) * (int64_t)next(&seed, 300);
		better = evaluated(m.rows, m.count, m.values);
		assert_true(better.grades[i].grade >= e.grades[i].grade);
		assert_true(better.parts[m.rows[i].part].grade >= e.parts[m.rows[i].part].grade && better.whole.grade >= e.whole.grade);
		for (int k = 0; k < m.count; k++) {
			if (!e.grades[k].value.is_known)
				continue;
			assert_in_range(e.grades[k].grade, 0, 100);
			least = e.grades[k].grade < least ? e.grades[k].grade : least;
			most = e.grades[k].grade > most ? e.grades[k].grade : most;
		}
		assert_true(e.whole.grade >= least && e.whole.grade <= most);
		assert_sum(&e.whole);
		for (int p = 0; p < INDICATOR_PART_COUNT; p++)
			assert_sum(&e.parts[p]);
	}
}

/* Whatever an unknown value holds, it is as if its row were not there, but for the weight that is told. */
static void the_unknown_counts_neither_way(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct made m = make(&seed);
		struct indicator_evaluation with, without;

		m.values[m.count - 1].is_known = false;
		with = evaluated(m.rows, m.count, m.values);
		without = evaluated(m.rows, m.count - 1, m.values);
		assert_int_equal(with.whole.grade, without.whole.grade);
		assert_int_equal(with.whole.known_weight, without.whole.known_weight);
		assert_int_equal(with.whole.weight, without.whole.weight + m.rows[m.count - 1].weight);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_goes_either_way),
		cmocka_unit_test(shares_and_tax_grades),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(rows_of_the_day_alone),
		cmocka_unit_test(names_are_read_as_they_are_written),
		cmocka_unit_test(the_order_of_rows_changes_nothing),
		cmocka_unit_test(grades_stay_within_and_follow_their_values),
		cmocka_unit_test(the_unknown_counts_neither_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
