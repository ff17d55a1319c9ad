/*
 * One batch of declarations: from the hand to what it is judged by, and back.
 *
 *   recall, load ──> (filings) ──> match ──(identity)──> settle, write (assess_settle.c) ──> landed
 *     ^                                                                   │
 *     └── by halves, when something of the batch cannot be written (assess_part.c)
 *
 * No transaction is open while C thinks: the write is guarded by the seq that was read.
 */
#include <stdlib.h>

#include "flow/assess_priv.h"
#include "model/identity.h"

static db_done_fn on_loaded, on_filings, on_attested;
static void load(struct flight *f);
static void match(struct flight *f);

/* The rules of an inspection want to know more than memory does. */
static bool selects(const struct inbox_item *answers)
{
	for (; answers != NULL; answers = answers->next)
		if (answers->answer.outcome == OUTCOME_INSPECT)
			return true;
	return false;
}

/* What was declared a moment ago and is answered now need not be read; unless a work row stands for more than the answers,
 * such as a delivery that was let go. False: arena full.
 */
static bool recall(struct flight *f)
{
	size_t n = (size_t)f->count;

	f->judged = arena_alloc(&f->arena, sizeof(*f->judged) * n);
	f->unread.ids = arena_alloc(&f->arena, sizeof(*f->unread.ids) * n);
	f->unread.held = arena_alloc(&f->arena, sizeof(*f->unread.held) * n);
	f->unread.of = arena_alloc(&f->arena, sizeof(*f->unread.of) * n);
	f->unread.count = 0;
	if (f->arena.full)
		return false;
	for (int i = 0; i < f->count; i++) {
		struct standing_case c;

		if (f->answers[i] != NULL && standing_take(f->home->standing, &f->ids[i], &c) && !hand_from_work(f->home->hand, &f->ids[i]) &&
		    !selects(f->answers[i])) {
			if (!judge_recall(&f->arena, &c, f->answers[i], &f->judged[i]))
				return false;
			continue;
		}
		f->unread.ids[f->unread.count] = f->ids[i];
		f->unread.held[f->unread.count] = f->answers[i];
		f->unread.of[f->unread.count++] = i;
	}
	return true;
}

static void load(struct flight *f)
{
	arena_done(&f->arena);
	if (!recall(f)) {
		flight_put_off(f, "recall", NULL);
		return;
	}
	if (f->unread.count == 0) {
		match(f);
		return;
	}
	assess_store_load(&f->load, &f->arena, f->unread.ids, f->unread.count, &f->call);
	if (f->arena.full)
		flight_put_off(f, "load", NULL);
	else
		flight_call(f, on_loaded);
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
		flight_settle(f);
		return;
	}
	assess_store_attested(&f->attested, &f->arena, hashes, n, clock_now_us(fl->deps.clock), &f->call);
	if (f->arena.full)
		flight_put_off(f, "identities", NULL);
	else
		flight_call(f, on_attested);
}

static void match(struct flight *f)
{
	struct flow *fl = f->home->flow;
	int64_t now_us = clock_now_us(fl->deps.clock);

	for (int i = 0; i < f->count; i++) {
		f->judged[i].from_todo = hand_from_todo(f->home->hand, &f->ids[i]);
		f->settled[i] = !f->judged[i].found;
		if (f->judged[i].found)
			judge_match(&f->judged[i], (*fl->deps.rules)->book, now_us);
	}
	ask_identities(f);
}

static bool read_cases(struct flight *f, const struct db_answer *a)
{
	struct judged *read = arena_alloc(&f->arena, sizeof(*read) * (size_t)f->unread.count);

	if (read == NULL || !judge_read(&f->arena, f->unread.ids, f->unread.held, f->unread.count, a, read))
		return false;
	for (int i = 0; i < f->unread.count; i++)
		f->judged[f->unread.of[i]] = read[i];
	return true;
}

static void on_loaded(struct db_call *c, const struct db_answer *a)
{
	struct flight *f = container_of(c, struct flight, call);

	f->calling = false;
	if (a->outcome != DB_DONE) {
		flight_put_off(f, "load", a);
		return;
	}
	if (!read_cases(f, a) || !judge_want(&f->arena, f->judged, f->count, f->home->flow->deps.recent, &f->wanted)) {
		flight_put_off(f, "read", NULL);
		return;
	}
	if (f->wanted.count == 0) {
		match(f);
		return;
	}
	assess_store_filings(&f->load, &f->arena, f->wanted.ids, f->wanted.count, &f->call);
	if (f->arena.full)
		flight_put_off(f, "filings", NULL);
	else
		flight_call(f, on_filings);
}

static void on_filings(struct db_call *c, const struct db_answer *a)
{
	struct flight *f = container_of(c, struct flight, call);

	f->calling = false;
	if (a->outcome != DB_DONE)
		flight_put_off(f, "filings", a);
	else if (!judge_take(&f->arena, &f->wanted, a->results[0], f->judged))
		flight_put_off(f, "filings", NULL);
	else
		match(f);
}

static void on_attested(struct db_call *c, const struct db_answer *a)
{
	struct flight *f = container_of(c, struct flight, call);
	struct flow *fl = f->home->flow;

	f->calling = false;
	if (a->outcome != DB_DONE) {
		flight_put_off(f, "identities", a);
		return;
	}
	for (int row = 0; row < db_row_count(a->results[0]); row++) {
		struct judged *j = &f->judged[f->asked[db_get_int(a->results[0], row, 0) - 1]];

		j->trade.identity_attested = true;
		judge_match(j, (*fl->deps.rules)->book, clock_now_us(fl->deps.clock));
	}
	flight_settle(f);
}

/* --- life -------------------------------------------------------------------------------------------------------------- */

void flight_start(struct flight *f)
{
	qsort(f->batch, (size_t)f->total, sizeof(f->batch[0]), by_bucket_and_id);
	memset(f->batch_settled, 0, sizeof(f->batch_settled));
	for (int i = 0; i < f->total; i++)
		f->held[i] = hand_take_answers(f->home->hand, &f->batch[i]);
	f->ids = f->batch;
	f->settled = f->batch_settled;
	f->answers = f->held;
	f->count = f->total;
	f->busy = true;
	f->begin = load;
	load(f);
}

void flight_stop(struct flight *f)
{
	struct flow_deps *deps = &f->home->flow->deps;

	loop_timer_clear(deps->loop, &f->pause);
	if (f->calling)
		db_cancel(deps->db, &f->call);
	arena_done(&f->arena);
}
