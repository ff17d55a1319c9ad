/* Table dispatcher and what is concluded from it: outages, and how many workers share an authority. */
#ifndef STORE_DISPATCHER_STORE_H
#define STORE_DISPATCHER_STORE_H

#include "io/db.h"
#include "model/authority.h"
#include "model/tally.h"

struct dispatcher_row { /* business times; INT64_MIN: none */
	enum authority authority;
	const char *state;
	int in_flight, queued;
	const struct tally_sum *lately;
	int64_t until_us;          /* left alone until then; INT64_MAX: without an end */
	int64_t failing_since_us, closed_since_us, reached_us;
	int failures;
	struct text evidence;
	bool is_away;              /* its breaker is open, and not for maintenance */
};

/* One row: workers that are alive, this one included; codes of outages that began and that ended with this call, parted by commas. */
enum { DISPATCHER_WORKERS, DISPATCHER_BEGAN, DISPATCHER_ENDED };

enum { DISPATCHER_PARAMS = 18 };
struct dispatcher_tell {
	struct id worker;
	struct db_param params[DISPATCHER_PARAMS];
};
/* live_s: who has told nothing for longer is no more. Rows and what they point to live until the call has ended. */
void dispatcher_store_tell(struct dispatcher_tell *t, struct arena *a, const struct dispatcher_row *rows, int count, int live_s, int64_t now_us,
                           struct db_call *call);

#endif
