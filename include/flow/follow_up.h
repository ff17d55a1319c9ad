/*
 * What comes after release and is due by itself: tax bills find their declarations, returns whose goods did not come back lapse
 * (tax_bills_bind() and goods_returns_lapse() of 0015_after_release.sql); and the risk rules learn what goods cost (0021_risk.sql).
 *
 *   resting ──flow.sweep_ms──> asking ──nothing left──> resting
 *                                └──more is there──> asking
 *
 * Locks lie in the database, so every daemon may ask; what one has begun the others leave to it.
 */
#ifndef FLOW_FOLLOW_UP_H
#define FLOW_FOLLOW_UP_H

#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/vault.h"
#include "io/db.h"

struct follow_up_deps {
	struct loop *loop;
	struct db *db;
	const struct clock *clock;
	struct id_source *ids;
	struct vault *vault; /* inventories are read */
	int sweep_ms;
};

struct follow_up;

struct follow_up *follow_up_new(const struct follow_up_deps *deps, struct fault *f) must_check;
void follow_up_quiesce(struct follow_up *u);
bool follow_up_idle(const struct follow_up *u);
void follow_up_free(struct follow_up *u); /* NULL allowed */

#endif
