/*
 * Asking departments (model/lookup.h): what is due in table lookup_question goes out, what comes back is recorded, and whoever waits for it
 * is judged again. Private to flow.
 *
 *   due ──claimed with a lease, as many as each department's gate allows──> (a person: name and number are read) ──> sent ──> recorded
 *
 * Each department has a gate of its own for questions (flow/gate.h), with the limits of its deliveries; a slow one holds up nobody else.
 * Who dies leaves a lease that runs out, and the question is asked once more under the same Message-Id. What is no answer is asked again
 * with growing pauses; a question for which no declaration waits is given up when the attempts are used up.
 */
#ifndef FLOW_LOOKUPS_H
#define FLOW_LOOKUPS_H

#include "flow/flow_priv.h"
#include "flow/lookup_memory.h"

/* AUTHORITY_BITs of those that are connected for questions. */
unsigned lookups_connected(const struct rules *rules);
struct lookup_memory *lookups_memory(struct lookups *l);
void lookups_kick(struct lookups *l); /* something became due: look soon */

#endif
