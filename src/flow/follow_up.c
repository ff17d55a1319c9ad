/* When to ask; what is done stands in the database. */
#include "flow/follow_up.h"

#include <stdlib.h>

#include "base/log.h"

enum { PIECE = 1000 }; /* bills, events and returns looked at in one go */

static const struct db_stmt bind = {
	.name = "tax_bills_bind",
	.sql = "select bound, more from tax_bills_bind($1::integer, $2::timestamptz, $3::uuid)",
	.param_count = 3,
	.flags = DB_WRITES,
};
enum { COL_BOUND, COL_MORE };

static const struct db_stmt lapse = {
	.name = "goods_returns_lapse",
	.sql = "select goods_returns_lapse($1::integer, $2::timestamptz, $3::uuid)",
	.param_count = 3,
	.flags = DB_WRITES,
};

struct follow_up {
	struct follow_up_deps deps;
	struct loop_timer sweep;
	struct db_call call;
	struct arena arena;
	struct id batches[2]; /* of the changes that tell it */
	struct db_param params[2][3];
	bool asking, quiesced, has_failed; /* has_failed: the last one; told once */
};

static loop_timer_fn on_sweep;

static void rest(struct follow_up *u, int64_t for_us)
{
	if (!u->quiesced)
		loop_timer_set(u->deps.loop, &u->sweep, for_us, on_sweep);
}

static void on_asked(struct db_call *call, const struct db_answer *a)
{
	struct follow_up *u = container_of(call, struct follow_up, call);
	bool more = false;

	u->asking = false;
	if (a->outcome != DB_DONE && !u->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "follow_up.put_off", "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	u->has_failed = a->outcome != DB_DONE;
	if (a->outcome == DB_DONE) {
		bool bills_left = db_row_count(a->results[0]) == 1 && db_get_int(a->results[0], 0, COL_MORE) != 0;

		more = bills_left || db_get_int(a->results[1], 0, 0) == PIECE;
	}
	arena_done(&u->arena);
	rest(u, more ? 0 : (int64_t)u->deps.sweep_ms * 1000);
}

static void on_sweep(struct loop_timer *t)
{
	struct follow_up *u = container_of(t, struct follow_up, sweep);
	int64_t now_us = clock_now_us(u->deps.clock);

	for (int i = 0; i < 2; i++) {
		u->batches[i] = id_new(u->deps.ids, now_us, (int16_t)(id_random(u->deps.ids) % ID_BUCKETS));
		u->params[i][0] = db_i32(&u->arena, PIECE);
		u->params[i][1] = db_time(&u->arena, now_us);
		u->params[i][2] = db_id(&u->batches[i]);
	}
	if (u->arena.full) {
		arena_done(&u->arena);
		rest(u, (int64_t)u->deps.sweep_ms * 1000);
		return;
	}
	u->asking = true;
	db_call_init(&u->call);
	db_call_add(&u->call, &bind, u->params[0]);
	db_call_add(&u->call, &lapse, u->params[1]);
	db_start(u->deps.db, &u->call, on_asked);
}

struct follow_up *follow_up_new(const struct follow_up_deps *deps, struct fault *f)
{
	struct follow_up *u = calloc(1, sizeof(*u));

	if (u == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for what comes after release");
		return NULL;
	}
	u->deps = *deps;
	arena_init(&u->arena, 1024);
	rest(u, 0);
	return u;
}

void follow_up_quiesce(struct follow_up *u)
{
	u->quiesced = true;
	loop_timer_clear(u->deps.loop, &u->sweep);
}

bool follow_up_idle(const struct follow_up *u)
{
	return !u->asking;
}

void follow_up_free(struct follow_up *u)
{
	if (u == NULL)
		return;
	loop_timer_clear(u->deps.loop, &u->sweep);
	if (u->asking)
		db_cancel(u->deps.db, &u->call);
	arena_done(&u->arena);
	free(u);
}
