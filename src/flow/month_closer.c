/* A step closes one month; the hour of business time in which none was left to close is remembered. */
#include "flow/month_closer.h"

#include "base/log.h"

enum { PARAMS = 2 };

/* $1 now, $2 today. The month that was closed; null: none is to be closed. */
static const struct db_stmt close_stmt = {
	.name = "sender_month_close",
	.sql = "select sender_month_close($1::timestamptz, date '1970-01-01' + $2::integer)",
	.param_count = PARAMS,
	.flags = DB_WRITES,
};

struct month_closer {
	struct follower base;
	struct db_param params[PARAMS];
	int64_t asked_us, closed_hour;
};

static void on_closed(struct db_call *call, const struct db_answer *a)
{
	struct month_closer *m = container_of(call, struct month_closer, base.call);
	bool is_closed;

	if (!follower_is_good(&m->base, a))
		return;
	is_closed = !db_is_null(a->results[0], 0, 0); /* and perhaps the one after it is over, too */
	if (is_closed)
		log_event(NULL, LOG_LEVEL_NOTICE, "quality.closed", "a month of senders' data is closed");
	else
		m->closed_hour = m->asked_us / US_PER_HOUR;
	follower_rest(&m->base, is_closed);
}

static void begin(struct follower *f)
{
	struct month_closer *m = container_of(f, struct month_closer, base);

	m->asked_us = clock_now_us(f->deps.clock);
	if (m->asked_us / US_PER_HOUR == m->closed_hour) {
		follower_rest(f, false);
		return;
	}
	m->params[0] = db_time(&f->arena, m->asked_us);
	m->params[1] = db_i32(&f->arena, clock_day(m->asked_us));
	follower_ask(f, &close_stmt, m->params, on_closed);
}

const struct follower_kind month_closer_kind = {
	.what = "months of senders' data",
	.put_off_event = "quality.put_off",
	.bytes = sizeof(struct month_closer),
	.step_bytes = 4096,
	.stands_back = true,
	.begin = begin,
};
