/*
 * One message to one authority: what an attempt's end means, when to try again,
 * and when to leave an authority alone (breaker). Pure.
 */
#ifndef MODEL_DELIVERY_H
#define MODEL_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "model/authority.h"

/* In the database: waiting (an older version's outcome is not known), due (to be sent or sent again), sent, dead. */
#define DELIVERY_STATES(X) X(WAITING, "waiting") X(DUE, "due") X(SENT, "sent") X(DEAD, "dead")
enum delivery_state {
#define X(id, name) DELIVERY_##id,
	DELIVERY_STATES(X)
#undef X
	DELIVERY_STATE_COUNT
};
const char *delivery_state_name(enum delivery_state s);
bool delivery_state_by_name(struct text t, enum delivery_state *out) must_check;

/* Stable over retries: id_of_key_in(bucket of the declaration, 'M', declaration, authority, version). */
struct id delivery_message_id(const struct id *declaration, enum authority a, int version);

struct delivery_policy { /* table authority */
	int attempts_max;        /* then dead */
	int64_t first_wait_us, longest_wait_us;
	int breaker_failures;    /* in a row, then the breaker opens */
	int64_t breaker_us;      /* for so long; then one probe */
};

enum delivery_fate { FATE_SENT, FATE_AGAIN, FATE_DEAD };
/* http_status 0: no answer. A refusal for what the message says (400 404 409 410 413 415 422) is dead; 401 403 408 425 429 5xx and
 * silence are tried again, until attempts are used up. attempts 0: this one does not count (a probe of an authority that is away
 * says nothing about the message). */
enum delivery_fate delivery_judge(const struct delivery_policy *p, int http_status, int attempts);
/* Doubling up to the longest, plus up to a quarter of jitter; never earlier than retry_after_s asks. */
int64_t delivery_wait_us(const struct delivery_policy *p, int attempts, int retry_after_s, uint64_t random);

/*
 * Leaves an authority alone that has failed several times in a row: after the pause one probe goes, and only when that is
 * answered others follow, two at once, then one more with each answer, until the usual limit is reached. A failure on the
 * way halves them.
 */
struct breaker {
	int failures;          /* in a row */
	int64_t open_until_us; /* monotonic; 0: closed */
	int ramp;              /* how many may be under way while it recovers; 0: as many as the limit says */
	bool probing;
};
/* May one more be sent now, with so many under way? While open: one probe after the pause. */
bool breaker_admits(struct breaker *b, int in_flight, int64_t now_us) must_check;
void breaker_record(struct breaker *b, const struct delivery_policy *p, bool reached, int64_t now_us);
/* It was left alone for another reason (maintenance): it gets its first messages one by one too. */
void breaker_ease(struct breaker *b);

#endif
