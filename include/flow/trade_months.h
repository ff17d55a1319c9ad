/*
 * What of each merchant was released, month by month: counts and values; table trade_month. It is what a bank may read with consent. Beside it
 * which goods each release had; table goods_release. It is what a recall finds its parcels by.
 *
 *   resting ──feed.digest_ms──> reading releases from where the last step ended ──> writing ──> resting, or the next step at once
 *
 * As with the digests one statement writes what a step adds and where the next one begins, guarded by where this one began. While
 * filings wait to be stored it stands back.
 */
#ifndef FLOW_TRADE_MONTHS_H
#define FLOW_TRADE_MONTHS_H

#include "base/fault.h"
#include "base/vault.h"
#include "io/db.h"

struct trade_months_conf {
	int sweep_ms, batch; /* batch: events of a step */
};

struct trade_months_deps {
	struct loop *loop;
	struct db *db;
	struct vault *vault; /* orders are read */
	bool (*is_busy)(void *arg);
	void *arg;
};

struct trade_months;

struct trade_months *trade_months_new(const struct trade_months_conf *conf, const struct trade_months_deps *deps, struct fault *f) must_check;
void trade_months_quiesce(struct trade_months *t);
bool trade_months_idle(const struct trade_months *t);
void trade_months_free(struct trade_months *t); /* NULL allowed */

#endif
