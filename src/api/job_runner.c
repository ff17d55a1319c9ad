/* A slot is one piece's way; its arena lives from the claim to the record. */
#include "api/job_runner.h"

#include <assert.h>
#include <stdlib.h>

#include "api/filings_goods.h"
#include "api/filings_judge.h"
#include "api/filings_quality.h"
#include "base/log.h"
#include "store/job_store.h"

enum {
	SLOTS_MAX = 16,
	TRIES_MAX = 10,            /* claims of one piece before its lines are given up: perhaps it is what kills daemons */
	EXPIRE_EVERY_SWEEPS = 60,
	NEVER_STORED_HOURS = 24,   /* pieces whose job did not follow within that belong to nobody */
	EXPIRE_BYTES = 1024,
};

enum slot_state { SLOT_IDLE, SLOT_CLAIMING, SLOT_LOOKING, SLOT_FILING, SLOT_RECORDING };

struct slot {
	struct job_runner *home;
	enum slot_state state;
	struct arena arena;
	struct db_call call;
	struct job_claim claim;
	struct job_piece piece;
	struct filing_work work;
	struct intake_submission submission;
	struct job_record record;
};

struct job_runner {
	struct job_runner_conf conf;
	struct job_runner_deps deps;
	struct slot slots[SLOTS_MAX];
	struct loop_timer sweep;
	struct loop_task soon;
	struct arena expire_arena;
	struct db_call expire_call;
	struct db_param expire_params[2];
	bool is_expiring, is_quiet;
	int sweeps;
	struct job_runner_stats stats;
};

static void claim_next(struct job_runner *jr);

/* The one place where a slot ends. */
static void slot_over(struct slot *s)
{
	s->state = SLOT_IDLE;
	arena_done(&s->arena);
}

/* --- recording ---------------------------------------------------------------------------------------------------- */

static void on_soon(struct loop_task *t)
{
	claim_next(container_of(t, struct job_runner, soon));
}

static void on_recorded(struct db_call *call, const struct db_answer *a)
{
	struct slot *s = container_of(call, struct slot, call);
	struct job_runner *jr = s->home;
	char id[ID_TEXT_BYTES];

	id_format(&s->piece.job, id);
	if (a->outcome != DB_DONE) {
		log_event(NULL, LOG_LEVEL_WARNING, "job.not_recorded", "%s piece %d: %s %s", id, s->piece.number, db_outcome_name(a->outcome),
		          a->detail == NULL ? "" : a->detail);
	} else if (db_row_count(a->results[0]) > 0) {
		jr->stats.pieces++;
		jr->stats.good += (uint64_t)s->record.good;
		jr->stats.bad += (uint64_t)s->record.bad;
		if (text_is(db_get_text(a->results[0], 0, JOB_RECORD_STATE), "done"))
			log_event(NULL, LOG_LEVEL_INFO, "job.finished", "%s lines=%lld bad=%lld", id, (long long)db_get_int(a->results[0], 0, JOB_RECORD_LINES),
			          (long long)db_get_int(a->results[0], 0, JOB_RECORD_BAD));
	}
	slot_over(s);
	loop_soon(jr->deps.loop, &jr->soon, on_soon);
}

static void record(struct slot *s, const struct buf *results, int good, int bad)
{
	struct job_runner *jr = s->home;

	s->record = (struct job_record){ .job = s->piece.job, .lease = s->claim.lease, .piece = s->piece.number, .good = good, .bad = bad,
		                         .results = buf_as_text(results), .now_us = clock_now_us(jr->deps.clock) };
	if (results->full || !job_store_record(&s->record, jr->deps.vault, &s->arena, &s->call)) {
		log_event(NULL, LOG_LEVEL_ERROR, "job.no_memory", "the results of a piece of %d lines do not fit", s->piece.lines.count);
		slot_over(s);
		return;
	}
	s->state = SLOT_RECORDING;
	db_start(jr->deps.db, &s->call, on_recorded);
}

/* --- filing ------------------------------------------------------------------------------------------------------- */

static struct ndjson_piece piece_of(const struct job_lines *l)
{
	return (struct ndjson_piece){ .body = l->body, .first = l->first, .last = l->last, .lines = l->count };
}

/* None of the lines is filed: each gets the same answer. */
static void refuse_all(struct slot *s, const struct fault *f)
{
	struct ndjson n = { s->piece.lines.body, s->piece.lines.first };
	struct ndjson_line line;
	struct buf results;
	int count = 0;

	buf_init(&results, &s->arena, 512 * (size_t)s->piece.lines.count);
	for (; ndjson_next(&n, &line); count++) {
		filings_put_refusal(&results, &s->work, line.number, f);
		buf_char(&results, '\n');
	}
	record(s, &results, 0, count);
}

static bool is_known(const struct slot *s)
{
	for (int i = 0; i < s->submission.candidate_count; i++) {
		enum intake_outcome outcome = s->submission.candidates[i].outcome;

		if (outcome == INTAKE_TRY_AGAIN || outcome == INTAKE_UNKNOWN)
			return false;
	}
	return true;
}

static void on_filed(struct intake_submission *submission)
{
	struct slot *s = container_of(submission, struct slot, submission);
	struct filing_tally tally = { 0 };
	struct buf results;

	if (!is_known(s) && s->piece.tries < TRIES_MAX) {
		slot_over(s);
		return;
	}
	buf_init(&results, &s->arena, 2048 * (size_t)s->piece.lines.count);
	for (int i = 0; i < s->work.message.node_count; i++) {
		filings_put_result(&results, &s->work, i);
		buf_char(&results, '\n');
	}
	filings_count(&tally, &s->work);
	filings_quality_count(s->home->deps.sender_quality, &s->work);
	record(s, &results, tally.good, tally.all - tally.good);
}

/* The pieces of a caller who may file no more are refused; one that was begun too often is given up. */
static bool may_file(const struct slot *s, struct fault *f)
{
	char id[ID_TEXT_BYTES];

	if (!s->piece.client_is_good)
		return fault_set(f, FAULT_FORBIDDEN, "since it handed in this batch the client was disabled, has expired or is no longer live");
	if (s->piece.tries <= TRIES_MAX)
		return true;
	id_format(&s->piece.job, id);
	log_event(NULL, LOG_LEVEL_ERROR, "job.given_up", "%s piece %d, lines %d to %d, was begun %d times", id, s->piece.number,
	          s->piece.lines.first, s->piece.lines.last, s->piece.tries);
	return fault_set(f, FAULT_BUG, "these lines were begun too often; send them anew, each may be stored already");
}

static void not_filed(struct slot *s, const char *why)
{
	log_event(NULL, LOG_LEVEL_WARNING, "job.not_filed", "a piece of %d lines: %s", s->piece.lines.count, why);
	slot_over(s);
}

static void store_piece(struct slot *s)
{
	if (!filings_choose(&s->work, &s->submission)) {
		not_filed(s, "no memory");
	} else if (s->submission.candidate_count == 0) {
		on_filed(&s->submission);
	} else if (intake_submit(s->home->deps.intake, &s->submission, on_filed)) {
		s->state = SLOT_FILING;
	} else {
		slot_over(s); /* full since a moment ago */
	}
}

static void on_goods(struct db_call *call, const struct db_answer *a)
{
	struct slot *s = container_of(call, struct slot, call);

	if (a->outcome != DB_DONE) {
		not_filed(s, a->detail == NULL ? db_outcome_name(a->outcome) : a->detail);
		return;
	}
	filings_goods_take(&s->work, a);
	s->work.rights = *s->home->deps.rights;
	store_piece(s);
}

static void file_piece(struct slot *s)
{
	struct job_runner *jr = s->home;
	struct fault f = { 0 };

	s->submission = (struct intake_submission){ .arena = &s->arena };
	s->work = (struct filing_work){
		.arena = &s->arena, .client = &s->piece.client, .rules = *jr->deps.rules, .rights = *jr->deps.rights, .clients = *jr->deps.clients,
		.now_us = clock_now_us(jr->deps.clock), .form = FORM_LINES,
		.body = s->piece.lines.body, .piece = piece_of(&s->piece.lines), .line_bytes = jr->conf.line_bytes,
		.base = s->piece.base, .chinese = s->piece.chinese, .iso = s->piece.iso,
	};
	if (!may_file(s, &f)) {
		refuse_all(s, &f);
	} else if (!filings_read(&s->work, &f)) {
		not_filed(s, f.text);
	} else if (filings_goods_ask(&s->work, &s->call)) {
		s->state = SLOT_LOOKING;
		db_start(jr->deps.db, &s->call, on_goods);
	} else {
		store_piece(s);
	}
}

/* --- claiming ----------------------------------------------------------------------------------------------------- */

static void on_claimed(struct db_call *call, const struct db_answer *a)
{
	struct slot *s = container_of(call, struct slot, call);
	struct fault f = { 0 };

	if (a->outcome != DB_DONE || !job_claim_read(a, s->home->deps.vault, &s->arena, &s->piece, &f)) {
		if (f.code == FAULT_DAMAGED) { /* its lease runs out: somebody must look */
			char id[ID_TEXT_BYTES];

			id_format(&s->piece.job, id);
			log_event(NULL, LOG_LEVEL_ERROR, "record.damaged", "job %s: %s", id, f.text);
		}
		slot_over(s);
		return;
	}
	claim_next(s->home); /* where one job waits another may */
	file_piece(s);
}

/* One claim at a time: a slot that finds a job wakes the next one. What callers wait for goes first. */
static void claim_next(struct job_runner *jr)
{
	struct slot *s = NULL;

	for (int i = 0; i < jr->conf.jobs; i++) {
		if (jr->slots[i].state == SLOT_CLAIMING && jr->slots[i].piece.lines.count == 0)
			return;
		if (s == NULL && jr->slots[i].state == SLOT_IDLE)
			s = &jr->slots[i];
	}
	if (s == NULL || jr->is_quiet || *jr->deps.rules == NULL || !intake_is_calm(jr->deps.intake))
		return;
	s->state = SLOT_CLAIMING;
	s->piece.lines.count = 0;
	s->claim.lease = id_new(jr->deps.ids, clock_now_us(jr->deps.clock), 0);
	job_store_claim(&s->claim, &s->arena, jr->conf.lease_s, clock_now_us(jr->deps.clock), &s->call);
	db_start(jr->deps.db, &s->call, on_claimed);
}

/* --- what is over ------------------------------------------------------------------------------------------------- */

static void on_expired(struct db_call *call, const struct db_answer *a)
{
	struct job_runner *jr = container_of(call, struct job_runner, expire_call);

	if (a->outcome != DB_DONE)
		log_event(NULL, LOG_LEVEL_WARNING, "job.not_expired", "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	jr->is_expiring = false;
	arena_done(&jr->expire_arena);
}

static void expire(struct job_runner *jr)
{
	int64_t now_us = clock_now_us(jr->deps.clock);

	jr->is_expiring = true;
	job_store_expire(jr->expire_params, &jr->expire_arena, now_us - jr->conf.keep_hours * US_PER_HOUR, now_us - NEVER_STORED_HOURS * US_PER_HOUR,
	                 &jr->expire_call);
	db_start(jr->deps.db, &jr->expire_call, on_expired);
}

static void on_sweep(struct loop_timer *t)
{
	struct job_runner *jr = container_of(t, struct job_runner, sweep);

	if (++jr->sweeps % EXPIRE_EVERY_SWEEPS == 0 && !jr->is_expiring && !jr->is_quiet)
		expire(jr);
	claim_next(jr);
	loop_timer_set(jr->deps.loop, &jr->sweep, (int64_t)jr->conf.sweep_ms * 1000, on_sweep);
}

/* --- for others --------------------------------------------------------------------------------------------------- */

struct job_runner *job_runner_new(const struct job_runner_conf *conf, const struct job_runner_deps *deps, struct fault *f)
{
	struct job_runner *jr = calloc(1, sizeof(*jr));

	if (jr == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for running jobs");
		return NULL;
	}
	assert(conf->jobs >= 0 && conf->jobs <= SLOTS_MAX);
	jr->conf = *conf;
	jr->deps = *deps;
	for (int i = 0; i < conf->jobs; i++) {
		jr->slots[i].home = jr;
		arena_init(&jr->slots[i].arena, conf->memory_bytes);
	}
	arena_init(&jr->expire_arena, EXPIRE_BYTES);
	loop_timer_set(deps->loop, &jr->sweep, (int64_t)conf->sweep_ms * 1000, on_sweep);
	return jr;
}

void job_runner_free(struct job_runner *jr)
{
	if (jr == NULL)
		return;
	for (int i = 0; i < jr->conf.jobs; i++) {
		struct slot *s = &jr->slots[i];

		if (s->state == SLOT_CLAIMING || s->state == SLOT_LOOKING || s->state == SLOT_RECORDING)
			db_cancel(jr->deps.db, &s->call);
		arena_done(&s->arena);
	}
	if (jr->is_expiring)
		db_cancel(jr->deps.db, &jr->expire_call);
	arena_done(&jr->expire_arena);
	loop_timer_clear(jr->deps.loop, &jr->sweep);
	loop_soon_cancel(jr->deps.loop, &jr->soon);
	free(jr);
}

void job_runner_hint(struct job_runner *jr)
{
	loop_soon(jr->deps.loop, &jr->soon, on_soon);
}

void job_runner_quiesce(struct job_runner *jr)
{
	jr->is_quiet = true;
}

bool job_runner_idle(const struct job_runner *jr)
{
	for (int i = 0; i < jr->conf.jobs; i++)
		if (jr->slots[i].state != SLOT_IDLE)
			return false;
	return true;
}

void job_runner_stats_get(const struct job_runner *jr, struct job_runner_stats *out)
{
	*out = jr->stats;
	out->in_hand = 0;
	for (int i = 0; i < jr->conf.jobs; i++)
		out->in_hand += jr->slots[i].state != SLOT_IDLE;
}
