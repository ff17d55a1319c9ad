#include "model/deadline.h"

#include <stdlib.h>

#include "base/clock.h"

bool period_unit_by_name(struct text t, enum period_unit *out)
{
	static const char *const names[] = {
#define X(id, name) [PERIOD_##id] = name,
		PERIOD_UNITS(X)
#undef X
	};

	for (int i = 0; i < PERIOD_UNIT_COUNT; i++) {
		if (text_is(t, names[i])) {
			*out = (enum period_unit)i;
			return true;
		}
	}
	return false;
}

static int compare_spans(const void *x, const void *y)
{
	const struct outage_span *a = x, *b = y;

	return (a->began_us > b->began_us) - (a->began_us < b->began_us);
}

int outage_merge(struct outage_span *spans, int count)
{
	int kept = 0;

	if (count > 0)
		qsort(spans, (size_t)count, sizeof(*spans), compare_spans);
	for (int i = 0; i < count; i++) {
		if (kept > 0 && spans[i].began_us <= spans[kept - 1].ended_us) {
			if (spans[i].ended_us > spans[kept - 1].ended_us)
				spans[kept - 1].ended_us = spans[i].ended_us;
		} else {
			spans[kept++] = spans[i];
		}
	}
	return kept;
}

/* What goes on is known until now. */
static int64_t end_of(const struct outage_span *s, int64_t now_us)
{
	return s->ended_us < now_us ? s->ended_us : now_us;
}

/* --- days ------------------------------------------------------------------------------------------------------------ */

static bool was_away_on(int32_t day, const struct outage_span *spans, int count, int64_t now_us)
{
	for (int i = 0; i < count; i++)
		if (spans[i].began_us < day_begin_us(day + 1) && end_of(&spans[i], now_us) > day_begin_us(day))
			return true;
	return false;
}

static int32_t plus_days(const struct statutory_period *p, int32_t day, int days, const struct calendar *c)
{
	if (p->unit != PERIOD_WORKING_DAYS)
		return day + days;
	while (days > 0)
		days -= calendar_worked(c, ++day);
	return day;
}

static int32_t last_day_of(const struct statutory_period *p, int32_t from, const struct calendar *c)
{
	if (p->unit == PERIOD_MONTHS)
		return day_plus_months(from, p->amount);
	if (p->unit == PERIOD_DAY_OF_NEXT_MONTH)
		return day_of_next_month(from, p->amount);
	return plus_days(p, from, p->amount, c);
}

/* Each day that was lost moves the end by one; days won that way may be lost as well. */
static int32_t extend(const struct statutory_period *p, int32_t from, int32_t last, const struct calendar *c, const struct outage_span *spans,
                      int count, int64_t now_us, int *added)
{
	*added = 0;
	for (int32_t day = from; day <= last; day++) {
		if (!was_away_on(day, spans, count, now_us) || (p->unit == PERIOD_WORKING_DAYS && !calendar_worked(c, day)))
			continue;
		last = plus_days(p, last, 1, c);
		++*added;
	}
	return last;
}

static int32_t roll(const struct statutory_period *p, int32_t day, const struct calendar *c)
{
	return p->rolls ? calendar_next_worked(c, day) : day;
}

static void days_of(const struct statutory_period *p, int64_t from_us, const struct calendar *c, const struct outage_span *spans, int count,
                    int64_t now_us, struct deadline *out)
{
	int32_t from = clock_day(from_us), last = last_day_of(p, from, c), extended = last;
	bool holidays_matter = p->rolls || p->unit == PERIOD_WORKING_DAYS;
	int added = 0;

	if (p->outage_extends)
		extended = extend(p, from, last, c, spans, count, now_us, &added);
	out->last_day = roll(p, last, c);
	out->extended_day = roll(p, extended, c);
	out->due_us = day_begin_us(out->last_day + 1);
	out->extended_us = day_begin_us(out->extended_day + 1);
	out->added_us = added * US_PER_DAY;
	out->certain = !holidays_matter || (calendar_knows(c, from) && calendar_knows(c, out->extended_day));
}

/* --- hours ----------------------------------------------------------------------------------------------------------- */

static void hours_of(const struct statutory_period *p, int64_t from_us, const struct outage_span *spans, int count, int64_t now_us,
                     struct deadline *out)
{
	out->due_us = out->extended_us = from_us + p->amount * US_PER_HOUR;
	for (int i = 0; p->outage_extends && i < count; i++) {
		int64_t began_us = spans[i].began_us > from_us ? spans[i].began_us : from_us, ended_us = end_of(&spans[i], now_us);

		if (began_us < out->extended_us && ended_us > began_us)
			out->extended_us += ended_us - began_us;
	}
	out->added_us = out->extended_us - out->due_us;
	out->last_day = clock_day(out->due_us - 1);
	out->extended_day = clock_day(out->extended_us - 1);
	out->certain = true;
}

void deadline_of(const struct statutory_period *p, int64_t from_us, const struct calendar *c, const struct outage_span *spans, int count,
                 int64_t now_us, struct deadline *out)
{
	*out = (struct deadline){ 0 };
	if (p->unit == PERIOD_HOURS)
		hours_of(p, from_us, spans, count, now_us, out);
	else
		days_of(p, from_us, c, spans, count, now_us, out);
	out->may_grow = p->outage_extends && count > 0 && spans[count - 1].ended_us == INT64_MAX && spans[count - 1].began_us < out->extended_us
	                && now_us < out->extended_us;
}
