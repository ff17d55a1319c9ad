/*
 * What holds an authority's messages back, and what is known of how it does: one for each lane. No waiting, no clock.
 *
 *   maintenance > pause it asked for > breaker > in flight > rate          the first that says no counts
 *
 * Two clocks: what is compared with the loop is monotonic; what is told to people (outages, until when) is business time.
 */
#ifndef FLOW_GATE_H
#define FLOW_GATE_H

#include "model/rate.h"
#include "model/tally.h"
#include "store/rule_store.h"

#define GATE_STATES(X) \
	X(OPEN, "open") X(RECOVERING, "recovering") X(PROBING, "probing") X(CLOSED, "closed") X(PAUSED, "paused") X(MAINTENANCE, "maintenance")
enum gate_state {
#define X(id, name) GATE_##id,
	GATE_STATES(X)
#undef X
};
const char *gate_state_name(enum gate_state s);

enum { GATE_EVIDENCE_BYTES = 120 };

struct gate { /* begins zeroed */
	struct breaker breaker;
	struct rate rate;
	struct tally tally;
	int64_t paused_until_us;   /* monotonic: Retry-After of a 429 or 503 */
	bool in_maintenance;
	int64_t maintenance_ends_us;
	uint64_t throttled;        /* how often the rate said no */
	/* business time; 0: not so */
	int64_t failing_since_us;  /* silence or 5xx in a row since then */
	int64_t closed_since_us;   /* the breaker is open since then */
	int64_t reached_us;        /* the last answer below 500 */
	int failures;              /* in a row since failing_since */
	char evidence[GATE_EVIDENCE_BYTES]; /* what the last of them was */
};

struct gate_view { /* at one moment */
	const struct authority_conf *conf;
	int64_t now_us, business_us;
	int in_flight;
	int sharers;               /* of the rate; 0: not known yet, what has a rate waits */
};

/* Looks at the windows of maintenance: true when one has begun or ended since. */
bool gate_turned(struct gate *g, const struct gate_view *v) must_check;
enum gate_state gate_state(const struct gate *g, const struct gate_view *v);
/* Business time until which nothing goes, as far as is known: INT64_MIN: it is open; INT64_MAX: without an end. */
int64_t gate_until_us(const struct gate *g, const struct gate_view *v);
/* Would it be of use to fetch messages now? An open breaker whose pause is over asks for one. */
bool gate_wants(const struct gate *g, const struct gate_view *v, bool *one);

/* May one go now? Then it is counted. *is_probe: it is the breaker's. */
bool gate_take(struct gate *g, const struct gate_view *v, bool *is_probe) must_check;
/* May another message go in the same request? Only the rate has a say. */
bool gate_take_more(struct gate *g, const struct gate_view *v) must_check;
/* Where only the rate said no: how long until it says yes; 0: it is not the rate, something else will happen. */
int64_t gate_rate_wait_us(const struct gate *g, const struct gate_view *v);

struct gate_end {
	int http_status;           /* 0: no answer */
	int retry_after_s;         /* 0: none */
	int64_t elapsed_us;
	int messages;              /* in the request */
	struct text reason;        /* of a failure */
};
void gate_record(struct gate *g, const struct gate_view *v, const struct gate_end *e);
/* Was that an answer of the authority itself? 429 and 5xx are not. */
bool gate_reached(int http_status);

/* How many messages it can take within so long, by its limits and by how it did lately; at least max_in_flight. */
int64_t gate_capacity(const struct gate *g, const struct gate_view *v, int64_t within_us);

#endif
