/*
 * Questions to departments in the database (0014_lookups.sql): what is known, what is wanted, what becomes of a question.
 *
 * One question for a key at a time over all daemons: the table has one row for it, and who has its lease asks.
 */
#ifndef STORE_LOOKUP_STORE_H
#define STORE_LOOKUP_STORE_H

#include "base/crypto.h"
#include "io/db.h"
#include "model/lookup.h"

struct lookup_asked { /* what hangs on an answer; texts are borrowed until the call is over */
	const struct lookup_rule *rule;
	struct text key;
	struct id declaration;
};

/* --- before a declaration is judged -------------------------------------------------------------------------- */
enum { LK_PLACE, LK_ANSWER, LK_ASKED_AT, LK_VALID_UNTIL, LK_SHOWN_UNTIL, LK_FAILING, LK_ID };
struct lookup_known_query {
	struct db_param params[4];
};
/* A row for each in their order; LK_PLACE from 1. */
void lookup_store_known(struct lookup_known_query *q, struct arena *a, const struct lookup_asked *asked, int count, int64_t now_us, struct db_call *call);

/* --- after it --------------------------------------------------------------------------------------------------- */
struct lookup_want {
	struct db_param params[8];
};
/* They are asked, where no answer is good; who was answered, or given up on, since the judgement began is judged again. ids: one for each. */
void lookup_store_want(struct lookup_want *w, struct arena *a, const struct lookup_asked *asked, const struct id *ids, int count, int64_t now_us,
                       struct db_call *call);

/* --- asking ------------------------------------------------------------------------------------------------------- */
enum { LC_ID, LC_AUTHORITY, LC_QUESTION, LC_KEY, LC_DECLARATION, LC_PURPOSE, LC_ATTEMPTS, LC_KNOWN };
struct lookup_claim {
	struct id lease;
	struct db_param params[6];
};
struct lookup_room { /* how many of an authority's questions, and due by when */
	enum authority authority;
	int room;
	int64_t due_us;
};
/* With c->lease. */
void lookup_store_claim(struct lookup_claim *c, struct arena *a, const struct lookup_room *rooms, int count, int lease_s, int64_t now_us,
                        struct db_call *call);

/* $1 bucket, $2 declaration: the documents of its orders, newest first. */
extern const struct db_stmt lookup_store_orders;

struct lookup_end { /* of one question; what is not said is absent */
	struct id id, lease;
	int64_t now_us;
	/* answered */
	int64_t as_of_us;
	struct text kept;
	struct text identity;   /* the hash that is attested from now on, 32 bytes */
	bool is_back;           /* the authority failed before: what was put off is due now */
	enum authority authority;
	/* failed */
	int64_t again_us;
	bool gives_up;          /* unless a declaration waits for it */
	struct text reason;
	struct db_param params[6], wake[3], hasten[2];
};
/* Stored, and whoever waits for it is judged again. Who lost the lease changes nothing. */
void lookup_store_answered(struct lookup_end *e, struct arena *a, struct db_call *call);
/* Asked again later; those that may go on without, by their row or by an old answer, are judged again now. */
void lookup_store_failed(struct lookup_end *e, struct arena *a, struct db_call *call);
/* It was answered while it was written down (LC_KNOWN): who waits for it is judged again. */
void lookup_store_taken_back(struct lookup_end *e, struct arena *a, struct db_call *call);
/* Nobody can be asked that any more: a person whose order was changed. */
void lookup_store_dropped(struct lookup_end *e, struct db_call *call);

#endif
