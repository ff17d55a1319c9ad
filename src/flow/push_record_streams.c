/*
 * How far the streams are done: up to their oldest message that is not. It is stored with the record in which messages end, and for those
 * that only read past what was not for them now and then.
 */
#include "flow/push_priv.h"

static struct push_mark done_upto(const struct push_stream *t)
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
	struct push_mark done = done_upto(t);

	return has_moved(t, &done) && (p->store_all || is_over(t, &done) || (t->oldest != NULL && t->oldest->stage == PUSH_RECORDING));
}

#define FOR_STREAMS(p, i, k, t) \
	for (int i = 0; i < (p)->sub_count; i++) \
		for (int k = 0; k < PUSH_SOURCE_COUNT * 2; k++) \
			for (struct push_stream *t = &(p)->subs[i]->streams[k / 2][k % 2]; t != NULL; t = NULL)

void push_put_streams(struct push *p, struct db_param *params)
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
		t->recording = done_upto(t);
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

void push_streams_stored(struct push *p, bool good)
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
