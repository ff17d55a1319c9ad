/*
 * Whoever is put on the negative list has all that is in process inspected (RULES 7.5).
 *
 *   listing_search ──a piece of table declaration at a time──► listing_hold: its open declarations
 *   listing_hold ──declared, and a version that was not asked for yet──► an answer of customs, "inspect", through the inbox
 *
 * The answer's time is stored before it is given, so the same one given twice is one: any daemon goes on where another stopped. A hold lasts
 * until its declaration or its listing is over, for what is declared again is inspected again.
 */
#ifndef FLOW_LISTING_H
#define FLOW_LISTING_H

#include "base/clock.h"
#include "base/fault.h"
#include "io/db.h"
#include "store/inbox.h"

struct listing_conf {
	int sweep_ms;
};

struct listing_deps {
	struct loop *loop;
	struct db *db;
	struct inbox *inbox;
	const struct clock *clock;
	bool (*is_busy)(void *arg);
	void *arg;
};

struct listing;

struct listing *listing_new(const struct listing_conf *conf, const struct listing_deps *deps, struct fault *f) must_check;
void listing_quiesce(struct listing *l);
bool listing_idle(const struct listing *l);
void listing_free(struct listing *l); /* NULL allowed */

#endif
