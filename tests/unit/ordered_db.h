/*
 * A database that can be ordered to fail: the next call is not sent, or its answer is lost after it was stored.
 *
 * For tests that are linked with --wrap=db_start and --wrap=db_cancel (Makefile: *_torture_test).
 */
#ifndef TESTS_UNIT_ORDERED_DB_H
#define TESTS_UNIT_ORDERED_DB_H

#include "house_bench.h"

static struct { /* one order at a time */
	bool is_due;
	enum db_outcome outcome;
	struct db_call *call;
	db_done_fn *on_done;
	struct loop *loop;
	struct loop_task deliver;
} order;

void __real_db_start(struct db *d, struct db_call *call, db_done_fn *on_done);
void __wrap_db_start(struct db *d, struct db_call *call, db_done_fn *on_done);
void __real_db_cancel(struct db *d, struct db_call *call);
void __wrap_db_cancel(struct db *d, struct db_call *call);

static void tell(void)
{
	const struct db_answer answer = { .outcome = order.outcome, .detail = "as ordered" };

	order.on_done(order.call, &answer);
}

static void on_deliver(struct loop_task *t)
{
	(void)t;
	tell();
}

static void on_stored(struct db_call *call, const struct db_answer *a)
{
	(void)call;
	assert_int_equal(a->outcome, DB_DONE);
	tell();
}

void __wrap_db_start(struct db *d, struct db_call *call, db_done_fn *on_done)
{
	if (!order.is_due) {
		__real_db_start(d, call, on_done);
		return;
	}
	order.is_due = false;
	order.call = call;
	order.on_done = on_done;
	if (order.outcome == DB_UNCERTAIN)
		__real_db_start(d, call, on_stored);
	else
		loop_soon(order.loop, &order.deliver, on_deliver);
}

void __wrap_db_cancel(struct db *d, struct db_call *call)
{
	__real_db_cancel(d, call);
}

#endif
