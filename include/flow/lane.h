/*
 * One authority's messages on their way: queued, in requests, recording. Private to dispatch, which fills it.
 *
 *   lane_add ──> queued ──(the gate says yes: flow/gate.h)──> bundle ──> recorded
 *
 * What is added in one turn of the loop goes together. What waited in memory longer than half its lease is dropped: its row is
 * still due and is claimed again.
 */
#ifndef FLOW_LANE_H
#define FLOW_LANE_H

#include "flow/bundle.h"
#include "flow/flow_priv.h"
#include "flow/gate.h"
#include "flow/report.h"

struct lane_shared { /* by all lanes of a worker */
	struct flow *flow;
	struct dispatch_calls calls;
	struct report *report;
	int alive; /* attempts that exist */
};

struct lane {
	struct lane_shared *shared;
	enum authority authority;
	struct attempt *head, *tail; /* queued */
	struct attempt *going;       /* sending or recording */
	int queued, in_flight;       /* in_flight: requests */
	struct gate gate;
	struct loop_timer turn;      /* when the rate lets the next one go */
	struct loop_task soon;       /* what came in this turn goes together */
};

void lane_init(struct lane *l, struct lane_shared *shared, enum authority a);
void lane_free(struct lane *l);
struct gate_view lane_view(const struct lane *l);
void lane_add(struct lane *l, const struct attempt_claim *claim); /* copied; without memory its lease mends it */
void lane_pump(struct lane *l); /* sends what may go now */

#endif
