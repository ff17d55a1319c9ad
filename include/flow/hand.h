/*
 * The declarations that this daemon has in hand, the work rows they came from and the answers that came for them. Memory
 * only; no waiting.
 *
 *   take ──> queued ──next──> flying ──land──┬─ settled: gone; its work rows are one declaration nearer to done
 *              ^                             └─ again (something new came meanwhile, or the race was lost)
 *              └─────────────────────────────────┘
 *
 * Three queues: SOON for what can be decided now, ANSWERED for declarations of which other authorities have yet to answer, LATER
 * for those that still lack flows: what is lacking is likely to come, and one judgement then does for all. When it has come the
 * declaration moves to SOON.
 * A work row (flow/hand_works.h) is done when every declaration of it was settled after it was taken; one that could not be taken
 * whole is abandoned. The work row of deliveries that were handed over is held until each of them was recorded.
 * Answers stay with their declaration until it flies; of one that had to be let go they are stranded.
 */
#ifndef FLOW_HAND_H
#define FLOW_HAND_H

#include "base/attr.h"
#include "base/id.h"
#include "flow/hand_works.h"
#include "store/inbox.h"

struct hand;

struct hand *hand_new(int queue_limit, struct hand_works *works) must_check; /* queue_limit: at most HAND_QUEUE_MAX; works outlives it */
void hand_free(struct hand *h);
enum { HAND_QUEUE_MAX = 12288, HAND_FLYING_MAX = 4096 }; /* of each queue */

enum hand_pace { HAND_SOON, HAND_ANSWERED, HAND_LATER, HAND_PACE_COUNT }; /* what comes with two goes by the sooner */
struct hand_when {
	int64_t now_us;
	const bool *later; /* for each; NULL: all soon */
};
/* work NULL: they come from todo. What does not fit is left to the sweep. */
void hand_take(struct hand *h, const struct id *work, const struct id *declarations, int count, const struct hand_when *when);
/* Those of one queue that wait since ripe_us or longer, at most max: they fly until hand_land(). */
int hand_next(struct hand *h, enum hand_pace pace, int64_t ripe_us, struct id *out, int max);
/* One of SOON waits since then or longer. */
bool hand_waits(const struct hand *h, int64_t since_us);
/* An answer for a declaration, which is taken with it. False: no room, neither was taken. */
bool hand_answer(struct hand *h, const struct id *declaration, struct inbox_item *item, enum hand_pace pace, int64_t now_us) must_check;
/* The answers of one that flies, linked by next: the caller's from now on. */
struct inbox_item *hand_take_answers(struct hand *h, const struct id *flying);
struct inbox_item *hand_take_stranded(struct hand *h);
void hand_strand_all(struct hand *h); /* of all that do not fly */

bool hand_from_todo(const struct hand *h, const struct id *flying);
bool hand_from_work(const struct hand *h, const struct id *flying); /* a work row is served by it: whatever that stands for must be read */
void hand_again(struct hand *h, const struct id *flying); /* it must be judged once more */
void hand_land(struct hand *h, const struct id *flying, bool settled, int64_t now_us);

int hand_queued(const struct hand *h);
int hand_room(const struct hand *h);

#endif
