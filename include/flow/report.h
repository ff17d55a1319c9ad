/*
 * What this worker knows of each authority, told to all others in table dispatcher every flow.report_ms and soon after something
 * turned; and what follows from all of them together: how many share an authority's rate, whether there is an outage.
 *
 * One statement. An outage begins when the breaker has been open for as long as table outage_rule says and no other worker
 * had an answer meanwhile: then one row in table outage, whoever is first; it ends with the first answer that anybody has.
 */
#ifndef FLOW_REPORT_H
#define FLOW_REPORT_H

#include "flow/flow_priv.h"
#include "flow/gate.h"

struct lane_look {
	struct gate_view view;
	const struct gate *gate;
	int queued;
};

struct report;
/* How an authority does just now; false: it is not connected. */
typedef bool report_look_fn(const void *lanes, enum authority a, struct lane_look *out);
struct report *report_new(struct flow *fl, report_look_fn *look, const void *lanes) must_check; /* NULL: no memory */
void report_free(struct report *r); /* NULL allowed */
void report_soon(struct report *r);
int report_sharers(const struct report *r); /* workers that send, this one included; 0: not known yet */

#endif
