/*
 * What the filings of each sender were refused or warned for: counted in memory, added to the database every
 * quality.flush_ms (store/flusher).
 *
 * One per worker. A counter has names for its key, never a value of a filing. Both halves have their limit: what finds no place is left out,
 * which is told by a metric and once by the log. A crash loses counts of the last flush, never a filing.
 */
#ifndef STORE_SENDER_QUALITY_H
#define STORE_SENDER_QUALITY_H

#include "base/clock.h"
#include "base/fault.h"
#include "io/db.h"
#include "model/field.h"
#include "model/rule.h"

struct sender_quality_conf {
	int flush_ms;
	int counters;   /* of each half */
};

struct sender_quality_deps {
	struct loop *loop;
	struct db *db;
	const struct clock *clock;
};

/* What is counted of a client's filings of a kind. */
struct sender_quality_key {
	int client_id;
	enum doc_kind kind;   /* DOC_KIND_COUNT: it could not be read */
	enum field field;     /* FIELD_NONE: the filing as a whole, or a member that is no field */
	int reason;           /* SENDER_QUALITY_FILING, sender_quality_rule() or sender_quality_fault() */
};
enum { SENDER_QUALITY_FILING = RULE_COUNT + FAULT_COUNT }; /* the filing itself, whatever is wrong with it */
static inline int sender_quality_rule(enum rule r) { return (int)r; }
static inline int sender_quality_fault(enum fault_code c) { return RULE_COUNT + (int)c; }

enum sender_quality_outcome { SENDER_QUALITY_ACCEPTED, SENDER_QUALITY_REFUSED, SENDER_QUALITY_WARNED, SENDER_QUALITY_OUTCOMES }; /* WARNED: beside ACCEPTED */

struct sender_quality_stats {
	uint64_t written, left_out; /* filings and faults counted */
	int waiting;                /* counters in memory */
};

struct sender_quality;

struct sender_quality *sender_quality_new(const struct sender_quality_conf *conf, const struct sender_quality_deps *deps, struct fault *f) must_check;
void sender_quality_count(struct sender_quality *q, const struct sender_quality_key *key, enum sender_quality_outcome outcome);
/* What is counted is written now, and nothing by itself any more. */
void sender_quality_quiesce(struct sender_quality *q);
/* Nothing is under way, and nothing is left or the database does not take it. */
bool sender_quality_idle(const struct sender_quality *q);
void sender_quality_stats_get(const struct sender_quality *q, struct sender_quality_stats *out);
void sender_quality_free(struct sender_quality *q); /* NULL allowed */

#endif
