/*
 * Chance that repeats: whether a fault strikes is drawn from a seed and from what it would strike, never from the order in
 * which things come. The same seed and the same messages are the same faults, whatever else goes on. Pure.
 */
#ifndef MOCK_CHAOS_H
#define MOCK_CHAOS_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/text.h"
#include "model/authority.h"

enum { PER_MILLE = 1000 };

#define CHAOS_KINDS(X) \
	X(REFUSE,      "refuse")      /* 503 */ \
	X(LOSE_BEFORE, "lose_before") /* hangs without doing the work */ \
	X(LOSE_AFTER,  "lose_after")  /* does the work, then hangs */ \
	X(DROP_BEFORE, "drop_before") /* cuts the connection, without … */ \
	X(DROP_AFTER,  "drop_after")  /* … and after doing the work */ \
	X(WRONG,       "wrong")       /* a 200 whose body is no answer */ \
	X(CORRUPT,     "corrupt")     /* the answer, and its second half is missing */ \
	X(SLOW,        "slow")        /* up to slow_ms later */ \
	X(TWICE,       "twice")       /* later answers are posted twice */ \
	X(BACKWARDS,   "backwards")   /* later answers come in the opposite order */

enum chaos_kind {
#define X(id, name) CHAOS_##id,
	CHAOS_KINDS(X)
#undef X
	CHAOS_KIND_COUNT
};

struct chaos {
	int64_t seed;
	int per_mille[CHAOS_KIND_COUNT]; /* of the attempts (refuse … slow) or of the messages (twice, backwards) */
	int slow_ms;
};

/* 0 … 999 from a seed and what it is drawn for. */
int chance_draw(int64_t seed, struct text what, uint32_t salt);

/* Any of {"seed", "slow_ms", and the kinds, in thousandths}; what is not named stays. */
bool chaos_set(struct chaos *c, struct arena *a, struct text json, struct fault *f) must_check;
void chaos_put(struct buf *b, const struct chaos *c);
/* of: what it happens to (a message id); attempt: how often it came before, 0 for what befalls it once. */
bool chaos_strikes(const struct chaos *c, enum chaos_kind kind, enum authority a, struct text of, int attempt);
int chaos_slow_ms(const struct chaos *c, enum authority a, struct text of, int attempt); /* 0: not slow */

#endif
