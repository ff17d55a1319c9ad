/*
 * Reading the subscriptions: at first, and anew when one of them (or a client) changed. What is under way stays; those that
 * are gone leave when nothing of theirs is under way any more.
 */
#include "flow/push_priv.h"

#include <stdlib.h>

#define FIRST_WINDOW_US (10 * US_PER_S)
#define NEAR_EVENTS     5000                /* who is no further behind reads with all others */
#define NEAR_US         (10 * 60 * US_PER_S)

static db_done_fn on_loaded;

/* --- one subscription ------------------------------------------------------------------------------------------------- */

/* Address and secrets in one piece of memory. */
static bool take_texts(struct push_sub *s, const struct db_rows *r, int row)
{
	struct text url = db_get_text(r, row, LOAD_URL), secret = db_get_text(r, row, LOAD_SECRET), old = db_get_text(r, row, LOAD_OLD_SECRET);
	char *at = malloc(url.len + 1 + secret.len + old.len);

	if (at == NULL)
		return false;
	memcpy(at, url.at, url.len);
	at[url.len] = '\0';
	memcpy(at + url.len + 1, secret.at, secret.len);
	if (old.at != NULL)
		memcpy(at + url.len + 1 + secret.len, old.at, old.len);
	free(s->url);
	s->url = at;
	s->secret = (struct text){ at + url.len + 1, secret.len };
	s->old_secret = old.at == NULL ? (struct text){ NULL, 0 } : (struct text){ at + url.len + 1 + secret.len, old.len };
	return true;
}

static bool take_sub(struct push_sub *s, const struct db_rows *r, int row)
{
	bool was_enabled = s->enabled, moved;

	if (!webhook_format_by_name(db_get_text(r, row, LOAD_FORMAT), &s->format))
		return false;
	moved = s->url != NULL && !text_eq(text_of(s->url), db_get_text(r, row, LOAD_URL));
	if (!take_texts(s, r, row))
		return false;
	s->old_until_us = db_get_time(r, row, LOAD_OLD_UNTIL);
	s->ed25519 = db_get_int(r, row, LOAD_ED25519) != 0;
	s->enabled = db_get_int(r, row, LOAD_ENABLED) != 0;
	if (s->disabled || s->disabling) /* not recorded yet */
		s->enabled = false;
	s->waiting = (int)db_get_int(r, row, LOAD_WAITING);
	if (moved || (s->enabled && !was_enabled)) {
		s->failures = 0;
		s->is_held = false;
	}
	if (!s->enabled && was_enabled)
		push_drop_queue(s);
	push_ready(s);
	return true;
}

static void take_stream(struct push_sub *s, const struct db_rows *r, int row)
{
	enum push_source source = text_is(db_get_text(r, row, LOAD_SOURCE), push_source_names[PUSH_FEED]) ? PUSH_FEED : PUSH_ANSWERS;
	struct push_stream *t = &s->streams[source][db_get_int(r, row, LOAD_REPLAY) != 0];

	if (t->exists)
		return;
	t->exists = t->is_behind = true;
	t->taken.number = db_get_int(r, row, LOAD_NUMBER);
	if (!db_get_id(r, row, LOAD_MARK_ID, &t->taken.id))
		t->taken.id = (struct id){ { 0 } };
	t->stored = t->taken;
	t->end_number = db_is_null(r, row, LOAD_END) ? INT64_MAX : db_get_int(r, row, LOAD_END);
	t->from_us = db_get_time(r, row, LOAD_FROM);
	t->to_us = db_get_time(r, row, LOAD_TO);
	t->window_us = FIRST_WINDOW_US;
}

/* --- all of them ------------------------------------------------------------------------------------------------------ */

static void drop_unknown(struct push *p)
{
	int kept = 0;

	for (int i = 0; i < p->sub_count; i++) {
		struct push_sub *s = p->subs[i];

		if (!s->is_known && s->enabled) {
			s->enabled = false;
			push_drop_queue(s);
		}
		if (s->is_known || s->in_flight > 0 || s->ended > 0 || (p->read_for != NULL && p->read_for->sub == s)) {
			p->subs[kept++] = s;
			p->once_more = p->once_more || !s->is_known;
		} else {
			push_sub_free(p, s);
		}
	}
	p->sub_count = kept;
}

static void count_readers(struct push *p, enum push_source source)
{
	struct push_head *h = &p->heads[source];

	h->readers = 0;
	for (int i = 0; i < p->sub_count; i++)
		h->readers += p->subs[i]->is_known && p->subs[i]->streams[source][0].exists;
	if (h->readers == 0)
		h->is_known = false;
}

/* With the last of those that are near. The others read for themselves until they are there. */
static void set_head(struct push *p, enum push_source source)
{
	struct push_head *h = &p->heads[source];
	int64_t near = source == PUSH_FEED ? NEAR_EVENTS : NEAR_US;

	h->is_known = true;
	h->at = (struct push_mark){ .number = h->limit };
	h->window_us = FIRST_WINDOW_US;
	for (int i = 0; i < p->sub_count; i++) {
		const struct push_stream *t = &p->subs[i]->streams[source][0];

		if (t->exists && p->subs[i]->enabled && h->limit - t->taken.number <= near && push_mark_cmp(&t->taken, &h->at) < 0)
			h->at = t->taken;
	}
}

static void join_near(struct push *p)
{
	for (int i = 0; i < p->sub_count; i++) {
		for (int source = 0; source < PUSH_SOURCE_COUNT; source++) {
			struct push_stream *t = &p->subs[i]->streams[source][0];

			if (t->exists && p->subs[i]->enabled && p->heads[source].is_known && push_mark_cmp(&t->taken, &p->heads[source].at) >= 0)
				t->is_behind = false;
		}
	}
}

static void take_rows(struct push *p, const struct db_rows *r)
{
	int count = p->sub_count; /* those at the end are new and not sorted in */
	struct push_sub *s = NULL;
	struct id id;

	for (int i = 0; i < count; i++)
		p->subs[i]->is_known = false;
	for (int row = 0; row < db_row_count(r); row++) {
		if (!db_get_id(r, row, LOAD_ID, &id))
			continue;
		if (s == NULL || !id_eq(&s->id, &id)) {
			s = push_find_among(p, &id, count);
			if (s == NULL)
				s = push_sub_new(p, &id);
			if (s == NULL || !take_sub(s, r, row)) {
				p->load_wanted = true; /* no memory: again */
				return;
			}
			s->is_known = true;
		}
		take_stream(s, r, row);
	}
}

static void on_loaded(struct db_call *call, const struct db_answer *answer)
{
	struct push *p = container_of(call, struct push, load_call);

	p->loading = false;
	if (answer->outcome == DB_DONE && p->leads && !p->quiesced) {
		take_rows(p, answer->results[0]);
		p->subscription_revision = p->loading_revision;
		push_subs_sort(p);
		if (!p->load_wanted)
			drop_unknown(p);
		for (int source = 0; source < PUSH_SOURCE_COUNT; source++)
			count_readers(p, (enum push_source)source);
		push_set_heads(p);
		join_near(p); /* those that are new */
	} else if (answer->outcome != DB_DONE) {
		p->load_wanted = true;
	}
	arena_done(&p->load_arena);
	p->go_on(p);
}

void push_set_heads(struct push *p)
{
	bool is_new = false;

	for (int source = 0; source < PUSH_SOURCE_COUNT; source++) {
		struct push_head *h = &p->heads[source];

		if (h->is_known || h->readers == 0 || (source == PUSH_ANSWERS && h->limit == 0))
			continue;
		set_head(p, (enum push_source)source);
		is_new = true;
	}
	if (is_new)
		join_near(p);
}

void push_load(struct push *p)
{
	struct arena *a = &p->load_arena;
	struct db_param *params = arena_zalloc(a, sizeof(*params) * PUSH_LOAD_PARAMS);

	if (params == NULL)
		return;
	params[0] = db_time(a, clock_now_us(p->deps.clock));
	params[1] = db_i32(a, PUSH_SUBSCRIPTIONS);
	p->load_wanted = false;
	p->loading_revision = p->seen_revision;
	p->loading = true;
	db_call_init(&p->load_call);
	db_call_add(&p->load_call, &push_load_all, params);
	db_start(p->deps.db, &p->load_call, on_loaded);
}

void push_forget_all(struct push *p)
{
	for (int source = 0; source < PUSH_SOURCE_COUNT; source++)
		p->heads[source].is_known = false;
	for (int i = 0; i < p->sub_count; i++) {
		p->subs[i]->is_known = false;
		p->subs[i]->enabled = false;
		push_drop_queue(p->subs[i]);
		for (int k = 0; k < PUSH_SOURCE_COUNT * 2; k++)
			p->subs[i]->streams[k / 2][k % 2].exists = false;
	}
	drop_unknown(p);
	p->once_more = false;
}
