/*
 * Signatures that were refused, by client and minute: counted in memory, added to the database every quality.flush_ms (store/flusher),
 * as a signal for the risk rules (R-NET-01, sql/migrations/0027_alarms.sql). Whoever signs well is not touched by it.
 *
 * One per worker. It holds numbers of clients alone, nothing of what was signed; what finds no place is left out, and told by a metric. A crash
 * loses counts of the last flush.
 */
#ifndef STORE_SIGNATURE_FAILURES_H
#define STORE_SIGNATURE_FAILURES_H

#include "base/clock.h"
#include "base/fault.h"
#include "io/db.h"

struct signature_failures_deps {
	struct loop *loop;
	struct db *db;
	const struct clock *clock;
};

struct signature_failures_stats {
	uint64_t counted, left_out; /* left_out: of these; no place for them, or it is not known whether they were written */
	int waiting;                /* counters in memory */
};

struct signature_failures;

struct signature_failures *signature_failures_new(int flush_ms, const struct signature_failures_deps *deps, struct fault *f) must_check;
/* NULL allowed: nobody counts. was_taken: the same signature had been taken before. */
void signature_failures_count(struct signature_failures *x, int client_id, bool was_taken);
/* What is counted is written now, and nothing by itself any more. */
void signature_failures_quiesce(struct signature_failures *x);
/* Nothing is under way, and nothing is left or the database does not take it. */
bool signature_failures_idle(const struct signature_failures *x);
void signature_failures_stats_get(const struct signature_failures *x, struct signature_failures_stats *out);
void signature_failures_free(struct signature_failures *x); /* NULL allowed */

#endif
