/*
 * Group commit.
 *
 *   submit ──> waiting ──> flight ──sent──> answered ──> settle each candidate, and its twins with it
 *                                              │
 *                                              ├─ bad data, too large: the halves fly again, one after the other
 *                                              ├─ certainly not stored: the same flight again, after a pause
 *                                              └─ unknown: the same bytes and ids again, until give_up
 *
 * A flight is one batch with its receipts: built once, sent as often as need be. Of several candidates with one key
 * the first one flies; its twins wait for what becomes of it: the same content is a repeat. Changes and deletions,
 * and additions that met other content, go to the slow lane (revision.c).
 */
#include "store/intake.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "store/intake_priv.h"

#define FLIGHTS_MAX     8
#define FLIGHT_BYTES    ((size_t)256 << 20) /* bounded in fact by waiting_limit and the body limit */
#define PAUSE_US        20000
#define BATCH_LIMIT_MAX 1024
#define LIST_MAX        (BATCH_LIMIT_MAX + NODES_MAX)
#define PARTS_MAX       16 /* halving LIST_MAX down to one leaves fewer behind */

struct flight {
	struct intake *home;
	struct arena receipts;     /* until the whole batch is over */
	struct arena arena;        /* of the call under way: made anew for each try */
	struct intake_write write;
	struct candidate *list[LIST_MAX]; /* the whole batch, sorted */
	int count;
	int from, to;              /* the part under way: halves after bad data */
	struct half { int from, to; } parts[PARTS_MAX];
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
	struct id raised[LIST_MAX * 3];
	bool incomplete[LIST_MAX * 3];
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
		arena_init(&i->flights[k].receipts, FLIGHT_BYTES);
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
		arena_done(&fl->receipts);
		arena_done(&fl->arena);
	}
	revision_lane_free(i->lane);
	free(i);
}

/* Its memory of receipts goes before the last of several candidates is done: each is kept. */
static void keep_receipt(struct candidate *c)
{
	if (c->outcome != INTAKE_STORED && c->outcome != INTAKE_REPEAT)
		c->receipt = (struct text){ NULL, 0 };
	else if (c->of->candidate_count > 1)
		c->receipt = text_dup(c->of->arena, c->receipt);
	else
		return;
	if (c->receipt.at == NULL && (c->outcome == INTAKE_STORED || c->outcome == INTAKE_REPEAT))
		c->outcome = INTAKE_UNKNOWN; /* there is no room to tell it: asked again, it is a repeat */
}

static void candidate_done(struct candidate *c)
{
	struct intake_submission *s = c->of;
	struct intake *home = s->home;

	assert(c->outcome != INTAKE_PENDING && s->pending > 0);
	keep_receipt(c);
	home->stats.stored += c->outcome == INTAKE_STORED;
	home->stats.repeats += c->outcome == INTAKE_REPEAT;
	home->stats.conflicts += c->outcome == INTAKE_CONFLICT;
	home->stats.refused += c->outcome == INTAKE_REFUSED;
	home->stats.unknown += c->outcome == INTAKE_UNKNOWN;
	if (--s->pending == 0)
		s->on_done(s);
}

static void on_revised(void *arg, struct candidate *c);

/* Decided by reading first: a change, a deletion, or an addition that met other content. */
static void take_slow_lane(struct intake *i, struct candidate *c)
{
	c->receipt = (struct text){ NULL, 0 }; /* of the flight, whose memory goes */
	if (!revision_submit(i->lane, c, on_revised, i)) {
		c->outcome = INTAKE_TRY_AGAIN;
		on_revised(i, c);
	}
}

static void twin_done(struct intake *i, struct candidate *c, const struct candidate *first)
{
	c->twin = NULL;
	if (memcmp(c->doc_sha256.b, first->doc_sha256.b, sizeof(c->doc_sha256.b)) != 0) {
		take_slow_lane(i, c);
		return;
	}
	c->outcome = first->outcome == INTAKE_STORED ? INTAKE_REPEAT : first->outcome;
	c->rule = first->rule;
	c->receipt = first->receipt;
	c->first_id = first->outcome == INTAKE_STORED ? first->id : first->first_id;
	candidate_done(c);
}

/* The twins first: whoever is done may be gone. */
static void settle(struct intake *i, struct candidate *first)
{
	for (struct candidate *c = first->twin, *next; c != NULL; c = next) {
		next = c->twin;
		twin_done(i, c, first);
	}
	candidate_done(first);
}

static void on_revised(void *arg, struct candidate *c)
{
	settle(arg, c);
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
		c->id = id_new(i->deps.ids, now_us, id_bucket(&c->key));
		c->first_id = (struct id){ { 0 } };
		c->receipt = (struct text){ NULL, 0 };
		c->twin = NULL;
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
	arena_done(&fl->receipts);
	arena_done(&fl->arena);
	loop_soon(fl->home->deps.loop, &fl->home->soon, on_soon);
}

static void flight_fail(struct flight *fl, enum intake_outcome outcome)
{
	for (int k = fl->from; k < fl->to; k++) {
		if (fl->list[k]->outcome == INTAKE_PENDING) /* else it is stored, only its neighbours are not known */
			fl->list[k]->outcome = outcome;
		settle(fl->home, fl->list[k]);
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

static void halve(struct flight *fl)
{
	int n = fl->to - fl->from;

	assert(n > 1 && fl->part_count + 2 <= PARTS_MAX);
	fl->parts[fl->part_count++] = (struct half){ fl->from + n / 2, fl->to };
	fl->parts[fl->part_count++] = (struct half){ fl->from, fl->from + n / 2 };
}

static void fly(struct flight *fl)
{
	struct intake *i = fl->home;

	arena_done(&fl->arena);
	fl->write.list = fl->list + fl->from;
	fl->write.count = fl->to - fl->from;
	fl->write.id = id_new(i->deps.ids, fl->write.now_us, (int16_t)(id_random(i->deps.ids) % ID_BUCKETS));
	if (intake_put_call(&fl->write, &fl->arena, &fl->call)) {
		db_start(i->deps.db, &fl->call, on_answered);
		killpoint(KILLPOINT_INTAKE_SENT);
		return;
	}
	log_event(NULL, LOG_LEVEL_ERROR, "intake.no_memory", "a batch of %d does not fit its memory", fl->write.count);
	if (fl->write.count > 1)
		halve(fl);
	else
		flight_fail(fl, fl->unknown ? INTAKE_UNKNOWN : INTAKE_TRY_AGAIN);
	next_part(fl);
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
	if (fl->to - fl->from == 1) {
		log_event(NULL, LOG_LEVEL_WARNING, "intake.bad_data", "%s %s", a->sqlstate, a->detail == NULL ? "" : a->detail);
		flight_fail(fl, fl->unknown ? INTAKE_UNKNOWN : INTAKE_REFUSED);
	} else {
		halve(fl);
	}
	next_part(fl);
}

/* Every candidate of the part is decided now, or goes to the slow lane. */
static void part_decided(struct flight *fl)
{
	for (int k = fl->from; k < fl->to; k++) {
		if (fl->list[k]->outcome == INTAKE_PENDING)
			take_slow_lane(fl->home, fl->list[k]);
		else
			settle(fl->home, fl->list[k]);
	}
	next_part(fl);
}

static void on_looked(struct db_call *call, const struct db_answer *a)
{
	struct flight *fl = container_of(call, struct flight, call);

	if (a->outcome != DB_DONE) { /* the whole part again: what is stored is found stored */
		try_again(fl, a);
		return;
	}
	intake_look_read(&fl->write, a);
	part_decided(fl);
}

static void stored(struct flight *fl, const struct db_answer *a)
{
	struct intake *i = fl->home;
	struct intake_raised raised = { i->raised, i->incomplete, (int)COUNTOF(i->raised) };
	int raised_count = intake_put_read(&fl->write, a, &raised), lost = 0;

	killpoint(KILLPOINT_INTAKE_STORED);
	i->stats.batches++;
	i->stats.last_batch = fl->to - fl->from;
	if (raised_count > 0 && raised_count < (int)COUNTOF(i->raised)) /* else left to the sweep: a hint must name all */
		i->deps.on_stored(i->deps.arg, &(struct raised){ fl->write.id, i->raised, i->incomplete, raised_count });
	for (int k = fl->from; k < fl->to; k++)
		lost += fl->list[k]->outcome == INTAKE_PENDING;
	if (lost == 0) {
		part_decided(fl);
		return;
	}
	if (intake_look_call(&fl->write, &fl->arena, &fl->call))
		db_start(i->deps.db, &fl->call, on_looked);
	else
		part_decided(fl); /* no memory: the slow lane reads what stands */
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
	while (i->head != NULL && fl->count < i->conf.batch_limit) {
		struct intake_submission *s = i->head;
		int count = s->candidate_count; /* s may be gone with its last candidate */

		i->head = s->next;
		if (i->head == NULL)
			i->tail = &i->head;
		i->waiting -= count;
		for (int k = 0; k < count; k++) {
			struct candidate *c = &s->candidates[k];

			if (c->action == ACTION_ADD && c->kind != DOC_CANCELLATION && !return_is_read_first(c))
				fl->list[fl->count++] = c;
			else
				take_slow_lane(i, c);
		}
	}
}

/* Sorted by key: equal keys stand side by side; all but the first are tied to it. */
static void tie_twins(struct flight *fl)
{
	struct candidate **end = NULL;
	int kept = 0;

	for (int k = 0; k < fl->count; k++) {
		struct candidate *c = fl->list[k];

		if (kept > 0 && intake_same_key(fl->list[kept - 1], c))
			*end = c;
		else
			fl->list[kept++] = c;
		end = &c->twin;
	}
	fl->count = kept;
}

static bool load_flight(struct intake *i, struct flight *fl)
{
	fl->count = 0;
	gather_submissions(i, fl);
	intake_sort(fl->list, fl->count);
	tie_twins(fl);
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
	fl->write = (struct intake_write){ .list = fl->list, .count = fl->count, .lease_s = i->conf.work_lease_s, .recent = i->deps.recent };
	fl->write.now_us = clock_now_us(i->deps.clock);
	if (!intake_seal(&fl->write, &fl->receipts, i->deps.signer)) {
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
	for (int k = 0; k < i->conf.flights && i->head != NULL; k++) {
		struct flight *fl = &i->flights[k];

		if (!fl->busy && load_flight(i, fl))
			start_flight(i, fl);
	}
}

bool intake_is_calm(const struct intake *i)
{
	return i->waiting < i->conf.waiting_limit / 2;
}

bool intake_idle(const struct intake *i)
{
	for (int k = 0; k < i->conf.flights; k++)
		if (i->flights[k].busy)
			return false;
	return i->head == NULL && revision_waiting(i->lane) == 0;
}

void intake_stats_get(const struct intake *i, struct intake_stats *out)
{
	*out = i->stats;
	out->waiting = i->waiting;
	out->in_flight = 0;
	for (int k = 0; k < i->conf.flights; k++)
		out->in_flight += i->flights[k].busy ? i->flights[k].count : 0;
}
