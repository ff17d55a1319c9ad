/* When steps begin and how they end; what they do is their kind's. */
#include "flow/follower.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define LOOK_US 5000 /* how often a taken turn is looked at */

enum { RESTS_A_STEP = 19 }; /* as long as the step took, each */

static loop_timer_fn on_sweep;

static void leave_turn(struct follower *f)
{
	int64_t now_us = loop_now_us(f->deps.loop);

	if (f->has_turn)
		*f->deps.turn = (struct follower_turn){ .free_us = now_us + RESTS_A_STEP * (now_us - f->begun_us) };
	f->has_turn = false;
}

/* *wait_us: when to ask again. */
static bool take_turn(struct follower *f, int64_t *wait_us)
{
	struct follower_turn *turn = f->deps.turn;

	*wait_us = turn->is_taken ? LOOK_US : turn->free_us - loop_now_us(f->deps.loop);
	if (*wait_us > 0)
		return false;
	turn->is_taken = f->has_turn = true;
	return true;
}

static void end_step(struct follower *f, bool at_once)
{
	arena_done(&f->arena);
	f->at_work = false;
	leave_turn(f);
	if (!f->quiesced)
		loop_timer_set(f->deps.loop, &f->sweep, at_once ? 0 : (int64_t)f->conf.sweep_ms * 1000, on_sweep);
}

void follower_rest(struct follower *f, bool is_more)
{
	f->has_failed = false;
	if (!is_more)
		f->behind_since_us = 0;
	end_step(f, is_more);
}

void follower_put_off(struct follower *f, const char *where, const char *why)
{
	if (!f->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, f->kind->put_off_event, "%s: %s", where, why);
	f->has_failed = true;
	end_step(f, false);
}

bool follower_is_good(struct follower *f, const struct db_answer *a)
{
	if (a->outcome == DB_DONE)
		return true;
	follower_put_off(f, db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	return false;
}

void follower_send(struct follower *f, db_done_fn *then)
{
	if (f->arena.full)
		follower_put_off(f, f->call.stmts[0].stmt->name, "no memory");
	else
		db_start(f->deps.db, &f->call, then);
}

void follower_ask(struct follower *f, const struct db_stmt *stmt, const struct db_param *params, db_done_fn *then)
{
	db_call_init(&f->call);
	db_call_add(&f->call, stmt, params);
	follower_send(f, then);
}

static void on_sweep(struct loop_timer *t)
{
	struct follower *f = container_of(t, struct follower, sweep);
	int64_t wait_us;

	if (f->behind_since_us == 0)
		f->behind_since_us = loop_now_us(f->deps.loop);
	if (f->kind->stands_back && f->deps.is_busy(f->deps.arg) && !take_turn(f, &wait_us)) {
		loop_timer_set(f->deps.loop, &f->sweep, wait_us, on_sweep);
		return;
	}
	f->begun_us = loop_now_us(f->deps.loop);
	f->at_work = true;
	f->kind->begin(f);
}

struct follower *follower_new(const struct follower_kind *kind, const struct follower_conf *conf, const struct follower_deps *deps, struct fault *f)
{
	struct follower *made = calloc(1, kind->bytes);

	if (made == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for %s", kind->what);
		return NULL;
	}
	made->kind = kind;
	made->conf = *conf;
	made->deps = *deps;
	arena_init(&made->arena, kind->step_bytes);
	loop_timer_set(deps->loop, &made->sweep, 0, on_sweep);
	return made;
}

void follower_quiesce(struct follower *f)
{
	f->quiesced = true;
	loop_timer_clear(f->deps.loop, &f->sweep);
}

bool follower_is_idle(const struct follower *f)
{
	return !f->at_work;
}

struct text follower_name(const struct follower *f)
{
	return (struct text){ f->kind->put_off_event, strcspn(f->kind->put_off_event, ".") };
}

int64_t follower_behind_us(const struct follower *f)
{
	return f->behind_since_us == 0 ? 0 : loop_now_us(f->deps.loop) - f->behind_since_us;
}

void follower_free(struct follower *f)
{
	if (f == NULL)
		return;
	loop_timer_clear(f->deps.loop, &f->sweep);
	db_cancel(f->deps.db, &f->call);
	arena_done(&f->arena);
	free(f);
}
