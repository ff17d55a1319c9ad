/*
 * Statutory periods: until when an act is in time, and what an authority's outage adds to it. Pure; table statutory_period.
 *
 * The day of the event counts as day 0. A period of days, working days or months ends with its last day (24:00); one of hours to
 * the microsecond. Where the rule says so, a last day that is not worked gives way to the next worked one. Where the rule
 * says that an outage extends the period, every day of it (of working days: every worked day) on which the authority was away
 * at any time is added, those of the extension itself included; of hours, the time itself.
 */
#ifndef MODEL_DEADLINE_H
#define MODEL_DEADLINE_H

#include "base/text.h"
#include "model/calendar.h"

#define PERIOD_UNITS(X) \
	X(HOURS, "hours") X(DAYS, "days") X(WORKING_DAYS, "working_days") X(MONTHS, "months") X(DAY_OF_NEXT_MONTH, "day_of_next_month")
enum period_unit {
#define X(id, name) PERIOD_##id,
	PERIOD_UNITS(X)
#undef X
	PERIOD_UNIT_COUNT
};
bool period_unit_by_name(struct text t, enum period_unit *out) must_check;

struct statutory_period {
	enum period_unit unit;
	int amount;            /* DAY_OF_NEXT_MONTH: the number of the day */
	bool rolls;            /* to the next worked day */
	bool outage_extends;
};

struct outage_span { /* business time */
	int64_t began_us, ended_us; /* INT64_MAX: it goes on */
};

struct deadline {
	int64_t due_us;        /* in time is what comes before */
	int64_t extended_us;   /* the same, with what outages add; due_us when the rule grants nothing */
	int32_t last_day, extended_day;
	int64_t added_us;      /* by outages, before rolling; whole days but for hours */
	bool may_grow;         /* an outage that extends it goes on: as of now_us */
	bool certain;          /* every day that was looked at is of a year whose holidays are known, or holidays do not matter */
};

/* spans: ascending, not overlapping (outage_merge). from_us: when the period began to run. */
void deadline_of(const struct statutory_period *p, int64_t from_us, const struct calendar *c, const struct outage_span *spans, int count,
                 int64_t now_us, struct deadline *out);
/* Sorts, and joins what touches. Returns how many are left. */
int outage_merge(struct outage_span *spans, int count);

#endif
