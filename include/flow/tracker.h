/*
 * Where parcels are, kept up to what was filed and told; alerts where the next step is missing (tables tracking_*).
 *
 *   resting ──tracking.sweep_ms──> reading and gathering: what filings tell and releases, from the feed ──> reading parcels that are due ──> writing what
 *      ^                                                                                                                          they lack
 *      └────── as long as there is more: again at once ───────────────────────────────────────────────────────────────────────────────┘
 *
 * Each statement is bounded, and writes only what nobody has written meanwhile: gathering locks its place and passes on when another holds
 * it; a judgement counts only at the seq that was read. So any number of daemons may do it. While filings wait to be stored it stands back.
 */
#ifndef FLOW_TRACKER_H
#define FLOW_TRACKER_H

#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/vault.h"
#include "io/db.h"

struct tracker_conf {
	int sweep_ms, batch; /* batch: events gathered, and parcels judged, in one statement */
};

struct tracker_deps {
	struct loop *loop;
	struct db *db;
	const struct clock *clock;
	struct id_source *ids;
	struct vault *vault;
	bool (*is_busy)(void *arg);
	void *arg;
};

struct tracker;

struct tracker *tracker_new(const struct tracker_conf *conf, const struct tracker_deps *deps, struct fault *f) must_check;
void tracker_quiesce(struct tracker *t);
bool tracker_idle(const struct tracker *t);
void tracker_free(struct tracker *t); /* NULL allowed */

#endif
