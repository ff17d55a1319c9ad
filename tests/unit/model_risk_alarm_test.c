/* The risk rules that show later: each at its limit and one beside it; rows on trial; several rows of one rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/risk_alarm.h"

enum { ROWS_MAX = 40 };

static struct risk_row row(const char *name, enum risk_mode mode, int points, int64_t p0, int64_t p1)
{
	struct risk_row r = { .id = 1, .rule = risk_rule_by_name(text_of(name)), .mode = mode, .points = points, .parameters = { p0, p1, 0 } };

	assert_true(r.rule >= 0);
	return r;
}

/* INT64_MIN: it does not hit. */
static int64_t counted_by(struct risk_row r, const struct risk_alarm_facts *f)
{
	struct risk_hit hits[1];
	struct risk_judgement got;

	risk_alarm_judge(&r, 1, f, hits, &got);
	assert_int_equal(got.points, got.hit_count * r.points);
	return got.hit_count == 0 ? INT64_MIN : hits[0].counted;
}

#define F(...) ((struct risk_alarm_facts){ __VA_ARGS__ })

static void each_rule_at_its_limit(void **state)
{
	const struct { const char *rule; int64_t p0, p1; struct risk_alarm_facts misses, hits; int64_t counted; } cases[] = {
		{ "R-LOG-01", 72, 0, F(.has_standstill = true, .still_hours = 71), F(.has_standstill = true, .still_hours = 72), 72 },
		{ "R-LOG-02", 120, 720, F(.has_delivery = true, .delivery_minutes = 120), F(.has_delivery = true, .delivery_minutes = 119), 119 },
		{ "R-LOG-02", 120, 720, F(.has_delivery = true, .is_export = true, .delivery_minutes = 720),
		  F(.has_delivery = true, .is_export = true, .delivery_minutes = 719), 719 },
		{ "R-LOG-02", 0, 0, F(.has_delivery = true, .delivery_minutes = 0), F(.has_delivery = true, .delivery_minutes = -1), -1 },
		{ "R-RET-01", 400, 20, F(.returned = 8, .released = 20), F(.returned = 9, .released = 20), 450 },
		{ "R-RET-01", 400, 20, F(.returned = 19, .released = 19), F(.returned = 20, .released = 20), 1000 },
		{ "R-RET-01", 400, 0, F(.returned = 1, .released = 0), F(.returned = 1, .released = 1), 1000 },
		{ "R-NET-01", 5, 0, F(.failures = 5), F(.failures = 6), 6 },
		{ "R-NET-01", 5, 0, F(.failures = 0), F(.replays = 1), 1 },
		{ "R-NET-01", 5, 1, F(.failures = 5, .replays = 1), F(.replays = 2), 2 },
	};
	bool seen[ROWS_MAX] = { false };

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct risk_row r = row(cases[i].rule, RISK_ACTIVE, 7, cases[i].p0, cases[i].p1);

		if (counted_by(r, &cases[i].misses) != INT64_MIN || counted_by(r, &cases[i].hits) != cases[i].counted)
			fail_msg("%s, case %zu", cases[i].rule, i);
		seen[r.rule] = true;
	}
	assert_true(risk_rule_count() <= ROWS_MAX);
	for (int i = 0; i < risk_rule_count(); i++)
		if (seen[i] != risk_rule_shows_later(i))
			fail_msg("%s is judged in one catalogue, and has a case there", risk_rule_name(i));
}

/* Nothing known, nothing hit; and no trade is judged by these, no alarm by the others. */
static void each_by_its_own_facts(void **state)
{
	struct risk_row rows[ROWS_MAX];
	struct risk_hit hits[ROWS_MAX];
	struct risk_judgement got;

	(void)state;
	for (int i = 0; i < risk_rule_count(); i++)
		rows[i] = row(risk_rule_name(i), RISK_ACTIVE, 10, 0, 0);
	risk_alarm_judge(rows, risk_rule_count(), &(struct risk_alarm_facts){ .delivery_minutes = -1 }, hits, &got);
	assert_int_equal(got.hit_count, 0);
	risk_judge(rows, risk_rule_count(), &(struct risk_facts){ .has_zero_price = true }, hits, &got);
	for (int i = 0; i < got.hit_count; i++)
		assert_false(risk_rule_shows_later(hits[i].row->rule));
	assert_true(got.hit_count > 0);
}

static void a_trial_is_told_apart(void **state)
{
	const struct risk_row rows[] = { row("R-LOG-01", RISK_ACTIVE, 30, 72, 0), row("R-LOG-01", RISK_ACTIVE, 50, 96, 0), row("R-LOG-01", RISK_SHADOW, 99, 24, 0),
		                         row("R-NET-01", RISK_OFF, 40, 0, 0) };
	const struct risk_alarm_facts facts = { .has_standstill = true, .still_hours = 100, .failures = 9 };
	struct risk_hit hits[COUNTOF(rows)];
	struct risk_judgement got;

	(void)state;
	risk_alarm_judge(rows, COUNTOF(rows), &facts, hits, &got);
	assert_int_equal(got.hit_count, 2);
	assert_ptr_equal(got.hits[0].row, &rows[1]); /* the strictest */
	assert_ptr_equal(got.hits[1].row, &rows[2]);
	assert_int_equal(got.points, 50);
	assert_false(got.has_block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_at_its_limit),
		cmocka_unit_test(each_by_its_own_facts),
		cmocka_unit_test(a_trial_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
