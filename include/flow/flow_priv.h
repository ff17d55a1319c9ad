/* Private to flow/: what its rooms share. */
#ifndef FLOW_FLOW_PRIV_H
#define FLOW_FLOW_PRIV_H

#include "flow/flow.h"
#include "store/assess_store.h"

struct assess;
struct dispatch;
struct hand_work;

struct assess *assess_new(struct flow *fl) must_check;
void assess_hint(struct assess *s, const struct raised *r);
/* An answer to a delivery in hand (item->end says which): it is stored together with its effect; on_done as the inbox promises.
 * False: no room, or it stops. */
bool assess_answer(struct assess *s, struct inbox_item *item, inbox_done_fn *on_done) must_check;
/* A delivery that was handed over is over. */
void assess_release(struct assess *s, struct hand_work *held, bool recorded);
void assess_quiesce(struct assess *s);
bool assess_idle(const struct assess *s);
void assess_free(struct assess *s);

/* What dispatch tells upwards. */
struct dispatch_calls {
	/* An answer to a delivery in hand came in its reply; false: not taken, it goes to the inbox. */
	bool (*on_answer)(struct flow *fl, struct inbox_item *item, inbox_done_fn *on_done);
	/* What dispatch_take() was given with a delivery; recorded: what became of it is stored. */
	void (*on_over)(struct flow *fl, struct hand_work *held, bool recorded);
};
struct dispatch *dispatch_new(struct flow *fl, const struct dispatch_calls *calls) must_check;
bool dispatch_has_room(const struct dispatch *d, enum authority a);
/* Takes a delivery that was written with this daemon's lease; copies what it needs. */
void dispatch_take(struct dispatch *d, const struct new_delivery *v, struct hand_work *held);
void dispatch_kick(struct dispatch *d, enum authority a); /* something became due there: look soon */
bool dispatch_idle(const struct dispatch *d);
void dispatch_free(struct dispatch *d);

struct flow {
	struct flow_conf conf;
	struct flow_deps deps;
	struct assess *assess;
	struct dispatch *dispatch;
	struct flow_stats stats;
	bool quiescing;
};

#endif
