/*
 * The second half of a flight: what follows for each declaration, written in one statement, and handed over.
 *
 *   settle ──> write ──┬─ written: remembered, its deliveries handed over, its answers are stored
 *                      └─ the race was lost (or no serial was left): judged again, its answers go back to the hand
 *
 * Answers in memory are stored by the same write as their effect.
 */
#include <assert.h>

#include "flow/assess_priv.h"

static db_done_fn on_written;

static bool has_room(void *arg, enum authority a)
{
	const struct assess *s = arg;

	return dispatch_has_room(s->flow->dispatch, a);
}

/* Who is told of what is released, and is connected: as a rule nobody. */
static unsigned informed(const struct rules *rules)
{
	unsigned all = rules->book->informed;

	for (enum authority a = 0; all != 0 && a < AUTHORITY_COUNT; a++)
		if (!rules->authorities[a].connected)
			all &= ~AUTHORITY_BIT(a);
	return all;
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
		                             .customs_signer = fl->conf.customs_signer, .payer_key = fl->conf.payer_key, .informed = informed(*fl->deps.rules),
		                             .inspections = &f->home->inspections,
		                             .next_serial = assess_next_serial, .has_room = has_room, .arg = f->home };
	f->context.judgements = arena_alloc(&f->arena, n * sizeof(struct judgement));
	f->context.deliveries = arena_alloc(&f->arena, n * AUTHORITY_COUNT * sizeof(struct new_delivery));
	f->context.answers = arena_alloc(&f->arena, (answers + n) * sizeof(struct new_answer));
	f->context.requests = arena_alloc(&f->arena, n * sizeof(struct new_request));
	f->context.changes = arena_alloc(&f->arena, (changes + 1) * sizeof(struct part_change));
	return !f->arena.full;
}

/* Its answers go back to the hand, to be stored next time. */
static void judge_again(struct flight *f, int at)
{
	hand_again(f->home->hand, &f->ids[at]);
	while (f->answers[at] != NULL) {
		struct inbox_item *item = f->answers[at];

		f->answers[at] = item->next;
		if (!hand_answer(f->home->hand, &f->ids[at], item, HAND_SOON, loop_now_us(f->home->flow->deps.loop))) {
			item->next = NULL;
			flight_answers_done(item, INBOX_TRY_AGAIN);
		}
	}
}

/* What was taken back counts no longer for those who come after. */
static void withdraw_traces(struct flight *f)
{
	struct id *ids = arena_alloc(&f->arena, sizeof(*ids) * (size_t)f->context.judgement_count);
	int n = 0;

	for (int i = 0; ids != NULL && i < f->context.judgement_count; i++)
		if (f->context.judgements[i].state == STATE_WITHDRAWN)
			ids[n++] = f->context.judgements[i].declaration;
	if (n > 0)
		risk_store_withdraw(&f->weighing.withdrawal, &f->arena, ids, n, &f->call);
}

static bool add_write(struct flight *f)
{
	if (!assess_store_write(&f->write, &f->arena, &f->call))
		return false;
	withdraw_traces(f);
	return !f->arena.full;
}

void flight_settle(struct flight *f)
{
	struct flow *fl = f->home->flow;
	const struct judge_context *x = &f->context;

	if (!make_context(f)) {
		flight_put_off(f, "settle", NULL);
		return;
	}
	for (int i = 0; i < f->count; i++)
		if (f->judged[i].found && !judge_settle(&f->judged[i], &f->context))
			judge_again(f, i); /* no serial was left; its work row stays */
	if (f->arena.full) {
		flight_put_off(f, "settle", NULL);
		return;
	}
	assess_ask_serials(f->home);
	if (f->context.judgement_count == 0) {
		flight_part_over(f);
		return;
	}
	f->write = (struct assess_write){ .judgements = x->judgements, .deliveries = x->deliveries, .changes = x->changes,
		                          .answers = x->answers, .requests = x->requests, .request_count = x->request_count,
		                          .judgement_count = x->judgement_count, .delivery_count = x->delivery_count,
		                          .change_count = x->change_count, .answer_count = x->answer_count,
		                          .now_us = x->now_us, .lease_s = fl->conf.lease_s, .vault = fl->deps.vault };
	if (f->context.joint.len > 0) {
		buf_char(&f->context.joint, ']');
		f->write.joint = buf_as_text(&f->context.joint);
	}
	f->write.id = id_new(fl->deps.ids, x->now_us, (int16_t)(id_random(fl->deps.ids) % ID_BUCKETS));
	if (!add_write(f))
		flight_put_off(f, "write", NULL);
	else
		flight_call(f, on_written);
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
		held = hand_work_new(f->home->works, &f->write.id, in_hand);
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
		if (at >= 0 && won[at] && x->judgements[at].version == 1 && x->judgements[at].wait_until_us == INT64_MIN
		    && x->judgements[at].state != STATE_RELEASED /* else they are those who are only told */ && !x->judgements[at].answered)
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
		flight_put_off(f, "write", won == NULL ? NULL : a);
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
	flight_want(f);
}
