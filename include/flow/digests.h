/*
 * Digests of what each client filed on a day: count, sum, Merkle root; table period_digest.
 *
 *   resting ──feed.digest_ms──> reading the feed from where the last step ended ──> writing ──> resting, or the next step at once
 *
 * One statement writes what a step adds and where the next one begins, guarded by where this one began: of several daemons that
 * take the same step one writes. While filings wait to be stored it stands back.
 */
#ifndef FLOW_DIGESTS_H
#define FLOW_DIGESTS_H

#include "base/fault.h"
#include "base/vault.h"
#include "io/db.h"

struct digests_conf {
	int sweep_ms, batch; /* batch: events of a step */
};

struct digests_deps {
	struct loop *loop;
	struct db *db;
	struct vault *vault; /* opens the documents of which an amount is summed */
	bool (*is_busy)(void *arg);
	void *arg;
};

struct digests;

struct digests *digests_new(const struct digests_conf *conf, const struct digests_deps *deps, struct fault *f) must_check;
void digests_quiesce(struct digests *d);
bool digests_idle(const struct digests *d);
void digests_free(struct digests *d); /* NULL allowed */

#endif
