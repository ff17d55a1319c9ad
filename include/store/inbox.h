/*
 * What comes back from authorities, stored in batches: ends of attempts and answers.
 *
 * One call: raise the seq of the declarations that were answered and leave a work row, insert
 * the receipts that are new (a repeated one changes nothing), record how attempts ended where the lease
 * is still theirs (a dead one raises the seq too: a newer version may wait for it). What arrives while a call is under
 * way goes into the next. The effect of an answer on the declaration is flow/assess's, from the stored rows: a crash in
 * between loses nothing.
 * on_done runs once, never inside inbox_submit(); there is no cancel.
 */
#ifndef STORE_INBOX_H
#define STORE_INBOX_H

#include "base/clock.h"
#include "base/crypto.h"
#include "base/vault.h"
#include "io/db.h"
#include "store/raised.h"
#include "model/clearance.h"
#include "model/delivery.h"

struct inbox;
struct inbox_item;

struct inbox_answer {
	enum authority authority;
	struct text reference;   /* customs: preNo; absent: declaration and version say it */
	struct id declaration;
	int version;
	struct text status;
	enum part_outcome outcome;
	enum answer_giver giver;
	int64_t at_us;
	struct sha256 digest;
	struct text info, body;
	struct text inventory_no; /* that customs gave; absent: none */
};

/* The same answer is the same id: authority, what it answers, status, its time and its digest (P4). */
struct id inbox_answer_id(const struct inbox_answer *w);
/* Its bytes as table authority_receipt holds them, under that id. */
bool inbox_seal_body(struct vault *v, struct arena *a, const struct id *id, struct text body, struct text *out) must_check;

struct inbox_end { /* how an attempt ended */
	struct id declaration;
	enum authority authority;
	int version;
	struct id lease;
	enum delivery_state state; /* SENT, DUE (again, at due_us) or DEAD */
	int attempts;
	int64_t due_us;
	struct text reason;        /* absent when sent */
};

enum inbox_outcome {
	INBOX_STORED,    /* also: an answer that was there already */
	INBOX_UNKNOWN,   /* no delivery of ours has that key */
	INBOX_TRY_AGAIN, /* certainly not stored, or not known: storing again is harmless */
};

typedef void inbox_done_fn(struct inbox_item *item);

struct inbox_item { /* embedded; texts are borrowed until on_done */
	bool has_end, has_answer;
	struct inbox_end end;
	struct inbox_answer answer;
	/* out */
	enum inbox_outcome outcome;
	bool repeat;
	bool is_first; /* no outcome of its delivery was known before: the judgement that follows notes that it was handed over */
	/* the batcher's own */
	inbox_done_fn *on_done;
	struct inbox_item *next;
};

struct inbox_deps {
	struct loop *loop;
	struct db *db;
	const struct clock *clock;
	int batch_limit, waiting_limit;
	struct vault *vault; /* bodies are encrypted in it */
	struct id_source *ids;
	int work_lease_s;
	int gather_ms; /* how long an item waits for company */
	/* Declarations whose answers are stored now, and the work row that holds them: a hint, the row is the safety net. */
	void (*on_stored)(void *arg, const struct raised *raised);
	void *arg;
};

struct inbox *inbox_new(const struct inbox_deps *deps, struct fault *f) must_check;
void inbox_free(struct inbox *b);
bool inbox_submit(struct inbox *b, struct inbox_item *item, inbox_done_fn *on_done) must_check; /* false: full */
bool inbox_idle(const struct inbox *b);

#endif
