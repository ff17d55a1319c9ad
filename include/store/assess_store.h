/*
 * Declarations read for judgement and the judgement written, each in one trip for a whole batch.
 */
#ifndef STORE_ASSESS_STORE_H
#define STORE_ASSESS_STORE_H

#include "base/crypto.h"
#include "base/vault.h"
#include "io/db.h"
#include "model/clearance.h"
#include "model/delivery.h"
#include "model/identity.h"
#include "store/inbox.h"

/* --- load: three results of one call, each ordered by declaration as asked --------------------------------- */
enum { ASSESS_DECLARATIONS, ASSESS_DELIVERIES, ASSESS_RECEIPTS };
enum { AD_PLACE, AD_PLATFORM, AD_ORDER_NO, AD_OPENED_AT, AD_SEQ, AD_INPUTS_JUDGED, AD_INPUTS, AD_WAYBILL_TAKEN, AD_VERDICT, AD_STATE, AD_VERSION,
       AD_BASIS, AD_WAIT_UNTIL, AD_DIRECTION, AD_TRADE_MODE, AD_MISSING, AD_FILINGS, AD_LINKED };
enum { AF_PLACE, AF_ID, AF_KIND, AF_ACTION, AF_REVISION, AF_KEY, AF_RECEIVED_AT, AF_DOCUMENT };
enum { AV_PLACE, AV_AUTHORITY, AV_VERSION, AV_STATE, AV_ATTEMPTS, AV_OUTCOME, AV_OUTCOME_AT, AV_ADRIFT, AV_WITHDRAWAL, AV_REFERENCE, AV_RETURN };
enum { AR_PLACE, AR_AUTHORITY, AR_VERSION, AR_OUTCOME, AR_AT, AR_GIVEN_BY };

/* ids sorted by bucket and id; places are 1-based positions in it. params lives with the call. */
struct assess_load {
	struct db_param params[2];
};
/* Two arrays, as statements that look up by key take them: buckets and ids. */
void assess_store_put_ids(struct db_param out[2], struct arena *a, const struct id *ids, int count);
void assess_store_load(struct assess_load *l, struct arena *a, const struct id *ids, int count, struct db_call *call);
/* The filings of these ids, in no order; AF_PLACE: the 1-based place of the id asked. */
void assess_store_filings(struct assess_load *l, struct arena *a, const struct id *filings, int count, struct db_call *call);

/* --- attested identities ------------------------------------------------------------------------------------- */
struct attested_query {
	struct db_param params[2];
};
/* Answers the places (1-based) whose hash is attested at now. */
void assess_store_attested(struct attested_query *q, struct arena *a, const struct identity_hash *hashes, int count, int64_t now_us,
                           struct db_call *call);

/* --- write ------------------------------------------------------------------------------------------------------ */
struct judgement { /* of one declaration; written only while its seq is still the one read */
	struct id declaration;
	int seq, inputs, version, version_read; /* written only while seq and version are those read */
	bool answered;                          /* answers come with it that were not stored before: an input, which raises seq */
	struct text direction, trade_mode;         /* may be absent */
	const char *verdict;
	struct text missing;                       /* array literal */
	enum declaration_state state;
	struct text basis;                         /* 32 bytes or absent */
	int64_t wait_until_us, released_us, todo_us; /* INT64_MIN: null; todo_us only when it is another than before */
	bool drop_todo;                            /* a todo row may be there and is over */
	struct text asks_identity;                 /* bytes of an identity_hash, or absent */
	bool has_decision;
	struct id decision;
	const char *stage;
	struct text rule_rows, filings, reasons;   /* two array literals and JSON */
	struct text lane, risk_rows, risk;         /* absent: no lane was chosen; the second an array literal, the third JSON */
};

struct new_delivery {
	struct id declaration, message_id, lease; /* lease null: left to the sweep */
	enum authority authority;
	int version;
	struct text reference;                    /* may be absent */
	enum delivery_state state;
	int queue_rank;                           /* 1 to 3: the lower goes first where many wait */
	const char *content_type;
	struct text body;
	size_t body_from;                         /* set when it is written */
};

struct new_answer { /* that came in the reply of a delivery in hand */
	struct id declaration;
	int version;
	const struct inbox_answer *answer;
};

struct part_change {
	struct id declaration;
	enum authority authority;
	int version;
	enum part_outcome outcome;
	int64_t outcome_us;                       /* INT64_MIN: null */
	bool go, contradicted;                    /* waiting or adrift → due; opens a case */
	bool heard;                               /* the authority has it, whatever its attempt recorded */
};

struct new_request { /* the declaration's new deliveries declare nothing: they take back what was declared, or ask for a return */
	struct id declaration, filing;            /* filing: which asks for it */
	bool returns;
};

enum { ASSESS_WRITE_PARAMS = 70 };
struct assess_write {
	const struct judgement *judgements; /* sorted by bucket and id */
	struct new_delivery *deliveries;
	const struct part_change *changes;
	const struct new_answer *answers;
	const struct new_request *requests;
	int judgement_count, delivery_count, change_count, answer_count, request_count;
	struct text joint;                  /* inspections and what is recognised, as JSON; absent as a rule: see assess_write.c */
	int64_t now_us;
	int lease_s;
	struct vault *vault;                /* documents and answers are encrypted in it */
	struct id id;                       /* of the row of documents, and of the work row that remembers whose deliveries are in hand */
	/* out */
	struct buf scratch;                 /* for what the log has of each row */
	struct sha256 documents_record;
	struct db_param params[ASSESS_WRITE_PARAMS];
};
/* The answer: one row per declaration that was still as read: its id. False: the arena is full, or nothing can be encrypted. */
bool assess_store_write(struct assess_write *w, struct arena *a, struct db_call *call) must_check;

/* --- sweep: what nobody has in hand --------------------------------------------------------------------------- */
extern const struct db_stmt assess_store_due;    /* $1 now, $2 lease seconds, $3 limit: ids to judge, from todo */
extern const struct db_stmt assess_store_left;   /* $1 lease seconds, $2 limit: work rows whose lease ran out: id, declaration ids */
extern const struct db_stmt assess_store_done;   /* $1 buckets, $2 ids: work rows of which all is judged */
extern const struct db_stmt assess_store_serial; /* the next block of a thousand preNo serials: its first */

#endif
