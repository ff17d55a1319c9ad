/*
 * Judging, in batches: what of, when, how often.
 *
 *   hint, answer, sweep ──> hand ──flight──┬─ landed: settled, or judged again
 *                            ^             └─ (assess_flight.c)
 *                            └── what came meanwhile for a declaration that flies
 *
 * What came together is judged together: after gather_ms, or after patience_ms where flows are lacking; while filings pour
 * in what lacks flows waits for its others up to busy_patience_ms, and an answer for those of other authorities up to
 * answer_patience_ms, for storing goes first. The work row of a batch is deleted when all its declarations are judged; what a
 * crash leaves undone the sweep finds in `work` when the lease has run out, and ended waiting windows in `todo`. Answers to deliveries in hand wait in memory: a crash loses them, their
 * messages go again under the same ids and are answered again.
 */
#include <assert.h>
#include <stdlib.h>

#include "flow/assess_priv.h"

#define FLIGHT_BYTES   ((size_t)96 << 20)
#define SWEEP_BATCH    256
#define LEFT_BATCH     4    /* work rows at once */
#define IDS_MAX        4096 /* declarations of one work row: a batch of intake raises three a filing at most */

static db_done_fn on_swept;
static loop_timer_fn on_sweep, on_gather;
static loop_task_fn on_soon;

static void turn(struct assess *s)
{
	loop_soon(s->flow->deps.loop, &s->soon, on_soon);
}

/* Had to be let go here: stored by the inbox, as if they had been posted. */
static void send_stranded(struct assess *s)
{
	for (struct inbox_item *item = hand_take_stranded(s->hand), *next; item != NULL; item = next) {
		next = item->next;
		if (!inbox_submit(s->flow->deps.inbox, item, item->on_done)) {
			item->outcome = INBOX_TRY_AGAIN;
			item->on_done(item);
		}
	}
}

void assess_hint(struct assess *s, const struct raised *r)
{
	hand_take(s->hand, &r->work, r->declarations, r->count, &(struct hand_when){ loop_now_us(s->flow->deps.loop), r->incomplete });
	s->flow->stats.hinted = hand_queued(s->hand);
	turn(s);
}

/* Good news waits for that of the others, who were told at the same time: all of it is written at once. */
static enum hand_pace pace_of(struct assess *s, const struct inbox_item *item)
{
	bool waits = standing_answered(s->standing, &item->end.declaration, item->end.authority);

	return waits && item->answer.outcome == OUTCOME_CLEAR ? HAND_ANSWERED : HAND_SOON;
}

bool assess_answer(struct assess *s, struct inbox_item *item, inbox_done_fn *on_done)
{
	struct flow *fl = s->flow;

	if (fl->quiescing || !hand_answer(s->hand, &item->end.declaration, item, pace_of(s, item), loop_now_us(fl->deps.loop)))
		return false;
	item->on_done = on_done;
	item->repeat = false;
	turn(s);
	return true;
}

void assess_release(struct assess *s, struct hand_work *held, bool recorded)
{
	if (held == NULL)
		return; /* there was no room for it */
	if (!recorded)
		hand_work_abandon(held);
	hand_work_release(s->works, held);
}

static bool has_room(const struct assess *s)
{
	return hand_room(s->hand) >= SWEEP_BATCH;
}

/* --- flights ------ ------------------------------------------------------------------------------------------------------- */

static void on_gather(struct loop_timer *t)
{
	struct assess *s = container_of(t, struct assess, gather);

	turn(s);
}

static bool is_busy(const struct assess *s)
{
	const struct flow_deps *deps = &s->flow->deps;

	return deps->is_busy != NULL && deps->is_busy(deps->arg);
}

static int64_t since_us(const struct assess *s, int ms)
{
	return loop_now_us(s->flow->deps.loop) - (int64_t)ms * 1000;
}

/* While filings pour in, storing goes first: one at a time, until judging falls behind by more than it may. */
static bool may_fly(const struct assess *s)
{
	int flying = 0;

	for (int k = 0; k < FLIGHTS_MAX; k++)
		flying += s->flights[k].busy;
	return flying == 0 || !is_busy(s) || hand_waits(s->hand, since_us(s, s->flow->conf.gather_ms + s->flow->conf.busy_lag_ms));
}

/* Those of all queues that have waited long enough. */
static int fill(struct assess *s, struct flight *f)
{
	const struct flow_conf *c = &s->flow->conf;
	bool busy = is_busy(s);
	const int patience_ms[HAND_PACE_COUNT] = { [HAND_SOON] = c->gather_ms, [HAND_ANSWERED] = busy ? c->answer_patience_ms : c->gather_ms,
		                                   [HAND_LATER] = busy ? c->busy_patience_ms : c->patience_ms };

	f->total = 0;
	for (enum hand_pace p = 0; p < HAND_PACE_COUNT; p++)
		f->total += hand_next(s->hand, p, since_us(s, patience_ms[p]), f->batch + f->total, c->assess_batch - f->total);
	return f->total;
}

/* On a beat of half the gathering time: the cost of a batch is mostly that of its statements and its commit. */
static void on_soon(struct loop_task *t)
{
	struct assess *s = container_of(t, struct assess, soon);
	struct flow *fl = s->flow;
	int64_t now_us = loop_now_us(fl->deps.loop), beat_us = (int64_t)fl->conf.gather_ms * 1000 / 2;

	send_stranded(s);
	if (fl->quiescing)
		return; /* the rest is left to whoever comes next */
	assess_ask_serials(s);
	for (int k = 0; k < fl->conf.assess_flights && s->next_us <= now_us && s->serial_count > 0 && *fl->deps.rules != NULL; k++) {
		struct flight *f = &s->flights[k];

		if (f->busy || hand_queued(s->hand) == 0 || !may_fly(s) || fill(s, f) == 0)
			continue;
		if (f->total < fl->conf.assess_batch)
			s->next_us = now_us + beat_us;
		flight_start(f);
	}
	if (hand_queued(s->hand) > 0 && s->gather.place == 0)
		loop_timer_set(fl->deps.loop, &s->gather, beat_us < 1000 ? 1000 : beat_us, on_gather);
	fl->stats.hinted = hand_queued(s->hand);
}

/* --- sweep ------------------------------------------------------------------------------------------------------------------ */

static void add_done(struct assess *s)
{
	const struct id *done = hand_works_done(s->works);
	struct db_array buckets, ids;

	s->done_sent = hand_works_done_count(s->works);
	db_array_begin(&buckets, &s->sweep_arena, DB_KIND_I16, s->done_sent, 8 * (size_t)s->done_sent);
	db_array_begin(&ids, &s->sweep_arena, DB_KIND_UUID, s->done_sent, 24 * (size_t)s->done_sent);
	for (int i = 0; i < s->done_sent; i++) {
		db_array_i64(&buckets, id_bucket(&done[i]));
		db_array_id(&ids, &done[i]);
	}
	s->done_params[0] = db_array_end(&buckets);
	s->done_params[1] = db_array_end(&ids);
	db_call_add(&s->sweep_call, &assess_store_done, s->done_params);
}

static void add_search(struct assess *s)
{
	struct flow *fl = s->flow;

	s->due_params[0] = db_time(&s->sweep_arena, clock_now_us(fl->deps.clock));
	s->due_params[1] = db_i32(&s->sweep_arena, fl->conf.lease_s);
	s->due_params[2] = db_i32(&s->sweep_arena, SWEEP_BATCH);
	s->left_params[0] = s->due_params[1];
	s->left_params[1] = db_i32(&s->sweep_arena, LEFT_BATCH);
	db_call_add(&s->sweep_call, &assess_store_due, s->due_params);
	db_call_add(&s->sweep_call, &assess_store_left, s->left_params);
}

static void on_sweep(struct loop_timer *t)
{
	struct assess *s = container_of(t, struct assess, sweep);
	struct flow *fl = s->flow;

	loop_timer_set(fl->deps.loop, &s->sweep, (int64_t)fl->conf.sweep_ms * 1000, on_sweep);
	turn(s); /* what waits for serials or rules */
	if (s->sweeping)
		return;
	arena_done(&s->sweep_arena);
	db_call_init(&s->sweep_call);
	if (!fl->quiescing && has_room(s))
		add_search(s);
	s->done_sent = 0;
	if (hand_works_done_count(s->works) > 0)
		add_done(s);
	if (s->sweep_call.stmt_count == 0 || s->sweep_arena.full)
		return;
	s->sweeping = true;
	db_start(fl->deps.db, &s->sweep_call, on_swept);
}

static int take_due(struct assess *s, const struct db_rows *r)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct id id;

		if (db_get_id(r, row, 0, &id))
			hand_take(s->hand, NULL, &id, 1, &(struct hand_when){ loop_now_us(s->flow->deps.loop), NULL });
	}
	return db_row_count(r);
}

static int take_left(struct assess *s, const struct db_rows *r)
{
	struct id work, *ids = arena_alloc(&s->sweep_arena, sizeof(*ids) * IDS_MAX);

	for (int row = 0; ids != NULL && row < db_row_count(r); row++)
		if (db_get_id(r, row, 0, &work)) {
			int n = db_get_id_array(r, row, 1, ids, IDS_MAX);

			hand_take(s->hand, &work, ids, n, &(struct hand_when){ loop_now_us(s->flow->deps.loop), NULL });
			s->flow->stats.swept += (uint64_t)n;
		}
	return db_row_count(r);
}

static void on_swept(struct db_call *c, const struct db_answer *a)
{
	struct assess *s = container_of(c, struct assess, sweep_call);
	bool searched = s->sweep_call.stmt_count >= 2, more = false;

	s->sweeping = false;
	if (a->outcome != DB_DONE)
		return;
	hand_works_forget(s->works, s->done_sent);
	if (searched) {
		int due = take_due(s, a->results[0]), left = take_left(s, a->results[1]);

		s->flow->stats.swept += (uint64_t)due;
		more = due == SWEEP_BATCH || left == LEFT_BATCH;
	}
	turn(s);
	if (more) /* do not let it wait for the timer */
		loop_timer_set(s->flow->deps.loop, &s->sweep, 1000, on_sweep);
}

static void free_memory(struct assess *s)
{
	hand_free(s->hand);
	hand_works_free(s->works);
	standing_free(s->standing);
	free(s);
}

struct assess *assess_new(struct flow *fl)
{
	struct assess *s = calloc(1, sizeof(*s));

	assert(fl->conf.assess_batch >= 1 && fl->conf.assess_batch <= BATCH_MAX);
	assert(fl->conf.assess_flights >= 1 && fl->conf.assess_flights <= FLIGHTS_MAX);
	if (s == NULL)
		return NULL;
	s->works = hand_works_new();
	s->hand = hand_new(fl->conf.hint_limit, s->works);
	s->standing = standing_new();
	if (s->works == NULL || s->hand == NULL || s->standing == NULL) {
		free_memory(s);
		return NULL;
	}
	s->flow = fl;
	s->turn = turn;
	s->trace_secret = risk_secret(fl->conf.payer_key);
	s->draw_secret = lane_secret(fl->conf.payer_key);
	arena_init(&s->sweep_arena, 1u << 20);
	for (int k = 0; k < FLIGHTS_MAX; k++) {
		s->flights[k].home = s;
		arena_init(&s->flights[k].arena, FLIGHT_BYTES);
	}
	loop_timer_set(fl->deps.loop, &s->sweep, (int64_t)fl->conf.sweep_ms * 1000, on_sweep);
	return s;
}

void assess_quiesce(struct assess *s)
{
	hand_strand_all(s->hand);
	turn(s);
	loop_timer_set(s->flow->deps.loop, &s->sweep, 0, on_sweep);
}

bool assess_idle(const struct assess *s)
{
	for (int k = 0; k < FLIGHTS_MAX; k++)
		if (s->flights[k].busy)
			return false;
	return s->flow->quiescing ? !s->sweeping && hand_works_done_count(s->works) == 0 : hand_queued(s->hand) == 0;
}

void assess_free(struct assess *s)
{
	struct flow_deps *deps;

	if (s == NULL)
		return;
	deps = &s->flow->deps;
	loop_timer_clear(deps->loop, &s->sweep);
	loop_timer_clear(deps->loop, &s->gather);
	loop_soon_cancel(deps->loop, &s->soon);
	if (s->sweeping)
		db_cancel(deps->db, &s->sweep_call);
	if (s->serial_asked)
		db_cancel(deps->db, &s->serial_call);
	for (int k = 0; k < FLIGHTS_MAX; k++)
		flight_stop(&s->flights[k]);
	arena_done(&s->sweep_arena);
	free_memory(s);
}
