/*
 * How many messages a second an authority takes: a bucket that fills evenly and holds a burst. Pure, whole numbers only.
 *
 * The limit is the authority's, for all who send together: each of `sharers` has its part of the filling and of the burst
 * (but never less than one message of it, or a small burst among many would let nobody send).
 */
#ifndef MODEL_RATE_H
#define MODEL_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct rate_limit {
	int per_s;   /* 0: no limit */
	int burst;   /* at once, after a pause; 0: a tenth of a second's worth */
	int sharers; /* at least 1 */
};

struct rate { /* begins zeroed: full */
	int64_t missing; /* of a full bucket, in millionths of a message, times sharers */
	int64_t at_us;   /* monotonic, when that was */
};

/* May one go now? Then it is taken. */
bool rate_take(struct rate *r, const struct rate_limit *limit, int64_t now_us) must_check;
/* How long until rate_take() says yes; 0: now. */
int64_t rate_wait_us(const struct rate *r, const struct rate_limit *limit, int64_t now_us);

#endif
