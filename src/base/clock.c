/*
 * Time, and its forms as text.
 *
 * Calendar days are counted by arithmetic (a year that begins in March ends with the leap day), never by the
 * C library's zone functions: they read files and the environment, and are slow.
 */
#include "base/clock.h"

#include <assert.h>
#include <time.h>

#define SHANGHAI_US    (8 * US_PER_HOUR)
#define DAYS_PER_ERA   146097 /* 400 years */
#define FIRST_LOCAL_US (INT64_C(-62135596800) * US_PER_S)         /* 0001-01-01T00:00:00 */
#define LAST_LOCAL_US  (INT64_C(253402300800) * US_PER_S - 1)     /* 9999-12-31T23:59:59.999999 */

struct civil {
	int year, month, day, hour, minute, second, us;
};

static int64_t read_us(clockid_t which)
{
	struct timespec now;

	(void)clock_gettime(which, &now); /* fails only for a clock that does not exist */
	return now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

int64_t clock_now_us(const struct clock *c)
{
	return read_us(CLOCK_REALTIME) + c->shift_us;
}

void clock_shift(struct clock *c, int64_t shift_us)
{
	c->shift_us = shift_us;
}

int64_t clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

static int64_t floor_div(int64_t n, int64_t by)
{
	return n / by - (n % by < 0);
}

/* ---- calendar ---- */

static int64_t days_of(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1; /* the year that began in March */
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void civil_day(int64_t days, struct civil *c)
{
	int64_t since = days + 719468; /* since 0000-03-01 */
	int64_t era = floor_div(since, DAYS_PER_ERA);
	int day_of_era = (int)(since - era * DAYS_PER_ERA);
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month = (5 * day_of_year + 2) / 153; /* 0 = March */

	c->day = day_of_year - (153 * month + 2) / 5 + 1;
	c->month = month < 10 ? month + 3 : month - 9;
	c->year = (int)(era * 400) + year_of_era + (c->month <= 2);
}

static struct civil civil_of(int64_t us)
{
	struct civil c;
	int64_t local, in_day;

	if (us < FIRST_LOCAL_US - SHANGHAI_US)
		us = FIRST_LOCAL_US - SHANGHAI_US;
	if (us > LAST_LOCAL_US - SHANGHAI_US)
		us = LAST_LOCAL_US - SHANGHAI_US;
	local = us + SHANGHAI_US;
	civil_day(floor_div(local, US_PER_DAY), &c);
	in_day = local - floor_div(local, US_PER_DAY) * US_PER_DAY;
	c.us = (int)(in_day % US_PER_S);
	in_day /= US_PER_S;
	c.second = (int)(in_day % 60);
	c.minute = (int)(in_day / 60 % 60);
	c.hour = (int)(in_day / 3600);
	return c;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool exists(const struct civil *c)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (c->year < 1 || c->month < 1 || c->month > 12 || c->day < 1)
		return false;
	if (c->day > days[c->month - 1] + (c->month == 2 && is_leap(c->year)))
		return false;
	return c->hour <= 23 && c->minute <= 59 && c->second <= 59;
}

/* From civil time that lies ahead of UTC by ahead_us. */
static bool us_of(const struct civil *c, int64_t ahead_us, int64_t *us)
{
	int64_t at;

	if (!exists(c))
		return false;
	at = days_of(c->year, c->month, c->day) * US_PER_DAY - ahead_us +
	     ((c->hour * INT64_C(60) + c->minute) * 60 + c->second) * US_PER_S + c->us;
	if (at < FIRST_LOCAL_US - SHANGHAI_US || at > LAST_LOCAL_US - SHANGHAI_US)
		return false; /* could not be written again */
	*us = at;
	return true;
}

/* ---- writing ---- */

static char *put_digits(char *to, int n, int digits)
{
	for (int i = digits - 1; i >= 0; i--, n /= 10)
		to[i] = (char)('0' + n % 10);
	return to + digits;
}

static char *put_char(char *to, char c)
{
	*to = c;
	return to + 1;
}

void clock_rfc3339(int64_t us, int fraction_digits, char out[CLOCK_RFC3339_BYTES])
{
	struct civil c = civil_of(us);
	char *to = out;

	assert(fraction_digits == 0 || fraction_digits == 3 || fraction_digits == 6);
	to = put_char(put_digits(to, c.year, 4), '-');
	to = put_char(put_digits(to, c.month, 2), '-');
	to = put_char(put_digits(to, c.day, 2), 'T');
	to = put_char(put_digits(to, c.hour, 2), ':');
	to = put_char(put_digits(to, c.minute, 2), ':');
	to = put_digits(to, c.second, 2);
	if (fraction_digits > 0)
		to = put_digits(put_char(to, '.'), fraction_digits == 3 ? c.us / 1000 : c.us, fraction_digits);
	memcpy(to, "+08:00", sizeof("+08:00"));
}

void clock_put_member(struct buf *b, const char *name, int64_t us)
{
	char text[CLOCK_RFC3339_BYTES];

	if (us == INT64_MIN) {
		buf_printf(b, ",\"%s\":null", name);
		return;
	}
	clock_rfc3339(us, 6, text);
	buf_printf(b, ",\"%s\":\"%s\"", name, text);
}

void clock_compact(int64_t us, int digits, char out[CLOCK_COMPACT_BYTES])
{
	struct civil c = civil_of(us);
	char *to = out;

	assert(digits == 8 || digits == 14 || digits == 17);
	to = put_digits(put_digits(put_digits(to, c.year, 4), c.month, 2), c.day, 2);
	if (digits > 8)
		to = put_digits(put_digits(put_digits(to, c.hour, 2), c.minute, 2), c.second, 2);
	if (digits > 14)
		to = put_digits(to, c.us / 1000, 3);
	*to = '\0';
}

/* ---- reading ---- */

/* Takes so many digits off the front. */
static bool take_digits(struct text *t, int digits, int *out)
{
	int n = 0;

	if (t->len < (size_t)digits)
		return false;
	for (int i = 0; i < digits; i++) {
		if (t->at[i] < '0' || t->at[i] > '9')
			return false;
		n = n * 10 + (t->at[i] - '0');
	}
	t->at += digits;
	t->len -= (size_t)digits;
	*out = n;
	return true;
}

static bool take_char(struct text *t, char c)
{
	if (t->len == 0 || t->at[0] != c)
		return false;
	t->at++;
	t->len--;
	return true;
}

static bool take_date(struct text *t, struct civil *c)
{
	return take_digits(t, 4, &c->year) && take_char(t, '-') && take_digits(t, 2, &c->month) && take_char(t, '-') &&
	       take_digits(t, 2, &c->day);
}

/* ".5" to ".123456789"; what is finer than a microsecond is cut off. */
static bool take_fraction(struct text *t, int *us)
{
	int digit, digits = 0;

	*us = 0;
	for (; t->len > 0 && t->at[0] >= '0' && t->at[0] <= '9'; digits++) {
		if (!take_digits(t, 1, &digit))
			return false;
		if (digits < 6)
			*us = *us * 10 + digit;
	}
	for (int i = digits; i < 6; i++)
		*us *= 10;
	return digits >= 1 && digits <= 9;
}

static bool take_zone(struct text *t, int64_t *ahead_us)
{
	int hours, minutes;
	bool behind;

	*ahead_us = 0;
	if (take_char(t, 'Z'))
		return true;
	behind = take_char(t, '-');
	if (!behind && !take_char(t, '+'))
		return false;
	if (!take_digits(t, 2, &hours) || !take_char(t, ':') || !take_digits(t, 2, &minutes))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	*ahead_us = (hours * INT64_C(60) + minutes) * 60 * US_PER_S * (behind ? -1 : 1);
	return true;
}

bool clock_parse_rfc3339(struct text t, int64_t *us)
{
	struct civil c = { 0 };
	int64_t ahead_us;

	if (!take_date(&t, &c) || !take_char(&t, 'T') || !take_digits(&t, 2, &c.hour) || !take_char(&t, ':') ||
	    !take_digits(&t, 2, &c.minute) || !take_char(&t, ':') || !take_digits(&t, 2, &c.second))
		return false;
	if (take_char(&t, '.') && !take_fraction(&t, &c.us))
		return false;
	return take_zone(&t, &ahead_us) && t.len == 0 && us_of(&c, ahead_us, us);
}

bool clock_parse_compact(struct text t, int64_t *us)
{
	struct civil c = { 0 };
	size_t digits = t.len;

	if (digits != 8 && digits != 14 && digits != 17)
		return false;
	if (!take_digits(&t, 4, &c.year) || !take_digits(&t, 2, &c.month) || !take_digits(&t, 2, &c.day))
		return false;
	if (digits > 8 &&
	    (!take_digits(&t, 2, &c.hour) || !take_digits(&t, 2, &c.minute) || !take_digits(&t, 2, &c.second)))
		return false;
	if (digits > 14) {
		if (!take_digits(&t, 3, &c.us))
			return false;
		c.us *= 1000;
	}
	return us_of(&c, SHANGHAI_US, us);
}

bool clock_parse_date(struct text t, int64_t *us)
{
	struct civil c = { 0 };

	return take_date(&t, &c) && t.len == 0 && us_of(&c, SHANGHAI_US, us);
}

int32_t clock_day(int64_t us)
{
	return (int32_t)floor_div(us + SHANGHAI_US, US_PER_DAY);
}
