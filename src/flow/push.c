/*
 * Its beat, and its life.
 *
 *   tick ─► do we lead? how far do feed and answers go? did a subscription change? ─► load, read, take what is due
 *
 * Who does not lead asks as often, and writes nothing.
 */
#include "flow/push.h"

#include <stdlib.h>

#include "base/log.h"
#include "flow/push_priv.h"
#include "store/query.h"

#define TICK_BYTES   4096u
#define PAGE_BYTES   65536u
#define LISTS_BYTES  ((size_t)1 << 20)
#define RECORD_BYTES ((size_t)64 << 20)

static push_go_on_fn go_on;
static loop_timer_fn on_tick;
static db_done_fn on_ticked, on_let_go;

/* --- the beat --------------------------------------------------------------------------------------------------------- */

static void lead(struct push *p, bool leads)
{
	if (leads == p->leads)
		return;
	p->leads = leads;
	p->load_wanted = leads;
	log_event(NULL, LOG_LEVEL_INFO, leads ? "push.leads" : "push.follows", "%s", leads ? "this daemon pushes events and receipts" : "another one pushes now");
	if (!leads)
		push_forget_all(p);
}

/* A number is raised before its change can be seen: the change is looked for once more at the next tick. */
static void look_for_changes(struct push *p, int64_t subscriptions, int64_t clients)
{
	if (subscriptions + clients != p->revision) {
		p->revision = subscriptions + clients;
		p->load_wanted = p->once_more = true;
	} else if (p->once_more) {
		p->once_more = false;
		p->load_wanted = true;
	}
	p->seen_revision = subscriptions;
}

static void on_ticked(struct db_call *call, const struct db_answer *answer)
{
	struct push *p = container_of(call, struct push, tick_call);
	const struct db_rows *r;

	p->ticking = false;
	if (answer->outcome == DB_DONE) {
		r = answer->results[0];
		lead(p, db_get_int(r, 0, LEAD_LEADS) != 0);
		look_for_changes(p, db_get_int(r, 0, LEAD_SUBSCRIPTIONS), db_get_int(r, 0, LEAD_CLIENTS));
		p->heads[PUSH_FEED].limit = db_get_int(r, 0, LEAD_WATERMARK);
		if (answer->count > 1)
			p->heads[PUSH_ANSWERS].limit = db_get_time(answer->results[1], 0, 0);
		p->leads_until_us = loop_now_us(p->deps.loop) + p->conf.lease_s * US_PER_S;
	} else if (loop_now_us(p->deps.loop) > p->leads_until_us) {
		lead(p, false);
	}
	arena_done(&p->tick_arena);
	if (p->quiesced)
		return;
	if (p->leads && answer->outcome == DB_DONE) {
		push_set_heads(p);
		if (p->load_wanted && !p->loading && !p->reading)
			push_load(p);
		push_due(p);
		push_keep(p);
		go_on(p);
	}
	loop_timer_set(p->deps.loop, &p->tick, (int64_t)p->conf.sweep_ms * 1000, on_tick);
}

/* Read as far as there is room, send as many as may be under way. */
static void go_on(struct push *p)
{
	push_pump(p);
	push_read_next(p);
}

/* The horizon of the answers is asked for by who leads, if anybody reads answers. */
static void on_tick(struct loop_timer *t)
{
	struct push *p = container_of(t, struct push, tick);
	struct arena *a = &p->tick_arena;
	struct db_param *params = arena_zalloc(a, sizeof(*params) * (PUSH_LEAD_PARAMS + 1));

	if (params == NULL)
		return;
	params[0] = db_id(&p->holder);
	params[1] = db_i32(a, p->conf.lease_s);
	params[2] = db_i32(a, p->conf.answers_lag_ms);
	p->ticking = true;
	db_call_init(&p->tick_call);
	db_call_add(&p->tick_call, &push_lead, params);
	if (p->leads && p->heads[PUSH_ANSWERS].readers > 0)
		db_call_add(&p->tick_call, query("receipts_horizon"), params + 2);
	db_start(p->deps.db, &p->tick_call, on_ticked);
}

/* --- life ------------------------------------------------------------------------------------------------------------- */

struct push *push_new(const struct push_conf *conf, const struct push_deps *deps, struct fault *f)
{
	struct push *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for pushing");
		return NULL;
	}
	p->conf = *conf;
	p->deps = *deps;
	p->go_on = go_on;
	p->holder = id_new(deps->ids, clock_now_us(deps->clock), 0);
	arena_init(&p->tick_arena, TICK_BYTES);
	arena_init(&p->load_arena, TICK_BYTES);
	arena_init(&p->read_arena, PAGE_BYTES);
	arena_init(&p->due_arena, LISTS_BYTES);
	arena_init(&p->record_arena, RECORD_BYTES);
	arena_init(&p->keep_arena, TICK_BYTES);
	loop_timer_set(deps->loop, &p->tick, 0, on_tick);
	return p;
}

/* What waits in memory stays unread. What is under way ends and is recorded; then another daemon may push at once. */
void push_quiesce(struct push *p)
{
	p->quiesced = true;
	loop_timer_clear(p->deps.loop, &p->tick);
	for (int i = 0; i < p->sub_count; i++)
		push_drop_queue(p->subs[i]);
	p->store_all = p->leads;
	push_record(p);
}

static void on_let_go(struct db_call *call, const struct db_answer *answer)
{
	struct push *p = container_of(call, struct push, tick_call);

	(void)answer; /* not stored: the lease runs out */
	p->letting_go = false;
	p->has_let_go = true;
	arena_done(&p->tick_arena);
}

static void let_go(struct push *p)
{
	struct db_param *params = arena_zalloc(&p->tick_arena, sizeof(*params));

	p->has_let_go = params == NULL;
	if (params == NULL)
		return;
	params[0] = db_id(&p->holder);
	p->letting_go = true;
	db_call_init(&p->tick_call);
	db_call_add(&p->tick_call, &push_let_go, params);
	db_start(p->deps.db, &p->tick_call, on_let_go);
}

bool push_idle(struct push *p)
{
	if (p->ticking || p->loading || p->reading || p->claiming || p->recording || p->keeping || p->letting_go || p->sending > 0)
		return false;
	if (p->ended_first != NULL || p->store_all) {
		push_record(p);
		return false;
	}
	if (p->quiesced && p->leads && !p->has_let_go) {
		let_go(p);
		return !p->letting_go;
	}
	return true;
}

void push_stats_get(const struct push *p, struct push_stats *out)
{
	*out = p->stats;
	out->in_flight = p->sending;
	out->leads = p->leads;
	if (!p->leads)
		out->failed_waiting = out->subscriptions_disabled = 0;
}

static void cancel_calls(struct push *p)
{
	struct { bool under_way; struct db_call *call; } calls[] = {
		{ p->ticking || p->letting_go, &p->tick_call }, { p->loading, &p->load_call },     { p->reading, &p->read_call },
		{ p->claiming, &p->due_call },                  { p->recording, &p->record_call }, { p->keeping, &p->keep_call },
	};

	for (size_t i = 0; i < COUNTOF(calls); i++)
		if (calls[i].under_way)
			db_cancel(p->deps.db, calls[i].call);
}

static void cancel_attempts(struct push *p, struct push_message *m)
{
	for (; m != NULL; m = m->newer)
		if (m->stage == PUSH_SENDING)
			httpc_cancel(p->deps.httpc, &m->http);
}

void push_free(struct push *p)
{
	struct arena *arenas[6];

	if (p == NULL)
		return;
	loop_timer_clear(p->deps.loop, &p->tick);
	loop_timer_clear(p->deps.loop, &p->flush_timer);
	cancel_calls(p);
	for (int i = 0; i < p->sub_count; i++) {
		struct push_sub *s = p->subs[i];

		for (int k = 0; k < PUSH_SOURCE_COUNT * 2; k++)
			cancel_attempts(p, s->streams[k / 2][k % 2].oldest);
		cancel_attempts(p, s->retries);
		push_sub_free(p, s);
	}
	free(p->subs);
	memcpy(arenas, (struct arena *[]){ &p->tick_arena, &p->load_arena, &p->read_arena, &p->due_arena, &p->record_arena, &p->keep_arena }, sizeof(arenas));
	for (size_t i = 0; i < COUNTOF(arenas); i++)
		arena_done(arenas[i]);
	free(p);
}
