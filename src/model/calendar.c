#include "model/calendar.h"

#include <assert.h>
#include <stdio.h>

#include "base/clock.h"

#define SHANGHAI_US (8 * US_PER_HOUR)

struct civil { int year, month, day; };

static struct civil civil_of(int32_t day)
{
	char digits[CLOCK_COMPACT_BYTES];
	struct civil c;

	clock_compact(day_begin_us(day), 8, digits);
	c.year = (digits[0] - '0') * 1000 + (digits[1] - '0') * 100 + (digits[2] - '0') * 10 + digits[3] - '0';
	c.month = (digits[4] - '0') * 10 + digits[5] - '0';
	c.day = (digits[6] - '0') * 10 + digits[7] - '0';
	return c;
}

/* The day, or the last one of its month before it. */
static int32_t day_of(int year, int month, int day)
{
	char text[40];
	int64_t us;

	for (;; day--) {
		assert(day > 0);
		(void)snprintf(text, sizeof(text), "%04d%02d%02d", year % 10000, month, day);
		if (clock_parse_compact((struct text){ text, 8 }, &us))
			return clock_day(us);
	}
}

static const struct calendar_day *find(const struct calendar *c, int32_t day)
{
	int low = 0, high = c->count;

	while (low < high) {
		int middle = (low + high) / 2;

		if (c->days[middle].day == day)
			return &c->days[middle];
		if (c->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool calendar_read(struct arena *a, struct text list, struct calendar *out)
{
	struct calendar_day *days = arena_alloc(a, sizeof(*days) * (list.len / 2 + 1));
	struct text one;

	*out = (struct calendar){ .days = days };
	while (days != NULL && text_next(&list, ',', &one)) {
		bool worked = one.at[one.len - 1] == 'w';
		int64_t day;

		one.len--;
		if (text_to_i64(one, &day))
			days[out->count++] = (struct calendar_day){ (int32_t)day, worked };
	}
	return days != NULL;
}

bool calendar_worked(const struct calendar *c, int32_t day)
{
	const struct calendar_day *row = find(c, day);
	int weekday = (int)((day % 7 + 7 + 3) % 7); /* 0 Monday: 1970 began on a Thursday */

	return row != NULL ? row->worked : weekday < 5;
}

bool calendar_knows(const struct calendar *c, int32_t day)
{
	int year = civil_of(day).year;

	for (int i = 0; i < c->count; i++)
		if (civil_of(c->days[i].day).year == year)
			return true;
	return false;
}

int32_t calendar_next_worked(const struct calendar *c, int32_t day)
{
	while (!calendar_worked(c, day))
		day++;
	return day;
}

int32_t day_plus_months(int32_t day, int months)
{
	struct civil c = civil_of(day);
	int count = c.year * 12 + c.month - 1 + months;

	return day_of(count / 12, count % 12 + 1, c.day);
}

int32_t day_of_next_month(int32_t day, int number)
{
	struct civil c = civil_of(day);
	int count = c.year * 12 + c.month;

	return day_of(count / 12, count % 12 + 1, number);
}

int64_t day_begin_us(int32_t day)
{
	return day * US_PER_DAY - SHANGHAI_US;
}

void day_put(int32_t day, char out[DAY_TEXT_BYTES])
{
	char text[CLOCK_RFC3339_BYTES];

	clock_rfc3339(day_begin_us(day), 0, text);
	memcpy(out, text, DAY_TEXT_BYTES - 1);
	out[DAY_TEXT_BYTES - 1] = '\0';
}
