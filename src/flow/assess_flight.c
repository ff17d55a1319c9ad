/*
 * One batch of declarations, from the queue to what is written of them.
 *
 *   load ──> (filings) ──> match ──(identity)──> settle ──> write ──┬─ written: hand over deliveries
 *     ^                                                            └─ the race was lost: judge again
 *     └── by halves, when something of the batch cannot be written
 *
 * No transaction is open while C thinks: the write is guarded by the seq that was read. Answers in memory (held) are stored
 * by the same write as their effect; of a declaration that is judged again they go back to the hand.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "flow/assess_priv.h"
#include "model/identity.h"

#define PAUSE_US 30000

static db_done_fn on_loaded, on_filings, on_attested, on_written;
static void load(struct flight *f);
static void match(struct flight *f);
static void settle(struct flight *f);

static struct loop *loop_of(const struct flight *f)
{
	return f->home->flow->deps.loop;
}

int by_bucket_and_id(const void *x, const void *y)
{
	const struct id *a = x, *b = y;
	int16_t ba = id_bucket(a), bb = id_bucket(b);

	return ba != bb ? (ba < bb ? -1 : 1) : id_cmp(a, b);
}

static void answers_done(struct inbox_item *item, enum inbox_outcome outcome)
{
	while (item != NULL) {
		struct inbox_item *next = item->next;

		item->outcome = outcome;
		item->is_first = true;
		item->on_done(item);
		item = next;
	}
}

/* Answers of what did not succeed are answered to that they are not stored: their messages go again. */
static void land_part(struct flight *f)
{
	for (int i = 0; i < f->count; i++) {
		answers_done(f->answers[i], f->settled[i] ? INBOX_STORED : INBOX_TRY_AGAIN);
		f->answers[i] = NULL;
		hand_land(f->home->hand, &f->ids[i], f->settled[i], loop_now_us(loop_of(f)));
	}
	f->ids += f->count;
	f->settled += f->count;
	f->answers += f->count;
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
	assess_turn(s);
}

static void call(struct flight *f, db_done_fn *then)
{
	f->calling = true;
	db_start(f->home->flow->deps.db, &f->call, then);
}

static void put_off(struct flight *f, const char *what, const struct db_answer *a);

/* What was declared a moment ago and is answered now need not be read. False: arena full. */
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

		if (f->answers[i] != NULL && standing_take(f->home->standing, &f->ids[i], &c)) {
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
		put_off(f, "recall", NULL);
		return;
	}
	if (f->unread.count == 0) {
		match(f);
		return;
	}
	assess_store_load(&f->load, &f->arena, f->unread.ids, f->unread.count, &f->call);
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
		put_off(f, "load", a);
		return;
	}
	if (!read_cases(f, a) || !judge_want(&f->arena, f->judged, f->count, f->home->flow->deps.recent, &f->wanted)) {
		put_off(f, "read", NULL);
		return;
	}
	if (f->wanted.count == 0) {
		match(f);
		return;
	}
	assess_store_filings(&f->load, &f->arena, f->wanted.ids, f->wanted.count, &f->call);
	if (f->arena.full)
		put_off(f, "filings", NULL);
	else
		call(f, on_filings);
}

static void on_filings(struct db_call *c, const struct db_answer *a)
{
	struct flight *f = container_of(c, struct flight, call);

	f->calling = false;
	if (a->outcome != DB_DONE)
		put_off(f, "filings", a);
	else if (!judge_take(&f->arena, &f->wanted, a->results[0], f->judged))
		put_off(f, "filings", NULL);
	else
		match(f);
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

/* --- settle and write --------------------------------------------------------------------------------------------------- */

static bool has_room(void *arg, enum authority a)
{
	const struct assess *s = arg;

	return dispatch_has_room(s->flow->dispatch, a);
}

static bool make_context(struct flight *f)
{
	struct flow *fl = f->home->flow;
	size_t n = (size_t)f->count, changes = 0, answers = 0;

	for (int i = 0; i < f->count; i++) {
		changes += (size_t)f->judged[i].part_count;
		answers += (size_t)f->judged[i].answer_count;
	}
	f->context = (struct judge_context){ .arena = &f->arena, .book = (*fl->deps.rules)->book, .ids = fl->deps.ids,
		                             .now_us = clock_now_us(fl->deps.clock), .exchange_id = text_of(fl->conf.exchange_id),
		                             .next_serial = assess_next_serial, .has_room = has_room, .arg = f->home };
	f->context.judgements = arena_alloc(&f->arena, n * sizeof(struct judgement));
	f->context.deliveries = arena_alloc(&f->arena, n * AUTHORITY_COUNT * sizeof(struct new_delivery));
	f->context.answers = arena_alloc(&f->arena, (answers + 1) * sizeof(struct new_answer));
	f->context.changes = arena_alloc(&f->arena, (changes + 1) * sizeof(struct part_change));
	return !f->arena.full;
}

static void settle(struct flight *f)
{
	struct flow *fl = f->home->flow;
	const struct judge_context *x = &f->context;
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
	assess_ask_serials(f->home);
	if (f->context.judgement_count == 0) {
		part_over(f);
		return;
	}
	f->write = (struct assess_write){ .judgements = x->judgements, .deliveries = x->deliveries, .changes = x->changes,
		                          .answers = x->answers, .judgement_count = x->judgement_count, .delivery_count = x->delivery_count,
		                          .change_count = x->change_count, .answer_count = x->answer_count,
		                          .now_us = x->now_us, .lease_s = fl->conf.lease_s };
	f->write.id = id_new(fl->deps.ids, x->now_us, (int16_t)(id_random(fl->deps.ids) % ID_BUCKETS));
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

static bool is_won(const struct flight *f, const bool *won, const struct id *declaration)
{
	int at = judgement_at(f, declaration);

	return at >= 0 && won[at];
}

static void hand_over(struct flight *f, const bool *won)
{
	struct flow *fl = f->home->flow;
	struct hand_work *held = NULL;
	int in_hand = 0;

	for (int i = 0; i < f->context.delivery_count; i++) {
		const struct new_delivery *v = &f->context.deliveries[i];

		in_hand += !id_is_null(&v->lease) && is_won(f, won, &v->declaration);
	}
	if (in_hand > 0)
		held = hand_hold(f->home->hand, &f->write.id, in_hand);
	for (int i = 0; i < f->context.delivery_count; i++) {
		const struct new_delivery *v = &f->context.deliveries[i];

		if (!is_won(f, won, &v->declaration))
			continue;
		fl->stats.declared++;
		if (!id_is_null(&v->lease))
			dispatch_take(fl->dispatch, v, held);
		else if (v->state == DELIVERY_DUE)
			dispatch_kick(fl->dispatch, v->authority);
	}
	for (int i = 0; i < f->context.change_count; i++) {
		const struct part_change *c = &f->context.changes[i];

		if (!is_won(f, won, &c->declaration))
			continue;
		fl->stats.contradictions += c->contradicted;
		if (c->go)
			dispatch_kick(fl->dispatch, c->authority);
	}
}

/* Its answers go back to the hand, to be stored next time. */
static void judge_again(struct flight *f, int at)
{
	hand_again(f->home->hand, &f->ids[at]);
	while (f->answers[at] != NULL) {
		struct inbox_item *item = f->answers[at];

		f->answers[at] = item->next;
		if (!hand_answer(f->home->hand, &f->ids[at], item, loop_now_us(loop_of(f)))) {
			item->next = NULL;
			answers_done(item, INBOX_TRY_AGAIN);
		}
	}
}

/* Declared for the first time: as it stands now. deliveries: the rest of the list, which has its own ones first. */
static void remember(struct flight *f, const struct judgement *g, const struct new_delivery *deliveries, int count)
{
	struct standing_case c = { .declaration = g->declaration, .seq = g->seq + g->answered, .inputs = g->inputs, .state = g->state };

	for (int i = 0; i < count && id_eq(&deliveries[i].declaration, &g->declaration); i++) {
		c.parts[c.part_count].authority = deliveries[i].authority;
		c.parts[c.part_count++].state = deliveries[i].state;
	}
	standing_put(f->home->standing, &c);
}

static void remember_declared(struct flight *f, const bool *won)
{
	const struct judge_context *x = &f->context;

	for (int i = 0, next; i < x->delivery_count; i = next) {
		int at = judgement_at(f, &x->deliveries[i].declaration);

		for (next = i; next < x->delivery_count && id_eq(&x->deliveries[next].declaration, &x->deliveries[i].declaration);)
			next++;
		if (at >= 0 && won[at] && x->judgements[at].version == 1 && x->judgements[at].wait_until_us == INT64_MIN)
			remember(f, &x->judgements[at], &x->deliveries[i], x->delivery_count - i);
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
			judge_again(f, at);
			continue;
		}
		fl->stats.judged++;
		fl->stats.released += g->released_us != INT64_MIN;
	}
	remember_declared(f, won);
	hand_over(f, won);
	part_over(f);
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
