/* Months in queries: "2026-03", as the day that is their first. */
#ifndef API_MONTH_H
#define API_MONTH_H

#include "api/req.h"

int32_t month_first_day(int32_t day); /* of the day's month, in China */
int32_t month_back(int32_t first_day, int months);
/* The parameter's month; absent: *first_day is left. False with *f naming it. */
bool month_read(struct req *r, const char *name, int32_t *first_day, struct fault *f) must_check;

#endif
