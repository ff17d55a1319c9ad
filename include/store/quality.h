/*
 * What the filings of each sender were refused or warned for: counted in memory, added to the database every few seconds.
 *
 *   quality_count ──► counting ──quality.flush_ms, and when it ends──► sending: one statement ──► empty
 *                        ▲                                               └──(not stored)──► the same again at the next flush
 *                        └── goes on meanwhile
 *
 * One per worker. A counter has names for its key, never a value of a filing. Both halves have their limit: what finds no place is left out,
 * which is told by a metric and once by the log. A crash loses counts of the last flush, never a filing.
 */
#ifndef STORE_QUALITY_H
#define STORE_QUALITY_H

#include "base/clock.h"
#include "base/fault.h"
#include "io/db.h"
#include "model/field.h"
#include "model/rule.h"

struct quality_conf {
	int flush_ms;
	int counters;   /* of each half */
};

struct quality_deps {
	struct loop *loop;
	struct db *db;
	const struct clock *clock;
};

/* What is counted of a client's filings of a kind. */
struct quality_key {
	int client_id;
	enum doc_kind kind;   /* DOC_KIND_COUNT: it could not be read */
	enum field field;     /* FIELD_NONE: the filing as a whole, or a member that is no field */
	int reason;           /* QUALITY_FILING, quality_rule() or quality_fault() */
};
enum { QUALITY_FILING = RULE_COUNT + FAULT_COUNT }; /* the filing itself, whatever is wrong with it */
static inline int quality_rule(enum rule r) { return (int)r; }
static inline int quality_fault(enum fault_code c) { return RULE_COUNT + (int)c; }

enum quality_outcome { QUALITY_ACCEPTED, QUALITY_REFUSED, QUALITY_WARNED, QUALITY_OUTCOMES }; /* WARNED: beside ACCEPTED */

struct quality_stats {
	uint64_t written, left_out; /* filings and faults counted */
	int waiting;                /* counters in memory */
};

struct quality;

struct quality *quality_new(const struct quality_conf *conf, const struct quality_deps *deps, struct fault *f) must_check;
void quality_count(struct quality *q, const struct quality_key *key, enum quality_outcome outcome);
/* What is counted is written now, and nothing by itself any more. */
void quality_quiesce(struct quality *q);
/* Nothing is under way, and nothing is left or the database does not take it. */
bool quality_idle(const struct quality *q);
void quality_stats_get(const struct quality *q, struct quality_stats *out);
void quality_free(struct quality *q); /* NULL allowed */

#endif
