/*
 * Judging, in batches: what of, when, how often.
 *
 *   hint, sweep ──> queue ──> load ──> match ──(identity)──> settle ──> write ──┬─ written: hand over deliveries
 *                     ^                                                         └─ the race was lost: judge again
 *                     └── a declaration that was hinted while it was under way
 *
 * No transaction is open while C thinks: the write is guarded by the seq that was read. What a crash leaves
 * undone stays in todo, where the sweep finds it when its lease has run out.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "flow/flow_priv.h"
#include "flow/judge.h"
#include "model/identity.h"

#define FLIGHTS_MAX    8
#define BATCH_MAX      512
#define FLIGHT_BYTES   ((size_t)96 << 20)
#define SERIAL_BLOCK   1000
#define SERIAL_LOW     400
#define SWEEP_BATCH    256
#define PAUSE_US       30000
#define SLOTS          8192 /* of the set of declarations in hand; power of two, above twice hint_limit */

enum hand { HAND_FREE, HAND_QUEUED, HAND_FLYING, HAND_AGAIN };

struct slot {
	struct id id;
	enum hand hand;
};

struct flight {
	struct assess *home;
	struct arena arena;
	struct id ids[BATCH_MAX];
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
	struct slot slots[SLOTS];
	struct id *queue; /* ring */
	int queue_size, queue_from, queued;
	struct flight flights[FLIGHTS_MAX];
	uint32_t serials[2 * SERIAL_BLOCK];
	int serial_count;
	bool serial_asked;
	struct db_call serial_call, sweep_call;
	struct db_param sweep_params[3];
	struct arena sweep_arena;
	bool sweeping;
	struct loop_timer sweep;
	struct loop_task soon;
};

static db_done_fn on_loaded, on_attested, on_written, on_serial, on_swept;
static loop_timer_fn on_sweep;
static loop_task_fn on_soon;
static void settle(struct flight *f);

/* --- which declarations are in hand --------------------------------------------------------------------------------- */

static struct slot *slot_of(struct assess *s, const struct id *id)
{
	uint32_t at;

	memcpy(&at, id->b + 10, sizeof(at));
	for (at &= SLOTS - 1;; at = (at + 1) & (SLOTS - 1))
		if (s->slots[at].hand == HAND_FREE || id_eq(&s->slots[at].id, id))
			return &s->slots[at];
}

/* Open addressing without tombstones: what follows in the run moves up. */
static void slot_free(struct assess *s, struct slot *gone)
{
	uint32_t hole = (uint32_t)(gone - s->slots);

	gone->hand = HAND_FREE;
	for (uint32_t at = (hole + 1) & (SLOTS - 1); s->slots[at].hand != HAND_FREE; at = (at + 1) & (SLOTS - 1)) {
		struct slot moving = s->slots[at];

		s->slots[at].hand = HAND_FREE;
		*slot_of(s, &moving.id) = moving;
	}
}

static bool enqueue(struct assess *s, const struct id *id)
{
	struct slot *slot = slot_of(s, id);

	if (slot->hand != HAND_FREE) {
		if (slot->hand == HAND_FLYING)
			slot->hand = HAND_AGAIN;
		return true;
	}
	if (s->queued == s->queue_size)
		return false;
	*slot = (struct slot){ *id, HAND_QUEUED };
	s->queue[(s->queue_from + s->queued++) % s->queue_size] = *id;
	return true;
}

void assess_hint(struct assess *s, const struct id *declarations, int count)
{
	for (int i = 0; i < count; i++)
		if (!enqueue(s, &declarations[i]))
			break; /* the rest is found by the sweep when its lease has run out */
	s->flow->stats.hinted = s->queued;
	loop_soon(s->flow->deps.loop, &s->soon, on_soon);
}

bool assess_has_room(const struct assess *s)
{
	return s->queued + SWEEP_BATCH <= s->queue_size;
}

/* --- flight --------------------------------------------------------------------------------------------------------- */

static int by_bucket_and_id(const void *x, const void *y)
{
	const struct id *a = x, *b = y;
	int16_t ba = id_bucket(a), bb = id_bucket(b);

	return ba != bb ? (ba < bb ? -1 : 1) : id_cmp(a, b);
}

static void flight_over(struct flight *f)
{
	struct assess *s = f->home;

	for (int i = 0; i < f->count; i++) {
		struct slot *slot = slot_of(s, &f->ids[i]);
		bool again = slot->hand == HAND_AGAIN;

		assert(slot->hand != HAND_FREE);
		slot_free(s, slot);
		if (again)
			(void)enqueue(s, &f->ids[i]);
	}
	f->busy = false;
	f->count = 0;
	arena_done(&f->arena);
	loop_soon(s->flow->deps.loop, &s->soon, on_soon);
}

static void call(struct flight *f, db_done_fn *then)
{
	f->calling = true;
	db_start(f->home->flow->deps.db, &f->call, then);
}

static void load(struct flight *f)
{
	arena_done(&f->arena);
	assess_store_load(&f->load, &f->arena, f->ids, f->count, &f->call);
	call(f, on_loaded);
}

static void on_pause(struct loop_timer *t)
{
	load(container_of(t, struct flight, pause));
}

/* Nothing was lost: the rows are as they were. Once more after a pause; while stopping, left to whoever comes next. */
static void put_off(struct flight *f, const char *what, const struct db_answer *a)
{
	struct flow *fl = f->home->flow;

	log_event(NULL, a != NULL && a->outcome == DB_BROKEN ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "assess.put_off", "%s of %d: %s %s %s", what, f->count,
	          a == NULL ? "no memory" : db_outcome_name(a->outcome), a == NULL ? "" : a->sqlstate, a == NULL || a->detail == NULL ? "" : a->detail);
	if (fl->quiescing || a == NULL || a->outcome == DB_BROKEN)
		flight_over(f);
	else
		loop_timer_set(fl->deps.loop, &f->pause, PAUSE_US + (int64_t)(id_random(fl->deps.ids) % PAUSE_US), on_pause);
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
			f->asked[n] = i;
			hashes[n++] = identity_hash(fl->conf.identity_key, number, name);
		}
	}
	if (n == 0) {
		settle(f);
		return;
	}
	assess_store_attested(&f->attested, &f->arena, hashes, n, clock_now_us(fl->deps.clock), &f->call);
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
	for (int i = 0; i < f->count; i++)
		if (f->judged[i].found)
			judge_match(&f->judged[i], (*fl->deps.rules)->book, now_us);
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
	if (a->outcome == DB_DONE)
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
			short_of_serials = true; /* its todo row stays; judged again below */
	if (f->arena.full) {
		put_off(f, "settle", NULL);
		return;
	}
	if (short_of_serials)
		for (int i = 0; i < f->count; i++)
			slot_of(f->home, &f->ids[i])->hand = HAND_AGAIN;
	ask_serials(f->home);
	if (f->context.judgement_count == 0) {
		flight_over(f);
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
		if (!id_is_null(&v->lease))
			dispatch_take(fl->dispatch, v, 0);
		else if (v->state == DELIVERY_DUE)
			dispatch_kick(fl->dispatch, v->authority);
	}
	for (int i = 0; i < f->context.change_count; i++) {
		fl->stats.contradictions += f->context.changes[i].contradicted;
		if (f->context.changes[i].go)
			dispatch_kick(fl->dispatch, f->context.changes[i].authority);
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
	for (int i = 0; i < f->context.judgement_count; i++) {
		const struct judgement *g = &f->context.judgements[i];

		if (!won[i]) {
			fl->stats.races++;
			slot_of(f->home, &g->declaration)->hand = HAND_AGAIN;
			continue;
		}
		fl->stats.judged++;
		fl->stats.released += g->released_us != INT64_MIN;
	}
	fl->stats.declared += (uint64_t)f->context.delivery_count;
	hand_over(f, won);
	flight_over(f);
}

/* --- queue and sweep ------------------------------------------------------------------------------------------------------ */

static void on_soon(struct loop_task *t)
{
	struct assess *s = container_of(t, struct assess, soon);
	struct flow *fl = s->flow;

	ask_serials(s);
	for (int k = 0; k < fl->conf.assess_flights && s->queued > 0 && s->serial_count > 0 && *fl->deps.rules != NULL; k++) {
		struct flight *f = &s->flights[k];

		if (f->busy)
			continue;
		while (s->queued > 0 && f->count < fl->conf.assess_batch) {
			struct id *id = &s->queue[s->queue_from];

			slot_of(s, id)->hand = HAND_FLYING;
			f->ids[f->count++] = *id;
			s->queue_from = (s->queue_from + 1) % s->queue_size;
			s->queued--;
		}
		qsort(f->ids, (size_t)f->count, sizeof(f->ids[0]), by_bucket_and_id);
		f->busy = true;
		load(f);
	}
	fl->stats.hinted = s->queued;
}

static void on_sweep(struct loop_timer *t)
{
	struct assess *s = container_of(t, struct assess, sweep);
	struct flow *fl = s->flow;

	loop_timer_set(fl->deps.loop, &s->sweep, (int64_t)fl->conf.sweep_ms * 1000, on_sweep);
	if (s->sweeping || fl->quiescing || !assess_has_room(s))
		return;
	s->sweeping = true;
	arena_done(&s->sweep_arena);
	s->sweep_params[0] = db_time(&s->sweep_arena, clock_now_us(fl->deps.clock));
	s->sweep_params[1] = db_i32(&s->sweep_arena, fl->conf.lease_s);
	s->sweep_params[2] = db_i32(&s->sweep_arena, SWEEP_BATCH);
	db_call_init(&s->sweep_call);
	db_call_add(&s->sweep_call, &assess_store_sweep, s->sweep_params);
	db_start(fl->deps.db, &s->sweep_call, on_swept);
}

static void on_swept(struct db_call *c, const struct db_answer *a)
{
	struct assess *s = container_of(c, struct assess, sweep_call);
	int rows = a->outcome == DB_DONE ? db_row_count(a->results[0]) : 0;

	s->sweeping = false;
	for (int row = 0; row < rows; row++) {
		struct id id;

		if (db_get_id(a->results[0], row, 0, &id))
			(void)enqueue(s, &id);
	}
	s->flow->stats.swept += (uint64_t)rows;
	if (rows > 0)
		loop_soon(s->flow->deps.loop, &s->soon, on_soon);
	if (rows == SWEEP_BATCH) /* more is waiting: do not let it wait for the timer */
		loop_timer_set(s->flow->deps.loop, &s->sweep, 1000, on_sweep);
}

struct assess *assess_new(struct flow *fl)
{
	struct assess *s = calloc(1, sizeof(*s));

	assert(fl->conf.assess_batch >= 1 && fl->conf.assess_batch <= BATCH_MAX);
	assert(fl->conf.assess_flights >= 1 && fl->conf.assess_flights <= FLIGHTS_MAX);
	assert(fl->conf.hint_limit + FLIGHTS_MAX * BATCH_MAX <= SLOTS);
	if (s == NULL)
		return NULL;
	s->queue_size = fl->conf.hint_limit;
	s->queue = calloc((size_t)s->queue_size, sizeof(*s->queue));
	if (s->queue == NULL) {
		free(s);
		return NULL;
	}
	s->flow = fl;
	arena_init(&s->sweep_arena, 4096);
	for (int k = 0; k < FLIGHTS_MAX; k++) {
		s->flights[k].home = s;
		arena_init(&s->flights[k].arena, FLIGHT_BYTES);
	}
	loop_timer_set(fl->deps.loop, &s->sweep, (int64_t)fl->conf.sweep_ms * 1000, on_sweep);
	return s;
}

bool assess_idle(const struct assess *s)
{
	for (int k = 0; k < FLIGHTS_MAX; k++)
		if (s->flights[k].busy)
			return false;
	return s->queued == 0 || s->flow->quiescing;
}

void assess_free(struct assess *s)
{
	struct flow_deps *deps;

	if (s == NULL)
		return;
	deps = &s->flow->deps;
	loop_timer_clear(deps->loop, &s->sweep);
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
	free(s->queue);
	free(s);
}
