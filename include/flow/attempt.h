/*
 * One try at handing one message to one authority, from its claim to its recorded end.
 *
 *   new ──> (queued) ──> sending ──> recording ──> over
 *
 * No database connection is held while the peer thinks. If the end cannot be recorded nothing is lost: the lease runs
 * out and the message goes again under the same message id (P4). Of several answers in one reply the first is recorded
 * together with the end, after all others are: an end never stands without them. An answer to this very message is
 * itself the record of its end: it goes to the judgement in memory (assess), which stores it together with its effect and
 * marks the delivery as sent. All else goes to the inbox.
 */
#ifndef FLOW_ATTEMPT_H
#define FLOW_ATTEMPT_H

#include "base/arena.h"
#include "flow/flow_priv.h"

struct attempt;

struct attempt_claim { /* copied */
	enum authority authority;
	struct id declaration, message_id, lease;
	int version, attempts; /* this one included */
	const char *content_type;
	struct text body, reference; /* reference: customs' preNo, else absent */
	int64_t claimed_us;    /* monotonic */
	struct hand_work *held; /* the work row that remembers it; NULL: the database lists it */
};

struct attempt_deps {
	struct loop *loop;
	struct httpc *httpc;
	struct inbox *inbox;
	const struct clock *clock;
	struct id_source *ids;
	struct signer *signer; /* the gateway's key, for authorities with which no secret is shared; NULL: those messages go unsigned */
	/* An answer to this very message; false: it goes to the inbox as the others do. */
	bool (*on_answer)(void *arg, struct inbox_item *item, inbox_done_fn *on_done);
	void (*on_end)(void *arg, struct attempt *t, bool reached, enum delivery_fate fate, int64_t elapsed_us); /* the slot is free again */
	void (*on_over)(void *arg, struct attempt *t, bool recorded); /* else given up: its lease mends it; it dies after this */
	void *arg;
};

struct attempt *attempt_new(const struct attempt_deps *deps, const struct attempt_claim *claim) must_check; /* NULL: no memory */
/* Under the authority's settings as they are now; false: could not start, the attempt is as before. */
bool attempt_send(struct attempt *t, const struct authority_conf *conf) must_check;
const struct attempt_claim *attempt_claim(const struct attempt *t);
struct attempt_links { struct attempt *next, *prev; };
struct attempt_links *attempt_links(struct attempt *t); /* the owner's */
/* Only one that is not sending or recording, or when the loop has ended. */
void attempt_free(struct attempt *t);

#endif
