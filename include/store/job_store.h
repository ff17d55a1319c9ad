/*
 * Jobs: batches of filings that are stored first and filed later, piece by piece.
 *
 *   put pieces … ─ put the job ─> waiting ─claim─> running (leased) ─record─> … ─> done
 *                                    └──────────────┴──cancel──> cancelled
 *
 * A claim takes one piece of the job whose turn it is; a record gives the job back. Whoever dies leaves a lease that
 * runs out. A record counts only while its lease stands, so a piece that two daemons filed is recorded once.
 * Times of jobs are business time; leases and turns are the database's.
 */
#ifndef STORE_JOB_STORE_H
#define STORE_JOB_STORE_H

#include "base/vault.h"
#include "io/db.h"
#include "store/client_store.h"

struct job_lines { /* the lines of a piece */
	struct text body;
	int first, last; /* their numbers in what was sent */
	int count;       /* of those that hold something */
};

/* How many jobs of this client are not finished: one row, one number. params: 1. */
void job_store_open(struct db_param *params, struct arena *a, int client_id, struct db_call *call);

struct job_pieces { /* the next ones of a job that is being stored */
	struct id job;
	int from;         /* number of the first of them */
	const struct job_lines *list;
	int count;
	struct db_param params[7];
};
/* Bodies are encrypted into the arena. False: it is full, or nothing can be encrypted. */
bool job_store_put_pieces(struct job_pieces *p, struct vault *v, struct arena *a, struct db_call *call) must_check;

struct job_new {
	struct id id;
	int client_id, lines, pieces;
	int64_t now_us;
	struct text base;
	bool chinese, iso; /* language of its results; currencies and countries came as ISO codes */
	struct db_param params[9];
};
/* Answers one row: the job as callers see it. */
void job_store_put(struct job_new *j, struct arena *a, struct db_call *call);

struct job_claim {
	struct id lease;
	struct db_param params[3];
};
void job_store_claim(struct job_claim *c, struct arena *a, int lease_s, int64_t now_us, struct db_call *call);

struct job_piece { /* what was claimed */
	struct id job;
	int number;                /* of the piece */
	int tries;                 /* how often it was claimed, this time included */
	struct job_lines lines;
	struct text base;
	bool chinese, iso; /* language of its results; currencies and countries came as ISO codes */
	bool client_is_good;       /* not disabled, expired or gone; in production live */
	struct client client;      /* id, role, codes, and which of its messages must be signed */
};
/* Into the arena. False: no job waits (out->lines.count 0), the arena is full, or the piece cannot be read (FAULT_DAMAGED). */
bool job_claim_read(const struct db_answer *answer, struct vault *v, struct arena *a, struct job_piece *out, struct fault *f) must_check;

struct job_record {
	struct id job, lease;
	int piece, good, bad;
	struct text results;       /* NDJSON, a line for each of the piece's lines */
	int64_t now_us;
	struct db_param params[9];
};
/* Answers the job's state, its lines and bad ones; no row: the lease was lost. */
enum { JOB_RECORD_STATE, JOB_RECORD_LINES, JOB_RECORD_BAD };
bool job_store_record(struct job_record *c, struct vault *v, struct arena *a, struct db_call *call) must_check;
/* The results of a piece, as a row of job_piece holds them. */
bool job_store_open_results(struct vault *v, struct arena *a, const struct id *job, int piece, struct text sealed, struct text *out, struct fault *f)
	must_check;

/* Removes jobs that ended before ended_us, and pieces left of before begun_us whose job was never stored. params: 2. */
void job_store_expire(struct db_param *params, struct arena *a, int64_t ended_us, int64_t begun_us, struct db_call *call);

#endif
