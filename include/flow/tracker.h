/*
 * Where parcels are, kept up to what was filed and told; alerts where the next step is missing (tables tracking_*).
 *
 *   resting ──tracking.sweep_ms──> reading and gathering: what filings tell and releases, from the feed ──> reading parcels that are due ──> writing what
 *      ^                                                                                                                          they lack
 *      └────── as long as there is more: again at once ───────────────────────────────────────────────────────────────────────────────┘
 *
 * Each statement is bounded, and writes only what nobody has written meanwhile: gathering locks its place and passes on when another holds
 * it; a judgement counts only at the seq that was read. So any number of daemons may do it. While filings pour in it stands back.
 */
#ifndef FLOW_TRACKER_H
#define FLOW_TRACKER_H

#include "flow/follower.h"

extern const struct follower_kind tracker_kind;

#endif
