#include "api/month.h"

int32_t month_first_day(int32_t day)
{
	char text[CLOCK_RFC3339_BYTES];

	clock_rfc3339((int64_t)day * US_PER_DAY - 8 * US_PER_HOUR, 0, text);
	return day - ((text[8] - '0') * 10 + (text[9] - '0') - 1);
}

int32_t month_back(int32_t first_day, int months)
{
	for (; months > 0; months--)
		first_day = month_first_day(first_day - 1);
	return first_day;
}

bool month_read(struct req *r, const char *name, int32_t *first_day, struct fault *f)
{
	struct text t = httpd_query(r->http, name);
	char first[11];
	int64_t us;

	if (t.at == NULL)
		return true;
	if (t.len == 7) {
		memcpy(first, t.at, 7);
		memcpy(first + 7, "-01", 4);
		if (clock_parse_date(text_of(first), &us)) {
			*first_day = clock_day(us);
			return true;
		}
	}
	return fault_set(f, FAULT_BAD_REQUEST, "%s is a month, such as 2026-03", name);
}
