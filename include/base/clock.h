/*
 * Time. Business time is always read here and passed down as a parameter;
 * SQL never calls now() for it. Deadlines use the monotonic clock.
 *
 * Microseconds since 1970 UTC everywhere; days are Asia/Shanghai days (UTC+8,
 * no summer time since 1991). A test may shift business time; the shift works
 * only in a database marked as test or sandbox (the caller checks that).
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define US_PER_S    INT64_C(1000000)
#define US_PER_HOUR (INT64_C(3600) * US_PER_S)
#define US_PER_DAY  (INT64_C(24) * US_PER_HOUR)

struct clock {
	_Atomic int64_t shift_us; /* 0 outside tests */
};

int64_t clock_now_us(const struct clock *c);
void clock_shift(struct clock *c, int64_t shift_us);
int64_t clock_mono_us(void);

enum { CLOCK_RFC3339_BYTES = 36, CLOCK_COMPACT_BYTES = 18 };
/* Both writers know the years 1..9999 and write the nearest end for a time outside. */
/* 2026-03-02T10:11:12.345678+08:00; digits of the second's fraction: 0, 3 or 6. */
void clock_rfc3339(int64_t us, int fraction_digits, char out[CLOCK_RFC3339_BYTES]);
/* ,"name":"2026-03-02T10:11:12.345678+08:00": one more member of a JSON object; INT64_MIN: null. */
void clock_put_member(struct buf *b, const char *name, int64_t us);
/* Customs' own forms in Shanghai time: YYYYMMDD (8), YYYYMMDDhhmmss (14), YYYYMMDDhhmmssSSS (17 digits). */
void clock_compact(int64_t us, int digits, char out[CLOCK_COMPACT_BYTES]);
/* Accept exactly these forms; a calendar date that does not exist is refused. */
bool clock_parse_rfc3339(struct text t, int64_t *us) must_check; /* zone required: Z or +hh:mm; fraction of 1..9 digits, cut to us */
bool clock_parse_compact(struct text t, int64_t *us) must_check; /* 8, 14 or 17 digits, Shanghai time */
bool clock_parse_date(struct text t, int64_t *us) must_check;    /* 2026-03-02, Shanghai midnight */
/* Days since 1970-01-01 of the Shanghai day that holds us. */
int32_t clock_day(int64_t us);

#endif
