/*
 * Numbers for the feed: asks the database again and again to number what was changed (feed_advance() of 0008_feed.sql).
 *
 *   resting ──feed.sweep_ms──> asking ──nothing left──> resting
 *                                └──more is there──> asking
 *
 * The lock lies in the database, so every daemon may ask: one numbers, the others are told that somebody is at it. Who dies in between
 * has numbered all or nothing, and any other goes on.
 */
#ifndef FLOW_SEQUENCER_H
#define FLOW_SEQUENCER_H

#include "base/fault.h"
#include "io/db.h"

struct sequencer_conf {
	int sweep_ms, batch; /* batch: rows of table change numbered in one go */
};

struct sequencer;

struct sequencer *sequencer_new(const struct sequencer_conf *conf, struct loop *loop, struct db *db, struct fault *f) must_check;
void sequencer_quiesce(struct sequencer *s); /* asks no more; what it has not numbered others do */
bool sequencer_idle(const struct sequencer *s);
void sequencer_free(struct sequencer *s);    /* NULL allowed */

#endif
