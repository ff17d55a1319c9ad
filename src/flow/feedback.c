#include "flow/feedback.h"

#include "base/clock.h"

enum { BATCH = 200, PARAMS = 3 };

static const struct db_stmt count_stmt = {
	.name = "risk_feedback",
	.sql =
	"select greatest(risk_feedback($1::integer, date '1970-01-01' + $2::integer, $3::timestamptz),"
	"  sample_feedback($1::integer, date '1970-01-01' + $2::integer, $3::timestamptz))",
	.param_count = PARAMS,
	.flags = DB_WRITES,
};

struct feedback {
	struct follower base;
	struct db_param params[PARAMS];
};

static void on_counted(struct db_call *call, const struct db_answer *a)
{
	struct feedback *x = container_of(call, struct feedback, base.call);

	if (follower_is_good(&x->base, a))
		follower_rest(&x->base, db_get_int(a->results[0], 0, 0) == BATCH);
}

static void begin(struct follower *f)
{
	struct feedback *x = container_of(f, struct feedback, base);
	int64_t now_us = clock_now_us(f->deps.clock);

	x->params[0] = db_i32(&f->arena, BATCH);
	x->params[1] = db_i32(&f->arena, clock_day(now_us));
	x->params[2] = db_time(&f->arena, now_us);
	follower_ask(f, &count_stmt, x->params, on_counted);
}

const struct follower_kind feedback_kind = {
	.what = "results of inspections",
	.put_off_event = "feedback.put_off",
	.bytes = sizeof(struct feedback),
	.step_bytes = 4096,
	.stands_back = true,
	.begin = begin,
};
