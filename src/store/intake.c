/*
 * Group commit.
 *
 *   submit ──> waiting ──> flight ──sent──> answered ──> settle each candidate
 *                 ^           │                │
 *                 │           │                ├─ bad data: the halves fly again, one after the other
 *                 │           │                ├─ certainly not stored: the same flight again, after a pause
 *                 │           │                └─ unknown: the same bytes and ids again, until give_up
 *                 └─ twins ───┘  a candidate whose key is in the flight already waits for the next one
 *
 * A flight is one batch with its receipts: built once, sent as often as need be. Changes and deletions, and
 * additions that met other content, go to the slow lane (revision.c).
 */
#include "store/intake.h"

#include <assert.h>
#include <stdlib.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "store/intake_priv.h"

#define FLIGHTS_MAX     8
#define FLIGHT_BYTES    ((size_t)256 << 20) /* bounded in fact by waiting_limit and the body limit */
#define PAUSE_US        20000
#define BATCH_LIMIT_MAX 1024

struct flight {
	struct intake *home;
	struct arena arena;
	struct intake_write write;
	struct candidate **list; /* the whole batch, sorted */
	int count;
	int from, to;            /* the part under way: halves after bad data */
	struct half { int from, to; } parts[BATCH_LIMIT_MAX];
	int part_count;
	struct db_call call;
	struct loop_timer pause;
	int64_t give_up_us;
	bool busy, unknown;
};

struct intake {
	struct intake_conf conf;
	struct intake_deps deps;
	struct intake_submission *head, **tail;
	int waiting; /* candidates in the queue */
	struct candidate *twins[BATCH_LIMIT_MAX];
	int twin_count;
	struct flight flights[FLIGHTS_MAX];
	struct revision_lane *lane;
	struct loop_task soon;
	struct loop_timer company;
	struct intake_stats stats;
};

static db_done_fn on_answered;
static void flush(struct intake *i);
static void fly(struct flight *fl);

/* --- queue -------------------------------------------------------------------------------------------------- */

static void on_soon(struct loop_task *t)
{
	flush(container_of(t, struct intake, soon));
}

static void on_company(struct loop_timer *t)
{
	flush(container_of(t, struct intake, company));
}

static void on_room(void *arg)
{
	flush(arg);
}

struct intake *intake_new(const struct intake_conf *conf, const struct intake_deps *deps, struct fault *f)
{
	struct intake *i = calloc(1, sizeof(*i));

	if (i == NULL || (i->lane = revision_lane_new(conf, deps)) == NULL) {
		free(i);
		(void)fault_set(f, FAULT_SYSTEM, "no memory for intake");
		return NULL;
	}
	assert(conf->batch_limit >= 1 && conf->batch_limit <= BATCH_LIMIT_MAX);
	assert(conf->flights >= 1 && conf->flights <= FLIGHTS_MAX);
	i->conf = *conf;
	i->deps = *deps;
	i->tail = &i->head;
	for (int k = 0; k < conf->flights; k++) {
		i->flights[k].home = i;
		arena_init(&i->flights[k].arena, FLIGHT_BYTES);
	}
	db_on_room(deps->db, on_room, i);
	return i;
}

void intake_free(struct intake *i)
{
	if (i == NULL)
		return;
	db_on_room(i->deps.db, NULL, NULL);
	loop_soon_cancel(i->deps.loop, &i->soon);
	loop_timer_clear(i->deps.loop, &i->company);
	for (int k = 0; k < i->conf.flights; k++) {
		struct flight *fl = &i->flights[k];

		if (fl->busy && fl->pause.place == 0)
			db_cancel(i->deps.db, &fl->call);
		loop_timer_clear(i->deps.loop, &fl->pause);
		arena_done(&fl->arena);
	}
	revision_lane_free(i->lane);
	free(i);
}

static void candidate_done(struct candidate *c)
{
	struct intake_submission *s = c->of;
	struct intake *home = s->home;

	assert(c->outcome != INTAKE_PENDING && s->pending > 0);
	home->stats.stored += c->outcome == INTAKE_STORED;
	home->stats.repeats += c->outcome == INTAKE_REPEAT;
	home->stats.conflicts += c->outcome == INTAKE_CONFLICT;
	home->stats.refused += c->outcome == INTAKE_REFUSED;
	home->stats.unknown += c->outcome == INTAKE_UNKNOWN;
	if (s->candidate_count > 1 && c->receipt.at != NULL)
		c->receipt = text_dup(s->arena, c->receipt); /* the batch's memory goes before the last of them is done */
	if (--s->pending == 0)
		s->on_done(s);
}

static void on_revised(void *arg, struct candidate *c)
{
	(void)arg;
	candidate_done(c);
}

/* Decided by reading first: a change, a deletion, or an addition that met other content. */
static void take_slow_lane(struct intake *i, struct candidate *c)
{
	if (!revision_submit(i->lane, c, on_revised, i)) {
		c->outcome = INTAKE_TRY_AGAIN;
		candidate_done(c);
	}
}

bool intake_submit(struct intake *i, struct intake_submission *s, intake_done_fn *on_done)
{
	int64_t now_us = clock_now_us(i->deps.clock);

	assert(s->candidate_count >= 1 && s->candidate_count <= NODES_MAX);
	if (i->waiting + s->candidate_count > i->conf.waiting_limit)
		return false;
	s->on_done = on_done;
	s->home = i;
	s->next = NULL;
	s->pending = s->candidate_count;
	s->submitted_us = loop_now_us(i->deps.loop);
	s->id = id_new(i->deps.ids, now_us, (int16_t)(s->body_sha256.b[0] % ID_BUCKETS));
	for (int k = 0; k < s->candidate_count; k++) {
		struct candidate *c = &s->candidates[k];

		c->of = s;
		c->outcome = INTAKE_PENDING;
		c->rule = RULE_COUNT;
		c->revision = 1;
		c->id = id_new(i->deps.ids, now_us, c->bucket);
		c->first_id = (struct id){ { 0 } };
		c->receipt = (struct text){ NULL, 0 };
	}
	*i->tail = s;
	i->tail = &s->next;
	i->waiting += s->candidate_count;
	if (i->conf.flush_us == 0 || i->waiting >= i->conf.batch_limit)
		loop_soon(i->deps.loop, &i->soon, on_soon);
	else if (i->company.place == 0)
		loop_timer_set(i->deps.loop, &i->company, i->conf.flush_us, on_company);
	return true;
}

/* --- flight --------------------------------------------------------------------------------------------------- */

static void flight_over(struct flight *fl)
{
	fl->busy = false;
	arena_done(&fl->arena);
	loop_soon(fl->home->deps.loop, &fl->home->soon, on_soon);
}

static void flight_fail(struct flight *fl, enum intake_outcome outcome)
{
	for (int k = fl->from; k < fl->to; k++) {
		fl->list[k]->outcome = outcome;
		candidate_done(fl->list[k]);
	}
}

static void next_part(struct flight *fl)
{
	if (fl->part_count == 0) {
		flight_over(fl);
		return;
	}
	fl->part_count--;
	fl->from = fl->parts[fl->part_count].from;
	fl->to = fl->parts[fl->part_count].to;
	fly(fl);
}

static void on_pause(struct loop_timer *t)
{
	fly(container_of(t, struct flight, pause));
}

static void fly(struct flight *fl)
{
	struct intake *i = fl->home;

	fl->write.list = fl->list + fl->from;
	fl->write.count = fl->to - fl->from;
	if (!intake_write_call(&fl->write, &fl->arena, &fl->call)) {
		log_event(NULL, LOG_LEVEL_ERROR, "intake.no_memory", "a batch of %d does not fit its memory", fl->write.count);
		flight_fail(fl, fl->unknown ? INTAKE_UNKNOWN : INTAKE_TRY_AGAIN);
		next_part(fl);
		return;
	}
	db_start(i->deps.db, &fl->call, on_answered);
	killpoint(KILLPOINT_INTAKE_SENT);
}

static void try_again(struct flight *fl, const struct db_answer *a)
{
	struct intake *i = fl->home;

	fl->unknown = fl->unknown || a->outcome == DB_UNCERTAIN;
	if (a->outcome != DB_BROKEN && loop_now_us(i->deps.loop) < fl->give_up_us) {
		int64_t jitter = (int64_t)(id_random(i->deps.ids) % PAUSE_US);

		loop_timer_set(i->deps.loop, &fl->pause, PAUSE_US + jitter, on_pause);
		return;
	}
	log_event(NULL, LOG_LEVEL_ERROR, "intake.gave_up", "batch of %d: %s %s %s", fl->to - fl->from,
	          db_outcome_name(a->outcome), a->sqlstate, a->detail == NULL ? "" : a->detail);
	flight_fail(fl, fl->unknown ? INTAKE_UNKNOWN : INTAKE_TRY_AGAIN);
	next_part(fl);
}

/* A value that cannot be stored refuses its own filing only: look for it by halves. */
static void bisect(struct flight *fl, const struct db_answer *a)
{
	int n = fl->to - fl->from;

	if (n == 1) {
		log_event(NULL, LOG_LEVEL_WARNING, "intake.bad_data", "%s %s", a->sqlstate, a->detail == NULL ? "" : a->detail);
		flight_fail(fl, INTAKE_REFUSED);
	} else {
		fl->parts[fl->part_count++] = (struct half){ fl->from + n / 2, fl->to };
		fl->parts[fl->part_count++] = (struct half){ fl->from, fl->from + n / 2 };
	}
	next_part(fl);
}

static void stored(struct flight *fl, const struct db_answer *a)
{
	struct intake *i = fl->home;
	int n = fl->to - fl->from, room = n * 3;
	struct id *raised = arena_alloc(&fl->arena, sizeof(*raised) * (size_t)room);
	int raised_count = raised == NULL ? 0 : intake_write_read(&fl->write, a, raised, room);

	killpoint(KILLPOINT_INTAKE_STORED);
	i->stats.batches++;
	for (int k = fl->from; k < fl->to; k++) {
		if (fl->list[k]->outcome == INTAKE_PENDING)
			take_slow_lane(i, fl->list[k]);
		else
			candidate_done(fl->list[k]);
	}
	if (raised_count > 0)
		i->deps.on_stored(i->deps.arg, raised, raised_count);
	next_part(fl);
}

static void on_answered(struct db_call *call, const struct db_answer *a)
{
	struct flight *fl = container_of(call, struct flight, call);

	switch (a->outcome) {
	case DB_DONE:
		stored(fl, a);
		break;
	case DB_BAD_DATA:
	case DB_CONFLICT:
		bisect(fl, a);
		break;
	default:
		try_again(fl, a);
		break;
	}
}

/* --- flush ------------------------------------------------------------------------------------------------------ */

static void gather_submissions(struct intake *i, struct flight *fl)
{
	while (i->head != NULL && fl->count + i->head->candidate_count <= i->conf.batch_limit + NODES_MAX &&
	       fl->count < i->conf.batch_limit) {
		struct intake_submission *s = i->head;

		i->head = s->next;
		if (i->head == NULL)
			i->tail = &i->head;
		i->waiting -= s->candidate_count;
		for (int k = 0; k < s->candidate_count; k++) {
			if (s->candidates[k].action == ACTION_ADD)
				fl->list[fl->count++] = &s->candidates[k];
			else
				take_slow_lane(i, &s->candidates[k]);
		}
	}
}

/* Sorted by key: equal keys stand side by side; all but the first wait for the next flight. */
static void put_twins_aside(struct intake *i, struct flight *fl)
{
	int kept = 0;

	for (int k = 0; k < fl->count; k++) {
		struct candidate *c = fl->list[k];

		if (kept == 0 || !intake_same_key(fl->list[kept - 1], c)) {
			fl->list[kept++] = c;
		} else if (i->twin_count < BATCH_LIMIT_MAX) {
			i->twins[i->twin_count++] = c;
		} else {
			c->outcome = INTAKE_TRY_AGAIN;
			candidate_done(c);
		}
	}
	fl->count = kept;
}

static bool load_flight(struct intake *i, struct flight *fl)
{
	fl->list = arena_alloc(&fl->arena, sizeof(*fl->list) * (size_t)(i->conf.batch_limit + NODES_MAX + BATCH_LIMIT_MAX));
	assert(fl->list != NULL);
	fl->count = 0;
	for (int k = 0; k < i->twin_count; k++)
		fl->list[fl->count++] = i->twins[k];
	i->twin_count = 0;
	gather_submissions(i, fl);
	intake_sort(fl->list, fl->count);
	put_twins_aside(i, fl);
	return fl->count > 0;
}

static void start_flight(struct intake *i, struct flight *fl)
{
	fl->busy = true;
	fl->unknown = false;
	fl->part_count = 0;
	fl->from = 0;
	fl->to = fl->count;
	fl->give_up_us = loop_now_us(i->deps.loop) + (int64_t)i->conf.give_up_ms * 1000;
	fl->write = (struct intake_write){ .list = fl->list, .count = fl->count, .lease_s = i->conf.todo_lease_s };
	fl->write.now_us = clock_now_us(i->deps.clock);
	fl->write.seal_id = id_new(i->deps.ids, fl->write.now_us, (int16_t)(id_random(i->deps.ids) % ID_BUCKETS));
	if (!intake_seal(&fl->write, &fl->arena, i->deps.signer)) {
		log_event(NULL, LOG_LEVEL_ERROR, "intake.no_seal", "a batch of %d could not be signed", fl->count);
		flight_fail(fl, INTAKE_TRY_AGAIN);
		flight_over(fl);
		return;
	}
	fly(fl);
}

static void flush(struct intake *i)
{
	loop_timer_clear(i->deps.loop, &i->company);
	for (int k = 0; k < i->conf.flights && (i->head != NULL || i->twin_count > 0); k++) {
		struct flight *fl = &i->flights[k];

		if (fl->busy)
			continue;
		if (load_flight(i, fl))
			start_flight(i, fl);
		else
			arena_done(&fl->arena);
	}
}

bool intake_idle(const struct intake *i)
{
	for (int k = 0; k < i->conf.flights; k++)
		if (i->flights[k].busy)
			return false;
	return i->head == NULL && i->twin_count == 0 && revision_waiting(i->lane) == 0;
}

void intake_stats_get(const struct intake *i, struct intake_stats *out)
{
	*out = i->stats;
	out->waiting = i->waiting;
	out->in_flight = 0;
	for (int k = 0; k < i->conf.flights; k++)
		out->in_flight += i->flights[k].busy ? i->flights[k].count : 0;
}
