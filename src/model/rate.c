#include "model/rate.h"

#include <assert.h>

#define MESSAGE INT64_C(1000000) /* per_s messages a second are per_s millionths a microsecond */

static int64_t price(const struct rate_limit *limit)
{
	return MESSAGE * limit->sharers;
}

/* Of all sharers together; one message each at least. */
static int64_t size(const struct rate_limit *limit)
{
	int burst = limit->burst > 0 ? limit->burst : limit->per_s / 10;

	return burst > limit->sharers ? MESSAGE * burst : price(limit);
}

/* What is missing by now. Divided before it is compared: a long pause fills any bucket and must not overflow. */
static int64_t missing_at(const struct rate *r, const struct rate_limit *limit, int64_t now_us)
{
	int64_t missing = r->missing > size(limit) ? size(limit) : r->missing, since_us = now_us - r->at_us;

	if (since_us <= 0)
		return missing;
	return since_us > missing / limit->per_s ? 0 : missing - since_us * limit->per_s;
}

bool rate_take(struct rate *r, const struct rate_limit *limit, int64_t now_us)
{
	int64_t missing;

	assert(limit->sharers > 0);
	if (limit->per_s <= 0)
		return true;
	missing = missing_at(r, limit, now_us);
	if (size(limit) - missing < price(limit))
		return false;
	*r = (struct rate){ .missing = missing + price(limit), .at_us = now_us };
	return true;
}

int64_t rate_wait_us(const struct rate *r, const struct rate_limit *limit, int64_t now_us)
{
	int64_t lacks;

	assert(limit->sharers > 0);
	if (limit->per_s <= 0)
		return 0;
	lacks = missing_at(r, limit, now_us) + price(limit) - size(limit);
	return lacks <= 0 ? 0 : (lacks + limit->per_s - 1) / limit->per_s;
}
