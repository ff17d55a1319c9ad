/*
 * A flight of intake: one batch on its way to the database and back, whole or by halves.
 */
#include <assert.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "store/intake_flight_priv.h"

#define PAUSE_US    20000
#define BUSY_BATCH  16 /* filings in one batch: they arrive faster than they would be stored one by one */
#define BUSY_FOR_US 100000
#define CAREFUL_FOR_US INT64_C(60000000) /* so long after a repeat it is asked whether filings are new: PostgreSQL's log has a line of each refusal */
#define FILING_US   100  /* of a batch's time in the database: as long as a filing takes on a slow machine */
#define LAG_US      4000 /* beyond: it is the disk that is waited for */
#define LAG_BATCHES 32   /* of which the quickest tells */

static db_done_fn on_answered;
static void fly(struct intake_flight *fl);

static void flight_over(struct intake_flight *fl)
{
	fl->busy = false;
	arena_done(&fl->receipts);
	arena_done(&fl->arena);
	loop_soon(fl->home->deps.loop, &fl->home->soon, fl->home->on_soon);
}

static void flight_fail(struct intake_flight *fl, enum intake_outcome outcome)
{
	for (int k = fl->from; k < fl->to; k++) {
		if (fl->list[k]->outcome == INTAKE_PENDING) /* else it is stored, only its neighbours are not known */
			fl->list[k]->outcome = outcome;
		intake_settle(fl->home, fl->list[k]);
	}
}

static void next_part(struct intake_flight *fl)
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
	fly(container_of(t, struct intake_flight, pause));
}

static void halve(struct intake_flight *fl)
{
	int n = fl->to - fl->from;

	assert(n > 1 && fl->part_count + 2 <= INTAKE_PARTS_MAX);
	fl->parts[fl->part_count++] = (struct intake_half){ fl->from + n / 2, fl->to };
	fl->parts[fl->part_count++] = (struct intake_half){ fl->from, fl->from + n / 2 };
}

static void fly(struct intake_flight *fl)
{
	struct intake *i = fl->home;

	arena_done(&fl->arena);
	fl->write.list = fl->list + fl->from;
	fl->write.count = fl->to - fl->from;
	fl->write.shape = fl->is_hopeful ? INTAKE_NEW : INTAKE_ANY;
	fl->write.id = id_new(i->deps.ids, fl->write.now_us, (int16_t)(id_random(i->deps.ids) % ID_BUCKETS));
	if (intake_put_call(&fl->write, &fl->arena, &fl->call)) {
		fl->sent_us = loop_now_us(i->deps.loop);
		fl->call.follows = i->disk_us < LAG_US;
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

static void try_again(struct intake_flight *fl, const struct db_answer *a)
{
	struct intake *i = fl->home;

	fl->unknown = fl->unknown || a->outcome == DB_UNCERTAIN;
	fl->is_hopeful = fl->is_hopeful && !fl->unknown; /* else it would meet itself */
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
static void bisect(struct intake_flight *fl, const struct db_answer *a)
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
static void part_decided(struct intake_flight *fl)
{
	for (int k = fl->from; k < fl->to; k++) {
		if (fl->list[k]->outcome == INTAKE_PENDING)
			intake_revise(fl->home, fl->list[k]);
		else
			intake_settle(fl->home, fl->list[k]);
	}
	next_part(fl);
}

static void on_looked(struct db_call *call, const struct db_answer *a)
{
	struct intake_flight *fl = container_of(call, struct intake_flight, call);

	if (a->outcome != DB_DONE) { /* the whole part again: what is stored is found stored */
		try_again(fl, a);
		return;
	}
	intake_look_read(&fl->write, a);
	part_decided(fl);
}

/* While filings pour in, those of which most likely each is new are written as if all were; where one is not, all are put with care. */
static bool is_hopeful(struct intake_flight *fl)
{
	return fl->count >= BUSY_BATCH && loop_now_us(fl->home->deps.loop) >= fl->home->careful_until_us && intake_may_be_new(fl->list, fl->count, &fl->arena);
}

static void be_careful(struct intake *i)
{
	i->careful_until_us = loop_now_us(i->deps.loop) + CAREFUL_FOR_US;
}

static void not_all_new(struct intake_flight *fl)
{
	be_careful(fl->home);
	fl->is_hopeful = false;
	fly(fl);
}

static void stored(struct intake_flight *fl, const struct db_answer *a)
{
	struct intake *i = fl->home;
	struct intake_raised raised = { i->raised, i->incomplete, (int)COUNTOF(i->raised) };
	int raised_count = intake_put_read(&fl->write, a, &raised), lost = 0;

	killpoint(KILLPOINT_INTAKE_STORED);
	i->stats.batches++;
	i->stats.batches_new += fl->write.shape == INTAKE_NEW;
	i->stats.last_batch = fl->to - fl->from;
	if (i->stats.last_batch >= BUSY_BATCH)
		i->busy_until_us = loop_now_us(i->deps.loop) + BUSY_FOR_US;
	if (raised_count > 0 && raised_count < (int)COUNTOF(i->raised)) /* else left to the sweep: a hint must name all */
		i->deps.on_stored(i->deps.arg, &(struct raised){ fl->write.id, i->raised, i->incomplete, raised_count });
	for (int k = fl->from; k < fl->to; k++)
		lost += fl->list[k]->outcome == INTAKE_PENDING;
	if (lost == 0) {
		part_decided(fl);
		return;
	}
	be_careful(i);
	if (intake_look_call(&fl->write, &fl->arena, &fl->call))
		db_start(i->deps.db, &fl->call, on_looked);
	else
		part_decided(fl); /* no memory: the slow lane reads what stands */
}

/*
 * Two batches that are written at once get into each other's way, which costs more than what the second connection gains; unless
 * commits wait for the disk: then they had better wait together. A disk that is slow is so for every batch; a busy processor is not, so
 * the quickest of several tells them apart.
 */
static void note_time(struct intake_flight *fl)
{
	struct intake *i = fl->home;
	int64_t now_us = loop_now_us(i->deps.loop), from_us = fl->call.follows && i->answered_us > fl->sent_us ? i->answered_us : fl->sent_us;
	int64_t lag_us = now_us - from_us - (int64_t)fl->write.count * FILING_US;

	i->answered_us = now_us;
	if (i->lag_count == 0 || lag_us < i->least_lag_us)
		i->least_lag_us = lag_us;
	if (++i->lag_count == LAG_BATCHES) {
		i->disk_us = i->least_lag_us;
		i->lag_count = 0;
	}
}

static void on_answered(struct db_call *call, const struct db_answer *a)
{
	struct intake_flight *fl = container_of(call, struct intake_flight, call);

	note_time(fl);
	switch (a->outcome) {
	case DB_DONE:
		stored(fl, a);
		break;
	case DB_CONFLICT:
		if (fl->is_hopeful)
			not_all_new(fl);
		else
			bisect(fl, a);
		break;
	case DB_BAD_DATA:
		bisect(fl, a);
		break;
	default:
		try_again(fl, a);
		break;
	}
}

void intake_fly(struct intake_flight *fl)
{
	struct intake *i = fl->home;

	fl->busy = true;
	fl->unknown = false;
	fl->is_hopeful = is_hopeful(fl);
	fl->part_count = 0;
	fl->from = 0;
	fl->to = fl->count;
	fl->give_up_us = loop_now_us(i->deps.loop) + (int64_t)i->conf.give_up_ms * 1000;
	fl->write = (struct intake_write){ .list = fl->list, .count = fl->count, .lease_s = i->conf.work_lease_s, .recent = i->deps.recent, .vault = i->deps.vault };
	fl->write.now_us = clock_now_us(i->deps.clock);
	if (!intake_seal(&fl->write, &fl->receipts, i->deps.signer)) {
		log_event(NULL, LOG_LEVEL_ERROR, "intake.no_seal", "a batch of %d could not be signed", fl->count);
		flight_fail(fl, INTAKE_TRY_AGAIN);
		flight_over(fl);
		return;
	}
	fly(fl);
}
