/*
 * Now and then: how far the quiet streams are is stored, what nobody needs any more goes, and what waits is counted.
 */
#include "flow/push_priv.h"

#define KEEP_EVERY_US (10 * US_PER_S)
#define ORPHANS_US    US_PER_DAY

static db_done_fn on_kept;

void push_keep(struct push *p)
{
	struct arena *a = &p->keep_arena;
	int64_t now_us = clock_now_us(p->deps.clock);
	struct db_param *params;

	if (p->keeping || loop_now_us(p->deps.loop) - p->kept_us < KEEP_EVERY_US)
		return;
	p->kept_us = loop_now_us(p->deps.loop);
	p->store_all = true;
	push_arm_flush(p);
	params = arena_zalloc(a, sizeof(*params) * PUSH_KEEP_PARAMS);
	if (params == NULL)
		return;
	params[0] = db_time(a, now_us - (int64_t)p->conf.log_hours * US_PER_HOUR);
	params[1] = db_time(a, now_us - ORPHANS_US);
	p->keeping = true;
	db_call_init(&p->keep_call);
	db_call_add(&p->keep_call, &push_clean, params);
	db_call_add(&p->keep_call, &push_count, NULL);
	db_start(p->deps.db, &p->keep_call, on_kept);
}

static void on_kept(struct db_call *call, const struct db_answer *answer)
{
	struct push *p = container_of(call, struct push, keep_call);

	p->keeping = false;
	if (answer->outcome == DB_DONE) {
		p->stats.failed_waiting = db_get_int(answer->results[1], 0, 0);
		p->stats.subscriptions_disabled = db_get_int(answer->results[1], 0, 1);
	}
	arena_done(&p->keep_arena);
}
