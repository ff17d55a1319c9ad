/*
 * What the HTTP side of all workers counts together: limits hold, and numbers are told, for the daemon, whichever worker a connection
 * reaches. Any thread.
 */
#ifndef API_SHARED_H
#define API_SHARED_H

#include "base/attr.h"
#include "base/fault.h"

struct address_rate;
struct api_metrics;
struct quotas;

struct api_shared {
	struct quotas *quotas;           /* what clients used of their limits */
	struct address_rate *trace_rate; /* of the public query */
	struct api_metrics *counters;    /* of the routes */
};

bool api_shared_make(struct api_shared *s, int trace_per_minute, struct fault *f) must_check;
void api_shared_free(struct api_shared *s); /* also what was made in part, or not at all but zeroed */

#endif
