/* Statutory periods, over holidays and outages. The calendar is the State Council's of 2026, as far as these cases touch it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "model/deadline.h"

static int64_t at(const char *text)
{
	int64_t us = 0;

	assert_true(clock_parse_rfc3339(text_of(text), &us) || clock_parse_date(text_of(text), &us));
	return us;
}

static int32_t day(const char *text)
{
	return clock_day(at(text));
}

static struct calendar_day exceptions[40];

static struct calendar calendar_2026(void)
{
	static const struct { const char *from, *to; bool worked; } rows[] = {
		{ "2026-01-01", "2026-01-03", false }, { "2026-01-04", "2026-01-04", true }, { "2026-02-14", "2026-02-14", true },
		{ "2026-02-15", "2026-02-23", false }, { "2026-02-28", "2026-02-28", true }, { "2026-09-20", "2026-09-20", true },
		{ "2026-09-25", "2026-09-27", false }, { "2026-10-01", "2026-10-07", false }, { "2026-10-10", "2026-10-10", true },
	};
	struct calendar c = { exceptions, 0 };

	for (size_t i = 0; i < COUNTOF(rows); i++)
		for (int32_t d = day(rows[i].from); d <= day(rows[i].to); d++)
			exceptions[c.count++] = (struct calendar_day){ d, rows[i].worked };
	return c;
}

static void days_that_are_worked(void **state)
{
	static const struct { const char *day; bool worked; } cases[] = {
		{ "2026-03-02", true }, { "2026-03-06", true }, { "2026-03-07", false }, { "2026-03-08", false }, { "2026-01-04", true },
		{ "2026-10-01", false }, { "2026-10-07", false }, { "2026-10-08", true }, { "2026-10-10", true }, { "2026-10-11", false },
		{ "1969-12-31", true }, { "1969-12-28", false }, { "1970-01-01", true },
	};
	struct calendar c = calendar_2026();

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++)
		assert_int_equal(calendar_worked(&c, day(cases[i].day)), cases[i].worked);
	assert_int_equal(calendar_next_worked(&c, day("2026-02-15")), day("2026-02-24"));
	assert_int_equal(calendar_next_worked(&c, day("2026-02-14")), day("2026-02-14"));
	assert_true(calendar_knows(&c, day("2026-12-31")));
	assert_false(calendar_knows(&c, day("2027-01-01")));
}

static void months_keep_the_day_or_take_the_last(void **state)
{
	static const struct { const char *from; int months; const char *to; } cases[] = {
		{ "2026-05-06", 6, "2026-11-06" }, { "2026-08-31", 6, "2027-02-28" }, { "2023-08-31", 6, "2024-02-29" }, { "2026-12-31", 1, "2027-01-31" },
		{ "2026-01-15", 36, "2029-01-15" }, { "2026-03-31", -1, "2026-02-28" }, { "2026-01-10", -1, "2025-12-10" },
	};
	char text[DAY_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++)
		assert_int_equal(day_plus_months(day(cases[i].from), cases[i].months), day(cases[i].to));
	assert_int_equal(day_of_next_month(day("2026-12-31"), 15), day("2027-01-15"));
	assert_int_equal(day_of_next_month(day("2026-01-31"), 31), day("2026-02-28"));
	day_put(day("2026-03-02"), text);
	assert_string_equal(text, "2026-03-02");
}

struct period_case {
	struct statutory_period p;
	const char *from, *last;
	bool certain;
};

static void periods_end_on_their_last_day(void **state)
{
	static const struct period_case cases[] = {
		/* return of imported goods: released on 2 March, asked for by 1 April (GACC 2020-45) */
		{ { PERIOD_DAYS, 30, false, false }, "2026-03-02T23:59:59+08:00", "2026-04-01", true },
		{ { PERIOD_DAYS, 45, false, false }, "2026-03-02", "2026-04-16", true },
		/* 14 days that end in the Spring Festival go on to its end, where the rule says so */
		{ { PERIOD_DAYS, 14, false, false }, "2026-02-05", "2026-02-19", true },
		{ { PERIOD_DAYS, 14, true, false }, "2026-02-05", "2026-02-24", true },
		{ { PERIOD_DAYS, 14, true, false }, "2026-01-31", "2026-02-14", true }, /* a Saturday that is worked */
		{ { PERIOD_MONTHS, 6, false, false }, "2026-05-06", "2026-11-06", true },
		/* the summary declaration: the 15th, but 15 November 2026 is a Sunday, and 15 February a holiday */
		{ { PERIOD_DAY_OF_NEXT_MONTH, 15, true, false }, "2026-10-31", "2026-11-16", true },
		{ { PERIOD_DAY_OF_NEXT_MONTH, 15, true, false }, "2026-01-01", "2026-02-24", true },
		{ { PERIOD_DAY_OF_NEXT_MONTH, 15, true, false }, "2026-12-01", "2027-01-15", false }, /* its holidays are not known */
		{ { PERIOD_DAYS, 30, false, false }, "2026-12-20", "2027-01-19", true },              /* and do not matter here */
		{ { PERIOD_WORKING_DAYS, 7, false, false }, "2026-09-24", "2026-10-12", true },
		{ { PERIOD_WORKING_DAYS, 1, false, false }, "2026-02-13", "2026-02-14", true },
	};
	struct calendar c = calendar_2026();

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct deadline d;

		deadline_of(&cases[i].p, at(cases[i].from), &c, NULL, 0, at("2026-01-01"), &d);
		assert_int_equal(d.last_day, day(cases[i].last));
		assert_true(d.due_us == at(cases[i].last) + US_PER_DAY && d.extended_us == d.due_us);
		assert_int_equal(d.certain, cases[i].certain);
		assert_false(d.may_grow);
	}
}

static void an_outage_adds_the_days_it_took(void **state)
{
	struct statutory_period p = { PERIOD_DAYS, 14, true, true };
	struct calendar c = calendar_2026();
	struct outage_span two = { at("2026-03-10T22:00:00+08:00"), at("2026-03-11T03:00:00+08:00") };
	struct deadline d;

	(void)state;
	deadline_of(&p, at("2026-03-02T12:00:00+08:00"), &c, &two, 1, at("2026-05-01"), &d);
	assert_int_equal(d.last_day, day("2026-03-16"));
	assert_int_equal(d.extended_day, day("2026-03-18"));
	assert_true(d.added_us == 2 * US_PER_DAY && !d.may_grow);
	p.outage_extends = false; /* where no rule grants it, nothing is added */
	deadline_of(&p, at("2026-03-02T12:00:00+08:00"), &c, &two, 1, at("2026-05-01"), &d);
	assert_int_equal(d.extended_day, d.last_day);
	assert_int_equal(d.added_us, 0);
}

/* One that lasts into the days it added takes these too; one that is over before, or begins after, takes none. */
static void lost_days_are_added_once_each(void **state)
{
	struct statutory_period p = { PERIOD_DAYS, 5, false, true };
	struct calendar c = calendar_2026();
	struct outage_span spans[] = {
		{ at("2026-03-20"), INT64_MAX }, { at("2026-03-07T10:00:00+08:00"), at("2026-03-09") }, { at("2026-02-20"), at("2026-03-01") },
		{ at("2026-03-07T09:00:00+08:00"), at("2026-03-07T11:00:00+08:00") }, { at("2026-03-08T10:00:00+08:00"), at("2026-03-08T12:00:00+08:00") },
	};
	struct deadline d;
	int count = outage_merge(spans, (int)COUNTOF(spans));

	(void)state;
	assert_int_equal(count, 3);
	deadline_of(&p, at("2026-03-02"), &c, spans, count, at("2026-03-21"), &d);
	assert_int_equal(d.last_day, day("2026-03-07"));
	assert_int_equal(d.extended_day, day("2026-03-09")); /* the 7th and the 8th; the 9th at 00:00 is not touched */
	assert_false(d.may_grow);
	spans[1].ended_us = INT64_MAX;
	deadline_of(&p, at("2026-03-02"), &c, spans, 2, at("2026-03-10T15:00:00+08:00"), &d);
	assert_int_equal(d.extended_day, day("2026-03-11")); /* the 7th to the 10th, so far */
	assert_true(d.may_grow);
}

static void working_days_count_only_those_that_were_worked(void **state)
{
	struct statutory_period p = { PERIOD_WORKING_DAYS, 3, false, true };
	struct calendar c = calendar_2026();
	struct outage_span weekend = { at("2026-03-06T12:00:00+08:00"), at("2026-03-08T12:00:00+08:00") };
	struct deadline d;

	(void)state;
	deadline_of(&p, at("2026-03-04"), &c, &weekend, 1, at("2026-03-20"), &d);
	assert_int_equal(d.last_day, day("2026-03-09"));
	assert_int_equal(d.extended_day, day("2026-03-10"));
	assert_true(d.added_us == US_PER_DAY);
}

static void hours_grow_by_the_time_itself(void **state)
{
	struct statutory_period p = { PERIOD_HOURS, 24, false, true };
	struct calendar c = calendar_2026();
	struct outage_span spans[] = { { at("2026-03-02T08:00:00+08:00"), at("2026-03-02T11:00:00+08:00") },
		                       { at("2026-03-03T10:30:00+08:00"), at("2026-03-03T12:00:00+08:00") } };
	struct deadline d;

	(void)state;
	deadline_of(&p, at("2026-03-02T10:00:00+08:00"), &c, spans, 2, at("2026-03-04"), &d);
	assert_true(d.due_us == at("2026-03-03T10:00:00+08:00"));
	assert_true(d.extended_us == at("2026-03-03T12:30:00+08:00")); /* one hour, and the half and a whole in it */
	assert_int_equal(d.last_day, day("2026-03-03"));
}

static void units_have_names(void **state)
{
	enum period_unit unit;

	(void)state;
	assert_true(period_unit_by_name(TEXT("working_days"), &unit));
	assert_int_equal(unit, PERIOD_WORKING_DAYS);
	assert_false(period_unit_by_name(TEXT("weeks"), &unit));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_that_are_worked),
		cmocka_unit_test(months_keep_the_day_or_take_the_last),
		cmocka_unit_test(periods_end_on_their_last_day),
		cmocka_unit_test(an_outage_adds_the_days_it_took),
		cmocka_unit_test(lost_days_are_added_once_each),
		cmocka_unit_test(working_days_count_only_those_that_were_worked),
		cmocka_unit_test(hours_grow_by_the_time_itself),
		cmocka_unit_test(units_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
