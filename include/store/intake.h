/*
 * Group commit: filings from many requests, one batch, one COMMIT (P1, P2).
 *
 *   submit ──> waiting ──flush──> sent ──┬─ stored ───────────────> done (STORED, REPEAT, CONFLICT)
 *                 ^                      ├─ bad data: halves again ─> done (REFUSED) for the culprit alone
 *                 └──── outcome unknown ─┘  same bytes, same ids; unresolved in time: UNKNOWN
 *
 * A flush takes half of all that is on its way (batch_limit filings at most) as soon as `company` of them wait and one of the two
 * flights that take turns is back; fewer go after flush_us when filings trickle, and by a beat when they pour: a commit costs as much
 * as the rows of a dozen filings. Changes, deletions and corrections after a rejection take the slow lane: read what is there,
 * decide, write on condition (store/revision).
 * on_done runs once per submission, never inside intake_submit(). There is no cancel: a request whose client
 * left stays until then, since its filings may be stored already.
 */
#ifndef STORE_INTAKE_H
#define STORE_INTAKE_H

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/vault.h"
#include "io/db.h"
#include "store/raised.h"
#include "store/recent.h"
#include "model/document.h"
#include "model/finding.h"

struct intake;
struct intake_submission;

enum intake_outcome {
	INTAKE_PENDING,
	INTAKE_STORED,    /* new; receipt is its own */
	INTAKE_REPEAT,    /* the same filing was there; receipt is the first one's, byte for byte */
	INTAKE_CONFLICT,  /* other content under the same key: first_id */
	INTAKE_REFUSED,   /* `rule` says why (revision too late, nothing to change), or the database refused the data (RULE_COUNT) */
	INTAKE_TRY_AGAIN, /* certainly not stored */
	INTAKE_UNKNOWN,   /* perhaps stored: the sender must send it again */
};

struct candidate { /* one node that passed every check */
	/* in: borrowed until on_done */
	enum doc_kind kind;
	enum direction direction;
	enum action action;
	struct id key; /* document_key_id(): carries the bucket */
	struct text business_key, filer, document, order_no, platform_code, carrier_code, waybill_no;
	struct sha256 doc_sha256;
	bool has_declaration, has_link;
	struct id declaration, link;
	/* out: valid inside on_done */
	enum intake_outcome outcome;
	enum rule rule;
	const struct finding *finding; /* REFUSED: more about it, in the submission's arena; NULL: the rule is all */
	struct text receipt;
	struct id first_id;
	/* the batcher's own */
	struct id id;
	int revision;
	struct intake_submission *of;
	struct candidate *twin; /* the next one of the same key in the same batch */
};

typedef void intake_done_fn(struct intake_submission *s);

struct intake_submission { /* embedded in the request */
	/* in */
	int client_id;
	const char *media_type;
	struct text body;
	struct sha256 body_sha256;
	struct candidate *candidates;
	int candidate_count; /* 1..NODES_MAX */
	struct arena *arena; /* of the request: receipts of a submission with several candidates are kept here */
	/* the batcher's own */
	intake_done_fn *on_done;
	struct intake *home;
	struct intake_submission *next;
	struct id id;
	int64_t submitted_us; /* monotonic */
	int pending;
};

struct intake_conf {
	int batch_limit;       /* filings in one flush */
	int waiting_limit;     /* filings waiting; beyond: refused at once (P6) */
	int flush_us;          /* how long a lone filing may wait for company when connections idle; 0: none */
	int beat_us, company;  /* batches of less than `company` leave at least this far apart */
	int give_up_ms;        /* an unknown outcome is resolved within this or becomes UNKNOWN */
	int flights;           /* batches under way at once: two, more where one is stuck */
	int work_lease_s;      /* how long a work row is left to this daemon's own judging */
};

struct intake_deps {
	struct loop *loop;
	struct db *db;
	const struct clock *clock;
	struct id_source *ids;
	struct signer *signer;
	struct recent *recent; /* gets what was stored; NULL: nobody wants it */
	struct vault *vault;   /* what is stored is encrypted in it */
	/* Called after a commit with the declarations to judge and the work row that holds them: a hint, the row is the
	 * safety net and is deleted when all are judged. */
	void (*on_stored)(void *arg, const struct raised *raised);
	void *arg;
};

struct intake *intake_new(const struct intake_conf *conf, const struct intake_deps *deps, struct fault *f) must_check;
void intake_free(struct intake *i);
/* False: full; nothing was taken, answer 503 with Retry-After. */
bool intake_submit(struct intake *i, struct intake_submission *s, intake_done_fn *on_done) must_check;
/* Less than half of what may wait does: for work that nobody waits for. */
bool intake_is_calm(const struct intake *i);
/* Filings pour in, and did a moment ago: work that can wait is put off. */
bool intake_is_busy(const struct intake *i);
bool intake_idle(const struct intake *i); /* nothing waits, nothing under way: for a clean stop */

struct intake_stats { uint64_t batches, batches_new /* written as if nobody had filed any of it before */, stored, repeats, conflicts, refused, unknown; int waiting, in_flight, last_batch; };
void intake_stats_get(const struct intake *i, struct intake_stats *out);

#endif
