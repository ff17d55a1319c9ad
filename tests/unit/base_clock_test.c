/* Time: the calendar against the C library's, forms written and read, dates that do not exist. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"

#define SHANGHAI_US (8 * US_PER_HOUR)

/* Every sixth hour and a bit, over years with and without leap days, compared with gmtime_r(). */
static void calendar_agrees_with_libc(void **state)
{
	int64_t from = INT64_C(-2208988800), to = INT64_C(4133980800); /* 1900 to 2101 */

	(void)state;
	for (int64_t s = from; s < to; s += 21607) {
		char ours[CLOCK_COMPACT_BYTES], theirs[80];
		time_t local = (time_t)(s + 8 * 3600);
		struct tm tm;
		int64_t back;

		assert_non_null(gmtime_r(&local, &tm));
		(void)snprintf(theirs, sizeof(theirs), "%04d%02d%02d%02d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		               tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		clock_compact(s * US_PER_S, 14, ours);
		assert_string_equal(ours, theirs);
		assert_true(clock_parse_compact(text_of(ours), &back));
		assert_true(back == s * US_PER_S);
	}
}

static void forms_written(void **state)
{
	static const struct {
		int64_t us;
		const char *fraction0, *fraction3, *fraction6, *compact17;
	} cases[] = {
		{ 0, "1970-01-01T08:00:00+08:00", "1970-01-01T08:00:00.000+08:00", "1970-01-01T08:00:00.000000+08:00",
		  "19700101080000000" },
		{ -1, "1970-01-01T07:59:59+08:00", "1970-01-01T07:59:59.999+08:00", "1970-01-01T07:59:59.999999+08:00",
		  "19700101075959999" },
		{ INT64_C(1772417472345678), "2026-03-02T10:11:12+08:00", "2026-03-02T10:11:12.345+08:00",
		  "2026-03-02T10:11:12.345678+08:00", "20260302101112345" },
		{ INT64_C(1709135999999999), "2024-02-28T23:59:59+08:00", "2024-02-28T23:59:59.999+08:00",
		  "2024-02-28T23:59:59.999999+08:00", "20240228235959999" },
		{ INT64_C(1709136000000001), "2024-02-29T00:00:00+08:00", "2024-02-29T00:00:00.000+08:00",
		  "2024-02-29T00:00:00.000001+08:00", "20240229000000000" },
		{ INT64_MIN, "0001-01-01T00:00:00+08:00", "0001-01-01T00:00:00.000+08:00", "0001-01-01T00:00:00.000000+08:00",
		  "00010101000000000" },
		{ INT64_MAX, "9999-12-31T23:59:59+08:00", "9999-12-31T23:59:59.999+08:00", "9999-12-31T23:59:59.999999+08:00",
		  "99991231235959999" },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		char out[CLOCK_RFC3339_BYTES], compact[CLOCK_COMPACT_BYTES];

		clock_rfc3339(cases[i].us, 0, out);
		assert_string_equal(out, cases[i].fraction0);
		clock_rfc3339(cases[i].us, 3, out);
		assert_string_equal(out, cases[i].fraction3);
		clock_rfc3339(cases[i].us, 6, out);
		assert_string_equal(out, cases[i].fraction6);
		clock_compact(cases[i].us, 17, compact);
		assert_string_equal(compact, cases[i].compact17);
		clock_compact(cases[i].us, 8, compact);
		assert_memory_equal(compact, cases[i].compact17, 8);
		assert_int_equal(strlen(compact), 8);
	}
}

static void a_member_of_an_object(void **state)
{
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a, 4096);
	buf_init(&b, &a, 0);
	clock_put_member(&b, "at", INT64_C(1772417472345678));
	clock_put_member(&b, "until", INT64_MIN);
	assert_string_equal(b.at, ",\"at\":\"2026-03-02T10:11:12.345678+08:00\",\"until\":null");
	arena_done(&a);
}

static void rfc3339_read(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t us;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", true, 0 },
		{ "1970-01-01T08:00:00+08:00", true, 0 },
		{ "1969-12-31T19:00:00-05:00", true, 0 },
		{ "1970-01-01T05:45:00+05:45", true, 0 },
		{ "2026-03-02T10:11:12.345678+08:00", true, INT64_C(1772417472345678) },
		{ "2026-03-02T10:11:12.345678999+08:00", true, INT64_C(1772417472345678) },
		{ "2026-03-02T10:11:12.3+08:00", true, INT64_C(1772417472300000) },
		{ "2026-03-02T02:11:12Z", true, INT64_C(1772417472000000) },
		{ "2024-02-29T00:00:00+08:00", true, INT64_C(1709136000000000) },
		{ "2000-02-29T00:00:00Z", true, INT64_C(951782400000000) },
		{ "2023-02-29T00:00:00Z", false, 0 }, { "1900-02-29T00:00:00Z", false, 0 }, { "2100-02-29T00:00:00Z", false, 0 },
		{ "2026-04-31T00:00:00Z", false, 0 }, { "2026-13-01T00:00:00Z", false, 0 }, { "2026-00-01T00:00:00Z", false, 0 },
		{ "2026-01-00T00:00:00Z", false, 0 }, { "2026-01-32T00:00:00Z", false, 0 }, { "0000-01-01T00:00:00Z", false, 0 },
		{ "2026-01-01T24:00:00Z", false, 0 }, { "2026-01-01T00:60:00Z", false, 0 }, { "2026-06-30T23:59:60Z", false, 0 },
		{ "2026-01-01T00:00:00", false, 0 }, { "2026-01-01T00:00:00z", false, 0 }, { "2026-01-01t00:00:00Z", false, 0 },
		{ "2026-01-01 00:00:00Z", false, 0 }, { "2026-01-01T00:00:00.Z", false, 0 }, { "2026-01-01T00:00:00,5Z", false, 0 },
		{ "2026-01-01T00:00:00.1234567890Z", false, 0 }, { "2026-01-01T00:00:00+0800", false, 0 },
		{ "2026-01-01T00:00:00+08", false, 0 }, { "2026-01-01T00:00:00+24:00", false, 0 },
		{ "2026-01-01T00:00:00+08:60", false, 0 }, { "2026-01-01T00:00:00Zx", false, 0 }, { "2026-01-01T00:00:00+08:000", false, 0 },
		{ "2026-1-01T00:00:00Z", false, 0 }, { "26-01-01T00:00:00Z", false, 0 }, { "-026-01-01T00:00:00Z", false, 0 },
		{ "2026-01-01", false, 0 }, { "", false, 0 }, { "2026-01-01T00:00Z", false, 0 },
		{ "9999-12-31T23:59:59-12:00", false, 0 }, /* the year 10000 in Shanghai */
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		int64_t us = 77;

		print_message("rfc3339 \"%s\"\n", cases[i].text);
		assert_int_equal(clock_parse_rfc3339(text_of(cases[i].text), &us), cases[i].good);
		assert_true(us == (cases[i].good ? cases[i].us : 77));
	}
	assert_false(clock_parse_rfc3339((struct text){ NULL, 0 }, &(int64_t){ 0 }));
}

static void every_written_form_is_read(void **state)
{
	static const int digits[] = { 0, 3, 6 };

	(void)state;
	for (int64_t us = -INT64_C(3000000000000007); us < INT64_C(5000000000000000); us += INT64_C(123456789012347))
		for (size_t i = 0; i < COUNTOF(digits); i++) {
			char out[CLOCK_RFC3339_BYTES];
			int64_t unit = digits[i] == 0 ? US_PER_S : digits[i] == 3 ? 1000 : 1, back;

			clock_rfc3339(us, digits[i], out);
			assert_true(clock_parse_rfc3339(text_of(out), &back));
			assert_true(back <= us && us - back < unit && (back + SHANGHAI_US) % unit == 0);
		}
}

static void customs_forms_read(void **state)
{
	static const struct {
		const char *text;
		const char *same; /* NULL: refused */
	} compact[] = {
		{ "20260302", "2026-03-02T00:00:00.000+08:00" }, { "20260302101112", "2026-03-02T10:11:12.000+08:00" },
		{ "20260302101112345", "2026-03-02T10:11:12.345+08:00" }, { "20240229", "2024-02-29T00:00:00.000+08:00" },
		{ "20230229", NULL }, { "20260431", NULL }, { "2026030", NULL }, { "202603021", NULL }, { "2026-3-2", NULL },
		{ "20260302246060", NULL }, { "2026030210111", NULL }, { "202603021011123456", NULL }, { "", NULL },
		{ "2026030210111x", NULL }, { "00000101", NULL },
	}, dates[] = {
		{ "2026-03-02", "2026-03-02T00:00:00.000+08:00" }, { "2024-02-29", "2024-02-29T00:00:00.000+08:00" },
		{ "2025-02-29", NULL }, { "2026/03/02", NULL }, { "2026-03-02 ", NULL }, { "2026-3-2", NULL }, { "", NULL },
		{ "20260302", NULL },
	};
	char out[CLOCK_RFC3339_BYTES];
	int64_t us;

	(void)state;
	for (size_t i = 0; i < COUNTOF(compact); i++) {
		print_message("compact \"%s\"\n", compact[i].text);
		assert_int_equal(clock_parse_compact(text_of(compact[i].text), &us), compact[i].same != NULL);
		if (compact[i].same == NULL)
			continue;
		clock_rfc3339(us, 3, out);
		assert_string_equal(out, compact[i].same);
	}
	for (size_t i = 0; i < COUNTOF(dates); i++) {
		print_message("date \"%s\"\n", dates[i].text);
		assert_int_equal(clock_parse_date(text_of(dates[i].text), &us), dates[i].same != NULL);
		if (dates[i].same == NULL)
			continue;
		clock_rfc3339(us, 3, out);
		assert_string_equal(out, dates[i].same);
	}
}

static void days(void **state)
{
	(void)state;
	assert_int_equal(clock_day(0), 0);
	assert_int_equal(clock_day(16 * US_PER_HOUR - 1), 0); /* 23:59:59.999999 in Shanghai */
	assert_int_equal(clock_day(16 * US_PER_HOUR), 1);
	assert_int_equal(clock_day(-SHANGHAI_US), 0);
	assert_int_equal(clock_day(-SHANGHAI_US - 1), -1);
	assert_int_equal(clock_day(INT64_C(1772417472345678)), 20514);
}

static void now_and_its_shift(void **state)
{
	struct clock c = { 0 };
	int64_t first = clock_now_us(&c), mono = clock_mono_us(), libc_now = (int64_t)time(NULL) * US_PER_S;

	(void)state;
	assert_true(first > libc_now - 2 * US_PER_S && first < libc_now + 2 * US_PER_S);
	assert_true(clock_mono_us() >= mono);
	clock_shift(&c, 30 * US_PER_DAY);
	assert_true(clock_now_us(&c) - first >= 30 * US_PER_DAY);
	clock_shift(&c, 0);
	assert_true(clock_now_us(&c) - first < US_PER_HOUR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calendar_agrees_with_libc), cmocka_unit_test(forms_written),
		cmocka_unit_test(a_member_of_an_object),
		cmocka_unit_test(rfc3339_read), cmocka_unit_test(every_written_form_is_read),
		cmocka_unit_test(customs_forms_read), cmocka_unit_test(days),
		cmocka_unit_test(now_and_its_shift),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
