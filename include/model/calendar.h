/*
 * Which days are worked: Monday to Friday, but for holidays, and the weekend days that are worked in exchange (State Council's
 * yearly notices; table calendar_day). Days are days since 1970 of Shanghai, as base/clock counts them. Pure.
 *
 * A year that the table has no row of is known by its weekends only.
 */
#ifndef MODEL_CALENDAR_H
#define MODEL_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/text.h"

struct calendar_day {
	int32_t day;
	bool worked;
};

struct calendar { /* borrowed */
	const struct calendar_day *days; /* exceptions, ascending */
	int count;
};

/* From a list such as "20454h,20455w": days, each with w (worked) or h (holiday), ascending. False: the arena is full. */
bool calendar_read(struct arena *a, struct text list, struct calendar *out) must_check;
bool calendar_worked(const struct calendar *c, int32_t day);
bool calendar_knows(const struct calendar *c, int32_t day); /* its year's holidays are in the table */
int32_t calendar_next_worked(const struct calendar *c, int32_t day); /* the day itself, or the first worked one after it */

/* Same day number n months later, or the month's last day; n may be negative. */
int32_t day_plus_months(int32_t day, int months);
/* That day number of the month after the one that holds the day. */
int32_t day_of_next_month(int32_t day, int number);
int64_t day_begin_us(int32_t day);

enum { DAY_TEXT_BYTES = 11 };
void day_put(int32_t day, char out[DAY_TEXT_BYTES]); /* 2026-03-02 */

#endif
