/*
 * One try at handing one message to one authority, from its claim to its recorded end.
 *
 *   new ──> (queued) ──> in a request (flow/bundle) ──> recording ──> over
 *                              └──> queued again, to go alone
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
#include "standard/answer.h"

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
	struct inbox *inbox;
	const struct clock *clock;
	struct id_source *ids;
	struct signer *signer; /* the gateway's key, for authorities with which no secret is shared; NULL: those messages go unsigned */
	/* An answer to this very message; false: it goes to the inbox as the others do. */
	bool (*on_answer)(void *arg, struct inbox_item *item, inbox_done_fn *on_done);
	void (*on_over)(void *arg, struct attempt *t, bool recorded); /* else given up: its lease mends it; it dies after this */
	void *arg;
};

struct attempt *attempt_new(const struct attempt_deps *deps, const struct attempt_claim *claim) must_check; /* NULL: no memory */
const struct attempt_claim *attempt_claim(const struct attempt *t);
struct attempt_links { struct attempt *next, *prev; };
struct attempt_links *attempt_links(struct attempt *t); /* the owner's */
/* Only one that is not recording, or when the loop has ended. */
void attempt_free(struct attempt *t);

/* It goes with a request, whose memory must stay as long as the attempt: let_go is called when it is over or freed. */
typedef void attempt_let_go_fn(void *request);
void attempt_goes_with(struct attempt *t, void *request, attempt_let_go_fn *let_go);
/* The request was refused for what some of it says: this one goes by itself from now on, and is with no request any more. */
void attempt_goes_alone(struct attempt *t);
bool attempt_is_alone(const struct attempt *t);

bool attempt_is_about(const struct attempt *t, const struct authority_answer *a); /* an answer to this very message */

struct attempt_end { /* what came of its request */
	const struct delivery_policy *policy;
	enum delivery_fate fate;
	struct text reason;               /* absent when sent */
	int retry_after_s;
	bool uncounted;                   /* it says nothing about the message: no attempt is used up */
	const struct authority_answer *const *answers; /* those that it has to record; only when sent */
	int answer_count;
};
/* Records it; on_over follows, at once or later. */
void attempt_end(struct attempt *t, const struct attempt_end *end);

#endif
