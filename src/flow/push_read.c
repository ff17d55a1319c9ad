/*
 * Reading what is to be pushed: once for all subscriptions that keep up, and for each that is behind (or replays) by
 * itself, in turns. A page is looked at whole or as far as the queues have room; whoever had none is behind from then on.
 *
 * Feed: ends at the watermark. Answers: end at the horizon, before which nothing can come in any more (receipts_horizon.sql), and are
 * looked through in stretches of time, short ones where much came.
 */
#include "flow/push_priv.h"

#include "base/log.h"

#define WINDOW_LEAST_US US_PER_S
#define WINDOW_MOST_US  US_PER_DAY

enum { TURN_FEED, TURN_ANSWERS, TURN_BEHIND, TURNS };

static db_done_fn on_read;

/* --- what a page says ------------------------------------------------------------------------------------------------- */

static struct push_mark row_mark(enum push_source source, const struct db_rows *r, int row)
{
	struct push_mark mark = { .number = source == PUSH_FEED ? db_get_int(r, row, FEED_SEQ) : db_get_time(r, row, ANSWER_TIME) };

	if (source == PUSH_ANSWERS && !db_get_id(r, row, ANSWER_ID, &mark.id))
		mark.id = (struct id){ { 0 } };
	return mark;
}

/* Up to where it was looked; from: where it began. */
static struct push_mark page_end(const struct push *p, const struct db_rows *r, const struct push_mark *from, int64_t *window_us)
{
	bool is_full;

	if (p->read_source == PUSH_FEED)
		return db_is_null(r, 0, FEED_SEQ) ? *from : row_mark(PUSH_FEED, r, 0);
	is_full = db_get_int(r, 0, ANSWER_COUNT) >= PUSH_PAGE;
	*window_us = is_full ? *window_us / 2 : *window_us * 2;
	if (*window_us < WINDOW_LEAST_US)
		*window_us = WINDOW_LEAST_US;
	if (*window_us > WINDOW_MOST_US)
		*window_us = WINDOW_MOST_US;
	return is_full ? row_mark(PUSH_ANSWERS, r, 0) : (struct push_mark){ .number = p->read_until };
}

/* Behind the rows of the subscription whose row is first. */
static int rows_end(const struct db_rows *r, int first)
{
	struct id id, other;
	int row = first + 1;

	if (!db_get_id(r, first, FEED_SUB, &id))
		return row;
	while (row < db_row_count(r) && db_get_id(r, row, FEED_SUB, &other) && id_eq(&id, &other))
		row++;
	return row;
}

/* Its rows that were not read yet, up to the end of a replay, into its queue. */
static bool take_rows(struct push_stream *t, const struct db_rows *r, int first, int last)
{
	struct push_mark mark;

	while (first < last && (mark = row_mark(t->source, r, first), push_mark_cmp(&mark, &t->taken) <= 0))
		first++;
	while (last > first && row_mark(t->source, r, last - 1).number > t->end_number)
		last--;
	return t->source == PUSH_FEED ? push_make_feed(t, r, first, last) : push_make_answers(t, r, first, last);
}

/* --- for all ---------------------------------------------------------------------------------------------------------- */

static void take_for_all(struct push *p, const struct db_rows *r)
{
	struct push_head *h = &p->heads[p->read_source];
	struct push_mark end = page_end(p, r, &h->at, &h->window_us);
	struct id id;

	for (int row = 1, last; row < db_row_count(r); row = last) {
		struct push_sub *s = db_get_id(r, row, FEED_SUB, &id) ? push_find(p, &id) : NULL;
		struct push_stream *t = s == NULL ? NULL : &s->streams[p->read_source][0];

		last = rows_end(r, row);
		if (t != NULL && s->enabled && t->exists && !t->is_behind && !take_rows(t, r, row, last))
			t->is_behind = true;
	}
	for (int i = 0; i < p->sub_count; i++) {
		struct push_stream *t = &p->subs[i]->streams[p->read_source][0];

		if (p->subs[i]->enabled && t->exists && !t->is_behind && push_mark_cmp(&t->taken, &end) < 0)
			t->taken = end;
	}
	if (push_mark_cmp(&h->at, &end) < 0)
		h->at = end;
}

/* --- for one ---------------------------------------------------------------------------------------------------------- */

static void take_for_one(struct push *p, struct push_stream *t, const struct db_rows *r)
{
	const struct push_head *h = &p->heads[t->source];
	struct push_mark end = page_end(p, r, &t->taken, &t->window_us);

	if (!t->exists || !t->sub->enabled || push_mark_cmp(&t->taken, &p->read_from) != 0)
		return; /* its queue was dropped meanwhile: it reads again from further back */
	if (t->is_replay && (end.number >= t->end_number || (t->source == PUSH_FEED && push_mark_cmp(&end, &t->taken) == 0)))
		end = (struct push_mark){ .number = t->end_number };
	if (!take_rows(t, r, 1, db_row_count(r)))
		return;
	if (push_mark_cmp(&t->taken, &end) < 0)
		t->taken = end;
	if (t->is_replay && t->taken.number >= t->end_number) {
		p->store_all = true;
		push_arm_flush(p);
	}
	if (!t->is_replay && h->is_known && push_mark_cmp(&t->taken, &h->at) >= 0)
		t->is_behind = false;
}

static bool wants_reading(const struct push *p, const struct push_stream *t)
{
	if (!t->exists || !t->is_behind || !push_has_room(t->sub) || t->sub->waiting >= p->conf.failed_max || p->bytes >= p->conf.memory_bytes)
		return false;
	return t->taken.number < (t->is_replay ? t->end_number : p->heads[t->source].limit);
}

/* The next one whose turn it is. */
static struct push_stream *next_behind(struct push *p)
{
	int places = p->sub_count * PUSH_SOURCE_COUNT * 2;

	for (int i = 1; i <= places; i++) {
		int at = (p->behind_place + i) % places, k = at % (PUSH_SOURCE_COUNT * 2);
		struct push_stream *t = &p->subs[at / (PUSH_SOURCE_COUNT * 2)]->streams[k / 2][k % 2];

		if (wants_reading(p, t)) {
			p->behind_place = at;
			return t;
		}
	}
	return NULL;
}

/* --- a read ----------------------------------------------------------------------------------------------------------- */

static void on_read(struct db_call *call, const struct db_answer *answer)
{
	struct push *p = container_of(call, struct push, read_call);
	struct push_stream *t = p->read_for;
	bool good = answer->outcome == DB_DONE;

	p->reading = false;
	p->read_for = NULL;
	if (good && p->leads && !p->quiesced) {
		if (t != NULL)
			take_for_one(p, t, answer->results[0]);
		else if (p->heads[p->read_source].is_known)
			take_for_all(p, answer->results[0]);
	} else if (!good && !p->has_failed) {
		log_event(NULL, LOG_LEVEL_WARNING, "push.put_off", "%s %s", db_outcome_name(answer->outcome), answer->detail == NULL ? "" : answer->detail);
	}
	p->has_failed = !good;
	arena_done(&p->read_arena);
	if (good)
		p->go_on(p); /* else the next tick does */
}

static void add_only(struct push *p, struct db_param *param)
{
	*param = p->read_for == NULL ? db_null() : db_id(&p->read_for->sub->id);
}

static void start_feed(struct push *p, const struct push_mark *from, struct db_param *params)
{
	struct arena *a = &p->read_arena;
	const struct push_stream *t = p->read_for;

	params[0] = db_i64(a, from->number);
	params[1] = db_i32(a, PUSH_PAGE);
	add_only(p, &params[2]);
	params[3] = db_text(text_of(p->conf.source));
	params[4] = t == NULL || t->from_us == INT64_MIN ? db_null() : db_time(a, t->from_us);
	params[5] = t == NULL || t->to_us == INT64_MIN ? db_null() : db_time(a, t->to_us);
	db_call_add(&p->read_call, &push_read_feed, params);
}

static void start_answers(struct push *p, const struct push_mark *from, int64_t window_us, struct db_param *params)
{
	struct arena *a = &p->read_arena;
	const struct push_stream *t = p->read_for;
	const struct id *id = arena_copy(a, &from->id, sizeof(from->id));

	p->read_until = p->heads[PUSH_ANSWERS].limit;
	if (t != NULL && t->is_replay && t->end_number < p->read_until)
		p->read_until = t->end_number + 1; /* the last one included */
	if (p->read_until - from->number > window_us)
		p->read_until = from->number + window_us;
	params[0] = db_time(a, from->number);
	params[1] = id == NULL ? db_null() : db_id(id);
	params[2] = db_time(a, p->read_until);
	params[3] = db_i32(a, PUSH_PAGE);
	add_only(p, &params[4]);
	db_call_add(&p->read_call, &push_read_answers, params);
}

static void start(struct push *p, enum push_source source, struct push_stream *t)
{
	const struct push_head *h = &p->heads[source];
	const struct push_mark *from = t == NULL ? &h->at : &t->taken;
	struct db_param *params = arena_zalloc(&p->read_arena, sizeof(*params) * PUSH_FEED_PARAMS);

	if (params == NULL)
		return;
	p->read_source = source;
	p->read_for = t;
	p->read_from = *from;
	p->reading = true;
	db_call_init(&p->read_call);
	if (source == PUSH_FEED)
		start_feed(p, from, params);
	else
		start_answers(p, from, t == NULL ? h->window_us : t->window_us, params);
	db_start(p->deps.db, &p->read_call, on_read);
}

static bool start_turn(struct push *p, int turn)
{
	struct push_stream *t;

	if (turn == TURN_BEHIND) {
		t = next_behind(p);
		if (t != NULL)
			start(p, t->source, t);
		return t != NULL;
	}
	if (!p->heads[turn].is_known || p->heads[turn].at.number >= p->heads[turn].limit)
		return false;
	start(p, (enum push_source)turn, NULL);
	return true;
}

void push_read_next(struct push *p)
{
	if (p->reading || p->loading || p->load_wanted || !p->leads || p->quiesced)
		return;
	for (int i = 0; i < TURNS && !p->reading; i++) {
		int turn = (p->read_turn + i) % TURNS;

		if (start_turn(p, turn)) {
			p->read_turn = (turn + 1) % TURNS;
			return;
		}
	}
}
