/*
 * What attempts came to, recorded for all subscriptions together: how far the streams are done, what failed, what is
 * done, whom to disable, and the log of attempts, in one transaction. Until it is stored nothing is forgotten; stored twice it does
 * no harm.
 */
#include "flow/push_priv.h"

#include <stdio.h>

#include "base/log.h"

#define RECORD_MAX     256 /* messages in one record */
#define FLUSH_US       20000
#define AGAIN_US       1000000
#define KEEP_EVERY_US  (10 * US_PER_S)
#define ORPHANS_US     US_PER_DAY

static db_done_fn on_recorded, on_kept;
static loop_timer_fn on_flush;

struct record { /* in the record's arena */
	struct db_param streams[PUSH_STREAMS_PARAMS], failed[PUSH_FAILED_PARAMS], done[PUSH_DONE_PARAMS], log[PUSH_LOG_PARAMS];
};

void push_arm_flush(struct push *p)
{
	if (!p->recording && p->flush_timer.place == 0)
		loop_timer_set(p->deps.loop, &p->flush_timer, FLUSH_US, on_flush);
}

static void on_flush(struct loop_timer *t)
{
	push_record(container_of(t, struct push, flush_timer));
}

/* --- streams ---------------------------------------------------------------------------------------------------------- */

struct push_mark push_done_upto(const struct push_stream *t)
{
	const struct push_message *m = t->oldest;

	while (m != NULL && m->stage == PUSH_RECORDING)
		m = m->newer;
	return m == NULL ? t->taken : m->before;
}

/* A replay ends when all of it is read and done. */
static bool is_over(const struct push_stream *t, const struct push_mark *done)
{
	return t->is_replay && done->number >= t->end_number;
}

static bool has_moved(const struct push_stream *t, const struct push_mark *done)
{
	return t->exists && (is_over(t, done) || push_mark_cmp(done, &t->stored) > 0);
}

/* store_all: also those that only read past what was not for them. */
static bool wants_storing(const struct push *p, const struct push_stream *t)
{
	struct push_mark done = push_done_upto(t);

	return has_moved(t, &done) && (p->store_all || is_over(t, &done) || (t->oldest != NULL && t->oldest->stage == PUSH_RECORDING));
}

#define FOR_STREAMS(p, i, k, t) \
	for (int i = 0; i < (p)->sub_count; i++) \
		for (int k = 0; k < PUSH_SOURCE_COUNT * 2; k++) \
			for (struct push_stream *t = &(p)->subs[i]->streams[k / 2][k % 2]; t != NULL; t = NULL)

static void put_streams(struct push *p, struct db_param *params)
{
	struct arena *a = &p->record_arena;
	struct db_array subs, sources, replays, numbers, ids, over, freed;
	int count = 0, free_count = 0;

	FOR_STREAMS(p, i, k, t)
		count += wants_storing(p, t);
	for (int i = 0; i < p->sub_count; i++)
		free_count += p->subs[i]->freed;
	db_array_begin(&subs, a, DB_KIND_UUID, count, 20 * (size_t)count);
	db_array_begin(&sources, a, DB_KIND_TEXT, count, 12 * (size_t)count);
	db_array_begin(&replays, a, DB_KIND_BOOL, count, 5 * (size_t)count);
	db_array_begin(&numbers, a, DB_KIND_I64, count, 12 * (size_t)count);
	db_array_begin(&ids, a, DB_KIND_UUID, count, 20 * (size_t)count);
	db_array_begin(&over, a, DB_KIND_BOOL, count, 5 * (size_t)count);
	db_array_begin(&freed, a, DB_KIND_UUID, free_count, 20 * (size_t)free_count);
	FOR_STREAMS(p, i, k, t) {
		if (!wants_storing(p, t))
			continue;
		t->recording = push_done_upto(t);
		t->over = is_over(t, &t->recording);
		db_array_id(&subs, &t->sub->id);
		db_array_text(&sources, text_of(push_source_names[t->source]));
		db_array_i64(&replays, t->is_replay);
		db_array_i64(&numbers, t->recording.number);
		db_array_id(&ids, &t->recording.id);
		db_array_i64(&over, t->over);
	}
	for (int i = 0; i < p->sub_count; i++) {
		struct push_sub *s = p->subs[i];

		s->freeing = s->freed;
		s->freed = false;
		if (s->freeing)
			db_array_id(&freed, &s->id);
	}
	params[0] = db_array_end(&subs);
	params[1] = db_array_end(&sources);
	params[2] = db_array_end(&replays);
	params[3] = db_array_end(&numbers);
	params[4] = db_array_end(&ids);
	params[5] = db_array_end(&over);
	params[6] = db_array_end(&freed);
	params[7] = db_time(a, clock_now_us(p->deps.clock));
}

static void streams_stored(struct push *p, bool good)
{
	FOR_STREAMS(p, i, k, t) {
		if (t->recording.number == INT64_MIN)
			continue;
		if (good)
			t->stored = t->recording;
		if (good && t->over)
			t->exists = false;
		t->recording.number = INT64_MIN;
		t->over = false;
	}
}

/* --- messages --------------------------------------------------------------------------------------------------------- */

static bool is_failed(const struct push_message *m)
{
	return m->fate != WEBHOOK_DELIVERED && !m->is_ping;
}

/* Delivered, or a ping however it ended: its row in push goes, if it has one. */
static bool is_done(const struct push_message *m)
{
	return m->stream == NULL && !is_failed(m);
}

static struct text reason_of(const struct push_message *m, struct arena *a)
{
	struct buf b;

	if (m->status == 0)
		return text_of(m->reason);
	buf_init(&b, a, 24);
	buf_printf(&b, "status %d", m->status);
	return buf_as_text(&b);
}

static void put_body(struct push *p, struct db_array *x, const struct push_message *m)
{
	const struct vault_place place = push_place(&m->sub->id, m->id);
	struct text sealed;

	if (vault_seal(p->deps.vault, &p->record_arena, &place, m->body, &sealed))
		db_array_bytes(x, sealed.at, sealed.len);
	else
		db_array_null(x); /* no memory: the record is refused and comes again */
}

static void put_failed(struct push *p, struct db_param *params)
{
	struct arena *a = &p->record_arena;
	struct db_array subs, ids, types, bodies, attempts, times, reasons;
	size_t bytes = 0;
	int count = 0;

	for (const struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		count += is_failed(m);
		bytes += is_failed(m) ? m->body.len + 8 : 0;
	}
	db_array_begin(&subs, a, DB_KIND_UUID, count, 20 * (size_t)count);
	db_array_begin(&ids, a, DB_KIND_TEXT, count, 48 * (size_t)count);
	db_array_begin(&types, a, DB_KIND_TEXT, count, 64 * (size_t)count);
	db_array_begin(&bodies, a, DB_KIND_BYTEA, count, bytes);
	db_array_begin(&attempts, a, DB_KIND_I32, count, 8 * (size_t)count);
	db_array_begin(&times, a, DB_KIND_TIME, count, 12 * (size_t)count);
	db_array_begin(&reasons, a, DB_KIND_TEXT, count, 64 * (size_t)count);
	for (const struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		if (!is_failed(m))
			continue;
		db_array_id(&subs, &m->sub->id);
		db_array_text(&ids, m->id);
		db_array_text(&types, text_of(m->content_type));
		put_body(p, &bodies, m);
		db_array_i64(&attempts, m->attempts);
		db_array_i64(&times, m->next_us);
		db_array_text(&reasons, reason_of(m, a));
	}
	params[0] = db_array_end(&subs);
	params[1] = db_array_end(&ids);
	params[2] = db_array_end(&types);
	params[3] = db_array_end(&bodies);
	params[4] = db_array_end(&attempts);
	params[5] = db_array_end(&times);
	params[6] = db_array_end(&reasons);
	params[7] = db_time(a, clock_now_us(p->deps.clock));
}

static void put_done(struct push *p, struct db_param *params)
{
	struct arena *a = &p->record_arena;
	struct db_array subs, ids, off, reasons;
	int count = 0;

	for (const struct push_message *m = p->recording_first; m != NULL; m = m->next)
		count += is_done(m);
	db_array_begin(&subs, a, DB_KIND_UUID, count, 20 * (size_t)count);
	db_array_begin(&ids, a, DB_KIND_TEXT, count, 48 * (size_t)count);
	db_array_begin(&off, a, DB_KIND_UUID, p->disabled_count, 20 * (size_t)p->disabled_count);
	db_array_begin(&reasons, a, DB_KIND_TEXT, p->disabled_count, 100 * (size_t)p->disabled_count);
	for (const struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		if (!is_done(m))
			continue;
		db_array_id(&subs, &m->sub->id);
		db_array_text(&ids, m->id);
	}
	for (int i = 0; i < p->sub_count; i++) {
		struct push_sub *s = p->subs[i];

		s->disabling = s->disabled;
		s->disabled = false;
		if (!s->disabling)
			continue;
		db_array_id(&off, &s->id);
		db_array_text(&reasons, text_of(s->why));
	}
	p->disabled_count = 0;
	params[0] = db_array_end(&subs);
	params[1] = db_array_end(&ids);
	params[2] = db_array_end(&off);
	params[3] = db_array_end(&reasons);
	params[4] = db_time(a, clock_now_us(p->deps.clock));
}

/* --- the log of attempts ---------------------------------------------------------------------------------------------- */

static bool is_plain_success(const struct push_message *m)
{
	return m->fate == WEBHOOK_DELIVERED && m->attempts == 1 && !m->is_ping;
}

/* Of a subscription's messages that went well at first in this record one stands for all: a busy one leaves no row each. */
static int count_log(struct push *p)
{
	int count = 0;

	for (struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		m->sub->log_last = NULL;
		m->sub->log_others = -1;
	}
	for (struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		if (!is_plain_success(m) || m->sub->log_last == NULL)
			count++;
		if (is_plain_success(m)) {
			m->sub->log_last = m;
			m->sub->log_others++;
		}
	}
	return count;
}

static void put_log(struct push *p, struct db_param *params)
{
	static const enum db_kind kinds[PUSH_LOG_PARAMS] = { DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_I32, DB_KIND_TIME,
		                                             DB_KIND_I32,  DB_KIND_I32,  DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_TEXT };
	struct db_array x[PUSH_LOG_PARAMS];
	int count = count_log(p);

	for (int i = 0; i < PUSH_LOG_PARAMS; i++)
		db_array_begin(&x[i], &p->record_arena, kinds[i], count, 24 * (size_t)count);
	for (const struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		bool is_shown = !is_plain_success(m) || m == m->sub->log_last;

		if (!is_shown)
			continue;
		db_array_id(&x[0], &m->sub->id);
		db_array_text(&x[1], m->id);
		db_array_i64(&x[2], m->attempts);
		db_array_i64(&x[3], is_plain_success(m) ? m->sub->log_others : 0);
		db_array_i64(&x[4], m->at_us);
		db_array_i64(&x[5], m->duration_us / 1000);
		db_array_i64(&x[6], m->status);
		db_array_text(&x[7], text_of(webhook_fate_name(m->fate)));
		db_array_text(&x[8], m->answer[0] == '\0' ? (struct text){ NULL, 0 } : text_of(m->answer));
		db_array_text(&x[9], m->reason[0] == '\0' ? (struct text){ NULL, 0 } : text_of(m->reason));
	}
	for (int i = 0; i < PUSH_LOG_PARAMS; i++)
		params[i] = db_array_end(&x[i]);
}

/* --- the record ------------------------------------------------------------------------------------------------------- */

/* The first of what has ended becomes what is recorded. */
static void take_ended(struct push *p)
{
	struct push_message *m = p->ended_first, *last = NULL;

	p->recording_first = m;
	for (int n = 0; m != NULL && n < RECORD_MAX; n++) {
		m->stage = PUSH_RECORDING;
		last = m;
		m = m->next;
	}
	p->ended_first = m;
	if (m == NULL)
		p->ended_last = NULL;
	if (last != NULL)
		last->next = NULL;
}

void push_record(struct push *p)
{
	struct record *r;

	if (p->recording || (p->ended_first == NULL && p->disabled_count == 0 && !p->store_all))
		return;
	r = arena_zalloc(&p->record_arena, sizeof(*r));
	if (r == NULL)
		return;
	take_ended(p);
	put_streams(p, r->streams);
	put_failed(p, r->failed);
	put_done(p, r->done);
	put_log(p, r->log);
	p->store_all = false;
	p->recording = true;
	if (p->record_arena.full) { /* cannot be: a record is bounded; if it is, it goes again */
		on_recorded(&p->record_call, &(struct db_answer){ .outcome = DB_TRY_AGAIN, .detail = "no memory for the record" });
		return;
	}
	db_call_init(&p->record_call);
	db_call_add(&p->record_call, &push_store_streams, r->streams);
	db_call_add(&p->record_call, &push_store_failed, r->failed);
	db_call_add(&p->record_call, &push_store_done, r->done);
	db_call_add(&p->record_call, &push_store_log, r->log);
	db_start(p->deps.db, &p->record_call, on_recorded);
}

static void back_to_ended(struct push *p)
{
	struct push_message *last = NULL;

	for (struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		m->stage = PUSH_ENDED;
		last = m;
	}
	if (last == NULL)
		return;
	last->next = p->ended_first;
	if (p->ended_first == NULL)
		p->ended_last = last;
	p->ended_first = p->recording_first;
}

static void forget_recorded(struct push *p)
{
	struct push_message *m, *next;

	for (m = p->recording_first; m != NULL; m = next) {
		struct push_sub *s = m->sub;

		next = m->next;
		if (is_failed(m) && m->stream != NULL)
			s->waiting++;
		else if (is_done(m) && !m->is_ping && s->waiting > 0)
			s->waiting--;
		s->ended--;
		push_message_free(m);
	}
}

/* Marks of what was being recorded; not stored, they stand again. */
static void settle_marks(struct push *p, bool good)
{
	for (int i = 0; i < p->sub_count; i++) {
		struct push_sub *s = p->subs[i];

		if (!good && s->disabling && !s->disabled)
			p->disabled_count++;
		s->freed = s->freed || (!good && s->freeing);
		s->disabled = s->disabled || (!good && s->disabling);
		s->freeing = s->disabling = false;
	}
	p->store_all = p->store_all || !good;
}

static void on_recorded(struct db_call *call, const struct db_answer *answer)
{
	struct push *p = container_of(call, struct push, record_call);
	bool good = answer->outcome == DB_DONE;

	p->recording = false;
	streams_stored(p, good);
	settle_marks(p, good);
	if (good) {
		forget_recorded(p);
	} else {
		log_event(NULL, LOG_LEVEL_WARNING, "push.not_recorded", "%s %s", db_outcome_name(answer->outcome), answer->detail == NULL ? "" : answer->detail);
		back_to_ended(p);
	}
	p->recording_first = NULL;
	arena_done(&p->record_arena);
	if (p->ended_first != NULL || p->disabled_count > 0 || p->store_all)
		loop_timer_set(p->deps.loop, &p->flush_timer, good ? 0 : AGAIN_US, on_flush);
	push_pump(p);
	push_read_next(p);
}

/* --- whom to disable -------------------------------------------------------------------------------------------------- */

void push_disable(struct push *p, struct push_sub *s, const char *reason)
{
	char id[ID_TEXT_BYTES];

	if (!s->enabled)
		return;
	s->enabled = false;
	s->disabled = true;
	(void)snprintf(s->why, sizeof(s->why), "%s", reason);
	p->disabled_count++;
	p->stats.disabled++;
	id_format(&s->id, id);
	log_event(NULL, LOG_LEVEL_WARNING, "subscription.disabled", "%s: %s", id, reason);
	push_drop_queue(s);
}

/* --- now and then ----------------------------------------------------------------------------------------------------- */

void push_keep(struct push *p)
{
	struct arena *a = &p->keep_arena;
	int64_t now_us = clock_now_us(p->deps.clock);
	struct db_param *params;

	if (p->keeping || loop_now_us(p->deps.loop) - p->kept_us < KEEP_EVERY_US)
		return;
	p->kept_us = loop_now_us(p->deps.loop);
	p->store_all = true;
	push_arm_flush(p);
	params = arena_zalloc(a, sizeof(*params) * PUSH_KEEP_PARAMS);
	if (params == NULL)
		return;
	params[0] = db_time(a, now_us - (int64_t)p->conf.log_hours * US_PER_HOUR);
	params[1] = db_time(a, now_us - ORPHANS_US);
	p->keeping = true;
	db_call_init(&p->keep_call);
	db_call_add(&p->keep_call, &push_clean, params);
	db_call_add(&p->keep_call, &push_count, NULL);
	db_start(p->deps.db, &p->keep_call, on_kept);
}

static void on_kept(struct db_call *call, const struct db_answer *answer)
{
	struct push *p = container_of(call, struct push, keep_call);

	p->keeping = false;
	if (answer->outcome == DB_DONE) {
		p->stats.failed_waiting = db_get_int(answer->results[1], 0, 0);
		p->stats.subscriptions_disabled = db_get_int(answer->results[1], 0, 1);
	}
	arena_done(&p->keep_arena);
}
