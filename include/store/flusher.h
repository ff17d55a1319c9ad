/*
 * Counting in memory, adding to the database now and then.
 *
 *   counting ──every_ms, and when it ends──► sending: one statement ──► empty
 *      ▲                                        └──(not stored)──► the same again at the next flush
 *      └── goes on meanwhile
 *
 * The two halves change places at each flush. Where it is not known whether a half was added it is not added again: a count too few does
 * nobody wrong. Whoever counts embeds a flusher, and begins each of its halves with a flush_half.
 */
#ifndef STORE_FLUSHER_H
#define STORE_FLUSHER_H

#include "base/arena.h"
#include "io/db.h"

enum { FLUSHER_PARAMS_MAX = 12 };

struct flush_half {
	int count; /* of its counters */
};

struct flusher;

struct flusher_kind {
	const char *not_written_event; /* event when a flush fails; once, until one succeeds */
	const struct db_stmt *stmt;
	/* The half's counters as the statement's values, in the flusher's arena. */
	void (*fill)(struct flusher *f, struct flush_half *sending);
	/* Its counters were added, or (good is false) are given up: count them so and empty the half. */
	void (*over)(struct flusher *f, struct flush_half *sending, bool good);
};

struct flusher {
	const struct flusher_kind *kind;
	struct loop *loop;
	struct db *db;
	int every_ms;
	struct flush_half *counting; /* for whoever counts */
	struct arena arena;          /* of the flush under way */
	struct db_param params[FLUSHER_PARAMS_MAX];
	/* flusher.c's own */
	struct flush_half *sending;
	struct loop_timer timer;
	struct db_call call;
	bool asking, quiesced, has_failed;
};

/* Its kind, loop, db and every_ms are set, the rest is zero. arena_bytes: the most that a full half's values take. */
void flusher_begin(struct flusher *f, struct flush_half *one, struct flush_half *other, size_t arena_bytes);
/* What is counted is written now, and nothing by itself any more. */
void flusher_quiesce(struct flusher *f);
bool flusher_is_idle(const struct flusher *f); /* nothing is under way, and nothing is left or the database does not take it */
int flusher_waiting(const struct flusher *f);  /* counters in memory */
void flusher_end(struct flusher *f);           /* was begun or is zeroed */

#endif
