/* A step reads a piece of the feed; what is learnt of it stands in the database. */
#include "flow/price_learner.h"

enum { PIECE = 200 }; /* events */

static const struct db_stmt learn = {
	.name = "risk_prices_learn",
	.sql = "select risk_prices_learn($1::integer)",
	.param_count = 1,
	.flags = DB_WRITES,
};

struct price_learner {
	struct follower base;
	struct db_param params[1];
};

/* Never at once again: at a peak the function leaves out what is old, for a hundred prices are enough. */
static void on_learnt(struct db_call *call, const struct db_answer *a)
{
	struct price_learner *p = container_of(call, struct price_learner, base.call);

	if (follower_is_good(&p->base, a))
		follower_rest(&p->base, false);
}

static void begin(struct follower *f)
{
	struct price_learner *p = container_of(f, struct price_learner, base);

	p->params[0] = db_i32(&f->arena, PIECE);
	follower_ask(f, &learn, p->params, on_learnt);
}

const struct follower_kind price_learner_kind = {
	.what = "what goods cost",
	.put_off_event = "prices.put_off",
	.bytes = sizeof(struct price_learner),
	.step_bytes = 4096,
	.stands_back = true,
	.begin = begin,
};
