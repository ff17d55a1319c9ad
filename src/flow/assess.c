/*
 * Judging, in batches: what of, when, how often.
 *
 *   hint, sweep ──> queue ──> load ──> match ──(identity)──> settle ──> write ──┬─ written: hand over deliveries
 *                     ^                                                         └─ the race was lost: judge again
 *                     └── a declaration that was hinted while it was under way
 *
 * No transaction is open while C thinks: the write is guarded by the seq that was read. What came together is judged
 * together: after gather_ms, or after patience_ms where flows are lacking. What cannot be written is looked for by
 * halves and left alone. The work row of a batch is deleted when all its declarations are judged; what a crash
 * leaves undone the sweep finds in `work` when the lease has run out, and ended waiting windows in `todo`.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "flow/flow_priv.h"
#include "flow/hand.h"
#include "flow/judge.h"
#include "model/identity.h"

#define FLIGHTS_MAX    8 /* times BATCH_MAX: HAND_FLYING_MAX */
#define BATCH_MAX      512
#define FLIGHT_BYTES   ((size_t)96 << 20)
#define SERIAL_BLOCK   1000
#define SERIAL_LOW     400
#define SWEEP_BATCH    256
#define LEFT_BATCH     4    /* work rows at once */
#define IDS_MAX        4096 /* declarations of one work row: a batch of intake raises three a filing at most */
#define PAUSE_US       30000
#define BUSY_PATIENCE  10 /* times as long while filings wait to be stored: storing goes first, judging what lacks flows can wait */

struct flight {
	struct assess *home;
	struct arena arena;
	struct id batch[BATCH_MAX];
	bool batch_settled[BATCH_MAX];
	int total;
	struct id *ids; /* the part under way: all of the batch, or less after a part that could not be written */
	bool *settled;  /* judged and written, or not there */
	int count;
	struct judged *judged;
	int *asked; /* places whose identity was asked about */
	struct judge_context context;
	struct db_call call;
	struct assess_load load;
	struct attested_query attested;
	struct assess_write write;
	struct loop_timer pause;
	bool busy, calling;
};

struct assess {
	struct flow *flow;
	struct hand *hand;
	int done_sent; /* of the work rows that are done: how many the sweep under way deletes */
	struct flight flights[FLIGHTS_MAX];
	uint32_t serials[2 * SERIAL_BLOCK];
	int serial_count;
	bool serial_asked;
	struct db_call serial_call, sweep_call;
	struct db_param due_params[3], left_params[2], done_params[2];
	struct arena sweep_arena;
	bool sweeping;
	struct loop_timer sweep, gather;
	struct loop_task soon;
};

static db_done_fn on_loaded, on_attested, on_written, on_serial, on_swept;
static loop_timer_fn on_sweep, on_gather;
static loop_task_fn on_soon;
static void settle(struct flight *f);

void assess_hint(struct assess *s, const struct raised *r)
{
	hand_take(s->hand, &r->work, r->declarations, r->count, &(struct hand_when){ loop_now_us(s->flow->deps.loop), r->incomplete });
	s->flow->stats.hinted = hand_queued(s->hand);
	loop_soon(s->flow->deps.loop, &s->soon, on_soon);
}

bool assess_has_room(const struct assess *s)
{
	return hand_room(s->hand) >= SWEEP_BATCH;
}

/* --- flight --------------------------------------------------------------------------------------------------------- */

static int by_bucket_and_id(const void *x, const void *y)
{
	const struct id *a = x, *b = y;
	int16_t ba = id_bucket(a), bb = id_bucket(b);

	return ba != bb ? (ba < bb ? -1 : 1) : id_cmp(a, b);
}

static void load(struct flight *f);

static void land_part(struct flight *f)
{
	for (int i = 0; i < f->count; i++)
		hand_land(f->home->hand, &f->ids[i], f->settled[i], loop_now_us(f->home->flow->deps.loop));
	f->ids += f->count;
	f->settled += f->count;
	f->count = f->total - (int)(f->ids - f->batch);
}

/* What is left of the batch is next, unless we stop. */
static void part_over(struct flight *f)
{
	struct assess *s = f->home;

	land_part(f);
	if (f->count > 0 && !s->flow->quiescing) {
		load(f);
		return;
	}
	land_part(f);
	f->busy = false;
	arena_done(&f->arena);
	loop_soon(s->flow->deps.loop, &s->soon, on_soon);
}

static void call(struct flight *f, db_done_fn *then)
{
	f->calling = true;
	db_start(f->home->flow->deps.db, &f->call, then);
}

static void put_off(struct flight *f, const char *what, const struct db_answer *a);

static void load(struct flight *f)
{
	arena_done(&f->arena);
	assess_store_load(&f->load, &f->arena, f->ids, f->count, &f->call);
	if (f->arena.full)
		put_off(f, "load", NULL);
	else
		call(f, on_loaded);
}

static void on_pause(struct loop_timer *t)
{
	load(container_of(t, struct flight, pause));
}

/* Nothing was lost: the rows are as they were. Once more after a pause; while stopping, left to whoever comes next.
 * What cannot be written or held must not take the others with it: by halves, until it stands alone and is left.
 */
static void put_off(struct flight *f, const char *what, const struct db_answer *a)
{
	struct flow *fl = f->home->flow;
	bool has_culprit = a == NULL || a->outcome == DB_BAD_DATA || a->outcome == DB_CONFLICT;

	log_event(NULL, a != NULL && a->outcome == DB_BROKEN ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "assess.put_off", "%s of %d: %s %s %s", what, f->count,
	          a == NULL ? "no memory" : db_outcome_name(a->outcome), a == NULL ? "" : a->sqlstate, a == NULL || a->detail == NULL ? "" : a->detail);
	if (!fl->quiescing && has_culprit && f->count > 1) {
		f->count = (f->count + 1) / 2;
		load(f);
	} else if (fl->quiescing || has_culprit || a->outcome == DB_BROKEN) {
		part_over(f);
	} else {
		loop_timer_set(fl->deps.loop, &f->pause, PAUSE_US + (int64_t)(id_random(fl->deps.ids) % PAUSE_US), on_pause);
	}
}

static void ask_identities(struct flight *f)
{
	struct flow *fl = f->home->flow;
	struct sha256 *hashes = arena_alloc(&f->arena, sizeof(*hashes) * (size_t)f->count);
	int n = 0;

	f->asked = arena_alloc(&f->arena, sizeof(*f->asked) * (size_t)f->count);
	for (int i = 0; hashes != NULL && f->asked != NULL && fl->conf.identity_key.len > 0 && i < f->count; i++) {
		struct text number, name;

		if (f->judged[i].found && judge_identity(&f->judged[i], &number, &name)) {
			hashes[n] = identity_hash(fl->conf.identity_key, number, name);
			f->judged[i].identity_hash = (struct text){ (const char *)hashes[n].b, sizeof(hashes[n].b) };
			f->asked[n++] = i;
		}
	}
	if (n == 0) {
		settle(f);
		return;
	}
	assess_store_attested(&f->attested, &f->arena, hashes, n, clock_now_us(fl->deps.clock), &f->call);
	if (f->arena.full)
		put_off(f, "identities", NULL);
	else
		call(f, on_attested);
}

static void on_loaded(struct db_call *c, const struct db_answer *a)
{
	struct flight *f = container_of(c, struct flight, call);
	struct flow *fl = f->home->flow;
	int64_t now_us = clock_now_us(fl->deps.clock);

	f->calling = false;
	if (a->outcome != DB_DONE) {
		put_off(f, "load", a);
		return;
	}
	f->judged = arena_alloc(&f->arena, sizeof(*f->judged) * (size_t)f->count);
	if (f->judged == NULL || !judge_read(&f->arena, f->ids, f->count, a, f->judged)) {
		put_off(f, "read", NULL);
		return;
	}
	for (int i = 0; i < f->count; i++) {
		f->judged[i].from_todo = hand_from_todo(f->home->hand, &f->ids[i]);
		f->settled[i] = !f->judged[i].found;
		if (f->judged[i].found)
			judge_match(&f->judged[i], (*fl->deps.rules)->book, now_us);
	}
	ask_identities(f);
}

static void on_attested(struct db_call *c, const struct db_answer *a)
{
	struct flight *f = container_of(c, struct flight, call);
	struct flow *fl = f->home->flow;

	f->calling = false;
	if (a->outcome != DB_DONE) {
		put_off(f, "identities", a);
		return;
	}
	for (int row = 0; row < db_row_count(a->results[0]); row++) {
		struct judged *j = &f->judged[f->asked[db_get_int(a->results[0], row, 0) - 1]];

		j->trade.identity_attested = true;
		judge_match(j, (*fl->deps.rules)->book, clock_now_us(fl->deps.clock));
	}
	settle(f);
}

/* --- preNo serials ---------------------------------------------------------------------------------------------------- */

static void ask_serials(struct assess *s)
{
	if (s->serial_asked || s->serial_count >= SERIAL_LOW)
		return;
	s->serial_asked = true;
	db_call_init(&s->serial_call);
	db_call_add(&s->serial_call, &assess_store_serial, NULL);
	db_start(s->flow->deps.db, &s->serial_call, on_serial);
}

static void on_serial(struct db_call *c, const struct db_answer *a)
{
	struct assess *s = container_of(c, struct assess, serial_call);

	s->serial_asked = false;
	if (a->outcome != DB_DONE)
		return; /* the next sweep asks again */
	for (uint32_t i = 0, first = (uint32_t)db_get_int(a->results[0], 0, 0); i < SERIAL_BLOCK; i++)
		s->serials[s->serial_count++] = first + SERIAL_BLOCK - 1 - i; /* a stack: the lowest on top */
	loop_soon(s->flow->deps.loop, &s->soon, on_soon);
}

static bool next_serial(void *arg, uint32_t *serial)
{
	struct assess *s = arg;

	if (s->serial_count == 0)
		return false;
	*serial = s->serials[--s->serial_count];
	return true;
}

static bool has_room(void *arg, enum authority a)
{
	struct assess *s = arg;

	return dispatch_has_room(s->flow->dispatch, a);
}

/* --- settle and write --------------------------------------------------------------------------------------------------- */

static bool make_context(struct flight *f)
{
	struct flow *fl = f->home->flow;
	size_t n = (size_t)f->count, changes = 0;

	for (int i = 0; i < f->count; i++)
		changes += (size_t)f->judged[i].part_count;
	f->context = (struct judge_context){ .arena = &f->arena, .book = (*fl->deps.rules)->book, .ids = fl->deps.ids,
		                             .now_us = clock_now_us(fl->deps.clock), .exchange_id = text_of(fl->conf.exchange_id),
		                             .next_serial = next_serial, .has_room = has_room, .arg = f->home };
	f->context.judgements = arena_alloc(&f->arena, n * sizeof(struct judgement));
	f->context.deliveries = arena_alloc(&f->arena, n * AUTHORITY_COUNT * sizeof(struct new_delivery));
	f->context.changes = arena_alloc(&f->arena, (changes + 1) * sizeof(struct part_change));
	return !f->arena.full;
}

static void settle(struct flight *f)
{
	struct flow *fl = f->home->flow;
	bool short_of_serials = false;

	if (!make_context(f)) {
		put_off(f, "settle", NULL);
		return;
	}
	for (int i = 0; i < f->count; i++)
		if (f->judged[i].found && !judge_settle(&f->judged[i], &f->context))
			short_of_serials = true; /* its work row stays; judged again below */
	if (f->arena.full) {
		put_off(f, "settle", NULL);
		return;
	}
	if (short_of_serials)
		for (int i = 0; i < f->count; i++)
			hand_again(f->home->hand, &f->ids[i]);
	ask_serials(f->home);
	if (f->context.judgement_count == 0) {
		part_over(f);
		return;
	}
	f->write = (struct assess_write){ .judgements = f->context.judgements, .deliveries = f->context.deliveries, .changes = f->context.changes,
		                          .judgement_count = f->context.judgement_count, .delivery_count = f->context.delivery_count,
		                          .change_count = f->context.change_count, .now_us = f->context.now_us, .lease_s = fl->conf.lease_s };
	assess_store_write(&f->write, &f->arena, &f->call);
	if (f->arena.full)
		put_off(f, "write", NULL);
	else
		call(f, on_written);
}

static int judgement_at(const struct flight *f, const struct id *id)
{
	int low = 0, high = f->context.judgement_count - 1;

	while (low <= high) {
		int mid = (low + high) / 2, order = by_bucket_and_id(&f->context.judgements[mid].declaration, id);

		if (order == 0)
			return mid;
		if (order < 0)
			low = mid + 1;
		else
			high = mid - 1;
	}
	return -1;
}

static void hand_over(struct flight *f, const bool *won)
{
	struct flow *fl = f->home->flow;

	for (int i = 0; i < f->context.delivery_count; i++) {
		const struct new_delivery *v = &f->context.deliveries[i];
		int at = judgement_at(f, &v->declaration);

		if (at < 0 || !won[at])
			continue;
		fl->stats.declared++;
		if (!id_is_null(&v->lease))
			dispatch_take(fl->dispatch, v, 0);
		else if (v->state == DELIVERY_DUE)
			dispatch_kick(fl->dispatch, v->authority);
	}
	for (int i = 0; i < f->context.change_count; i++) {
		const struct part_change *c = &f->context.changes[i];
		int at = judgement_at(f, &c->declaration);

		if (at < 0 || !won[at])
			continue;
		fl->stats.contradictions += c->contradicted;
		if (c->go)
			dispatch_kick(fl->dispatch, c->authority);
	}
}

static void on_written(struct db_call *c, const struct db_answer *a)
{
	struct flight *f = container_of(c, struct flight, call);
	struct flow *fl = f->home->flow;
	bool *won;

	f->calling = false;
	won = arena_zalloc(&f->arena, (size_t)f->context.judgement_count);
	if (a->outcome != DB_DONE || won == NULL) { /* unknown outcome too: the seq tells at the next look, deliveries are found by the sweep */
		put_off(f, "write", won == NULL ? NULL : a);
		return;
	}
	for (int row = 0; row < db_row_count(a->results[0]); row++) {
		struct id id;
		int at = db_get_id(a->results[0], row, 0, &id) ? judgement_at(f, &id) : -1;

		if (at >= 0)
			won[at] = true;
	}
	for (int i = 0, at = 0; i < f->context.judgement_count; i++) {
		const struct judgement *g = &f->context.judgements[i];

		while (!id_eq(&f->ids[at], &g->declaration)) /* both are sorted alike */
			at++;
		f->settled[at] = won[i];
		if (!won[i]) {
			fl->stats.races++;
			hand_again(f->home->hand, &g->declaration);
			continue;
		}
		fl->stats.judged++;
		fl->stats.released += g->released_us != INT64_MIN;
	}
	hand_over(f, won);
	part_over(f);
}

/* --- start a flight ------------------------------------------------------------------------------------------------------- */

static void on_gather(struct loop_timer *t)
{
	struct assess *s = container_of(t, struct assess, gather);

	loop_soon(s->flow->deps.loop, &s->soon, on_soon);
}

static void on_soon(struct loop_task *t)
{
	struct assess *s = container_of(t, struct assess, soon);
	struct flow *fl = s->flow;
	int64_t gather_us = (int64_t)fl->conf.gather_ms * 1000, patience_us = (int64_t)fl->conf.patience_ms * 1000;
	int64_t now_us = loop_now_us(fl->deps.loop);

	if (fl->quiescing)
		return; /* the rest is left to whoever comes next */
	if (fl->deps.is_busy != NULL && fl->deps.is_busy(fl->deps.arg))
		patience_us *= BUSY_PATIENCE;
	ask_serials(s);
	for (int k = 0; k < fl->conf.assess_flights && hand_queued(s->hand) > 0 && s->serial_count > 0 && *fl->deps.rules != NULL; k++) {
		struct flight *f = &s->flights[k];

		if (f->busy)
			continue;
		f->total = hand_next(s->hand, HAND_SOON, now_us - gather_us, f->batch, fl->conf.assess_batch);
		f->total += hand_next(s->hand, HAND_LATER, now_us - patience_us, f->batch + f->total, fl->conf.assess_batch - f->total);
		if (f->total == 0)
			break;
		qsort(f->batch, (size_t)f->total, sizeof(f->batch[0]), by_bucket_and_id);
		memset(f->batch_settled, 0, sizeof(f->batch_settled));
		f->ids = f->batch;
		f->settled = f->batch_settled;
		f->count = f->total;
		f->busy = true;
		load(f);
	}
	if (hand_queued(s->hand) > 0 && s->gather.place == 0)
		loop_timer_set(fl->deps.loop, &s->gather, gather_us < 1000 ? 1000 : gather_us / 2, on_gather);
	fl->stats.hinted = hand_queued(s->hand);
}

/* --- sweep ------------------------------------------------------------------------------------------------------------------ */

static void add_done(struct assess *s)
{
	const struct id *done = hand_done(s->hand);
	struct db_array buckets, ids;

	s->done_sent = hand_done_count(s->hand);
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
	loop_soon(fl->deps.loop, &s->soon, on_soon); /* what waits for serials or rules */
	if (s->sweeping)
		return;
	arena_done(&s->sweep_arena);
	db_call_init(&s->sweep_call);
	if (!fl->quiescing && assess_has_room(s))
		add_search(s);
	s->done_sent = 0;
	if (hand_done_count(s->hand) > 0)
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
	hand_forget_done(s->hand, s->done_sent);
	if (searched) {
		int due = take_due(s, a->results[0]), left = take_left(s, a->results[1]);

		s->flow->stats.swept += (uint64_t)due;
		more = due == SWEEP_BATCH || left == LEFT_BATCH;
	}
	loop_soon(s->flow->deps.loop, &s->soon, on_soon);
	if (more) /* do not let it wait for the timer */
		loop_timer_set(s->flow->deps.loop, &s->sweep, 1000, on_sweep);
}

struct assess *assess_new(struct flow *fl)
{
	struct assess *s = calloc(1, sizeof(*s));

	assert(fl->conf.assess_batch >= 1 && fl->conf.assess_batch <= BATCH_MAX);
	assert(fl->conf.assess_flights >= 1 && fl->conf.assess_flights <= FLIGHTS_MAX);
	if (s == NULL)
		return NULL;
	s->hand = hand_new(fl->conf.hint_limit);
	if (s->hand == NULL) {
		free(s);
		return NULL;
	}
	s->flow = fl;
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
	loop_timer_set(s->flow->deps.loop, &s->sweep, 0, on_sweep);
}

bool assess_idle(const struct assess *s)
{
	for (int k = 0; k < FLIGHTS_MAX; k++)
		if (s->flights[k].busy)
			return false;
	return s->flow->quiescing ? !s->sweeping && hand_done_count(s->hand) == 0 : hand_queued(s->hand) == 0;
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
	for (int k = 0; k < FLIGHTS_MAX; k++) {
		struct flight *f = &s->flights[k];

		loop_timer_clear(deps->loop, &f->pause);
		if (f->calling)
			db_cancel(deps->db, &f->call);
		arena_done(&f->arena);
	}
	arena_done(&s->sweep_arena);
	hand_free(s->hand);
	free(s);
}
