/*
 * The declarations that this daemon has in hand, the work rows they came from and the answers that came for them. Memory
 * only; no waiting.
 *
 *   take ──> queued ──next──> flying ──land──┬─ settled: gone; its work rows are one declaration nearer to done
 *              ^                             └─ again (something new came meanwhile, or the race was lost)
 *              └─────────────────────────────────┘
 *
 * Two queues: SOON for what can be decided now, LATER for declarations that still lack flows: those are likely to come,
 * and one judgement then does for all. What is LATER moves to SOON when its last flow or an answer arrives.
 * A work row is done when every declaration of it was settled after it was taken; one that could not be taken whole is
 * abandoned: it stays in the database, and the sweep finds it when its lease has run out. The work row of deliveries that
 * were handed over is held until each of them was recorded.
 * Answers stay with their declaration until it flies; of one that had to be let go they are stranded.
 */
#ifndef FLOW_HAND_H
#define FLOW_HAND_H

#include "base/attr.h"
#include "base/id.h"
#include "store/inbox.h"

struct hand;
struct hand_work;

struct hand *hand_new(int queue_limit) must_check; /* queue_limit: at most HAND_QUEUE_MAX */
void hand_free(struct hand *h);
enum { HAND_QUEUE_MAX = 12288, HAND_FLYING_MAX = 4096 }; /* of each queue */

enum hand_pace { HAND_SOON, HAND_LATER, HAND_PACE_COUNT };
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
bool hand_answer(struct hand *h, const struct id *declaration, struct inbox_item *item, int64_t now_us) must_check;
/* The answers of one that flies, linked by next: the caller's from now on. */
struct inbox_item *hand_take_answers(struct hand *h, const struct id *flying);
struct inbox_item *hand_take_stranded(struct hand *h);
void hand_strand_all(struct hand *h); /* of all that do not fly */

/* A work row that is done when count deliveries were released; one not recorded leaves it to the sweep. NULL: no room, the
 * sweep will find the row. */
struct hand_work *hand_hold(struct hand *h, const struct id *work, int count);
void hand_release(struct hand *h, struct hand_work *held, bool recorded); /* NULL: nothing */

bool hand_from_todo(const struct hand *h, const struct id *flying);
bool hand_from_work(const struct hand *h, const struct id *flying); /* a work row is served by it: whatever that stands for must be read */
void hand_again(struct hand *h, const struct id *flying); /* it must be judged once more */
void hand_land(struct hand *h, const struct id *flying, bool settled, int64_t now_us);

int hand_queued(const struct hand *h);
int hand_room(const struct hand *h);
/* Work rows that are done, to be deleted; then forget the first n of them. */
int hand_done_count(const struct hand *h);
const struct id *hand_done(const struct hand *h);
void hand_forget_done(struct hand *h, int n);

#endif
