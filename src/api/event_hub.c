/*
 *   rest ──look_ms, or a stream is behind and has room──> looking ──> every stream is given what it may see ──> rest
 *
 * A stream's place is the event up to which it was served, whether it saw each of them or not. What finds no room in a stream's buffer is
 * not put: the stream stays where it is, and is behind. So nothing is passed over, and what waits is bounded by the buffers; who takes nothing for
 * long is cut by io/httpd.
 */
#include "api/event_hub.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/auth.h"
#include "store/query.h"

#define LOOK_EVENTS  1000
#define LOOK_BYTES   ((size_t)16 << 20) /* frames of one look: bounded in fact by LOOK_EVENTS */
#define ROOM_BYTES   8192               /* in a buffer; with less a stream that is behind waits */
#define RETRY_MS     3000               /* how soon a reader comes again */

struct event_stream { /* in its request's arena */
	struct req *r;
	struct event_wish wish;
	int64_t at;           /* place; EVENTS_LATEST: not known yet */
	int64_t said_us;      /* monotonic, when something was put last */
	uint64_t born;        /* number of the last look that began before it */
	struct event_stream *next, *prev;
};

struct event_hub {
	struct feed_conf conf;
	struct api_deps deps;
	struct event_stream *first;
	int count;
	int64_t front;        /* EVENTS_LATEST: not known yet */
	int64_t front_us;     /* monotonic, of the last look from there */
	int64_t from;         /* of the look under way: behind which event */
	uint64_t looks;
	struct loop_timer tick;
	struct arena arena;   /* of the look under way */
	struct db_call call;
	struct db_param params[4];
	bool looking, draining;
};

enum { PARAM_AFTER, PARAM_MOST, PARAM_CLIENTS, PARAM_ALL };
enum { COL_NEXT, COL_LAST, COL_FLOOR, COL_SEQ, COL_TYPE, COL_DECLARATION, COL_KIND, COL_AUTHORITY, COL_CLIENTS, COL_JSON };

static loop_timer_fn on_tick;

/* --- one stream --------------------------------------------------------------------------------------------------- */

static bool put(struct event_hub *h, struct event_stream *s, struct text frame)
{
	if (!httpd_stream_put(s->r->http, frame))
		return false;
	s->said_us = loop_now_us(h->deps.loop);
	return true;
}

static void leave(struct event_hub *h, struct event_stream *s)
{
	*(s->prev != NULL ? &s->prev->next : &h->first) = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	h->count--;
	s->r->on_left = NULL;
}

static void on_left(struct req *r)
{
	leave(r->api->hub, r->own);
}

static void end(struct event_hub *h, struct event_stream *s)
{
	struct http_req *http = s->r->http;

	leave(h, s);
	httpd_stream_end(http);
}

/* Its place as the last id; what finds no room is said another time. */
static void tell_place(struct event_hub *h, struct event_stream *s, const char *before)
{
	char frame[96];
	int n = snprintf(frame, sizeof(frame), "%sid: %lld\n\n", before, (long long)s->at);

	(void)put(h, s, (struct text){ frame, (size_t)n });
}

/* What it knows of is not what is here: the beginning is gone, or the database is an older one. */
static void reset(struct event_hub *h, struct event_stream *s, int64_t at)
{
	char frame[160];
	int n = snprintf(frame, sizeof(frame), "id: %lld\nevent: reset\ndata: {\"type\":\"reset\",\"cursor\":\"%lld\",\"asked\":\"%lld\"}\n\n", (long long)at,
	                 (long long)at, (long long)s->at);

	if (put(h, s, (struct text){ frame, (size_t)n }))
		s->at = at;
}

static void check_place(struct event_hub *h, struct event_stream *s, int64_t last, int64_t floor)
{
	if (s->at == EVENTS_LATEST) {
		s->at = last;
		tell_place(h, s, "");
	} else if (s->at > last) {
		reset(h, s, last);
	} else if (s->at < floor - 1) {
		if (s->at == 0)
			s->at = floor - 1; /* that is what was asked for */
		else
			reset(h, s, floor - 1);
	}
}

static bool may_see(const struct event_stream *s, const struct event_shown *e)
{
	char id[16];

	(void)snprintf(id, sizeof(id), " %d ", s->r->client.id);
	return req_sees_all(s->r) || memmem(e->clients.at, e->clients.len, id, strlen(id)) != NULL;
}

/* --- a look ------------------------------------------------------------------------------------------------------- */

static bool read_shown(const struct db_rows *rows, int row, struct event_shown *e)
{
	e->type = db_get_text(rows, row, COL_TYPE);
	e->kind = db_get_text(rows, row, COL_KIND);
	e->authority = db_get_text(rows, row, COL_AUTHORITY);
	e->clients = db_get_text(rows, row, COL_CLIENTS);
	e->has_declaration = db_get_id(rows, row, COL_DECLARATION, &e->declaration);
	return !db_is_null(rows, row, COL_SEQ);
}

static struct text make_frame(struct arena *a, const struct db_rows *rows, int row)
{
	struct text type = db_get_text(rows, row, COL_TYPE), json = db_get_text(rows, row, COL_JSON);
	struct buf b;

	buf_init(&b, a, json.len + type.len + 64);
	buf_printf(&b, "id: %lld\nevent: " TEXT_FMT "\ndata: ", (long long)db_get_int(rows, row, COL_SEQ), TEXT_ARG(type));
	buf_text(&b, json);
	buf_str(&b, "\n\n");
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}

/* Everything behind its place; where there is no room it stays. */
static void serve(struct event_hub *h, struct event_stream *s, const struct db_rows *rows, const struct text *frames)
{
	for (int row = 0; row < db_row_count(rows); row++) {
		int64_t seq = db_get_int(rows, row, COL_SEQ);
		struct event_shown e;

		if (!read_shown(rows, row, &e) || seq <= s->at)
			continue;
		if (may_see(s, &e) && event_wish_fits(&s->wish, &e)) {
			if (frames[row].at == NULL || !put(h, s, frames[row]))
				return;
		}
		s->at = seq;
	}
	if (db_get_int(rows, 0, COL_NEXT) > s->at)
		s->at = db_get_int(rows, 0, COL_NEXT);
}

/* from: behind which event the look began. */
static void give(struct event_hub *h, const struct db_rows *rows, int64_t from)
{
	int64_t last = db_get_int(rows, 0, COL_LAST), floor = db_get_int(rows, 0, COL_FLOOR), next = db_get_int(rows, 0, COL_NEXT);
	struct text *frames = arena_alloc(&h->arena, sizeof(*frames) * (size_t)db_row_count(rows));
	bool at_front = from == h->front;

	if (frames == NULL)
		return;
	if (from == EVENTS_LATEST || from > last)
		from = last;
	for (int row = 0; row < db_row_count(rows); row++)
		frames[row] = db_is_null(rows, row, COL_SEQ) ? (struct text){ NULL, 0 } : make_frame(&h->arena, rows, row);
	for (struct event_stream *s = h->first; s != NULL; s = s->next) {
		if (s->born >= h->looks)
			continue; /* it came while we looked: what it has may be newer */
		check_place(h, s, last, floor);
		if (s->at >= from && s->at < next)
			serve(h, s, rows, frames);
	}
	if (at_front) {
		h->front = next;
		h->front_us = next < last ? 0 : h->front_us; /* more is there: at once */
	}
}

static void on_looked(struct db_call *call, const struct db_answer *a)
{
	struct event_hub *h = container_of(call, struct event_hub, call);

	h->looking = false;
	if (a->outcome == DB_DONE && db_row_count(a->results[0]) > 0)
		give(h, a->results[0], h->from);
	arena_done(&h->arena);
	/* after a failure everybody is where he was, and the next look is a while away */
	loop_timer_set(h->deps.loop, &h->tick, a->outcome == DB_DONE ? 0 : (int64_t)h->conf.look_ms * 1000, on_tick);
}

static void start_look(struct event_hub *h)
{
	struct db_array clients;
	bool all = false;

	db_array_begin(&clients, &h->arena, DB_KIND_I32, h->count, 8 * (size_t)h->count);
	for (const struct event_stream *s = h->first; s != NULL; s = s->next) {
		db_array_i64(&clients, s->r->client.id);
		all = all || req_sees_all(s->r);
	}
	h->params[PARAM_AFTER] = h->from == EVENTS_LATEST ? db_null() : db_i64(&h->arena, h->from);
	h->params[PARAM_MOST] = db_i32(&h->arena, LOOK_EVENTS);
	h->params[PARAM_CLIENTS] = db_array_end(&clients);
	h->params[PARAM_ALL] = db_bool(&h->arena, all);
	if (h->arena.full) {
		arena_done(&h->arena);
		loop_timer_set(h->deps.loop, &h->tick, (int64_t)h->conf.look_ms * 1000, on_tick);
		return;
	}
	h->looks++;
	h->looking = true;
	db_call_init(&h->call);
	db_call_add(&h->call, query("events_look"), h->params);
	db_start(h->deps.db, &h->call, on_looked);
}

/* --- the turns ---------------------------------------------------------------------------------------------------- */

/* Where to look next: at the front when it is time, else for who is furthest behind and has room. */
static bool choose(struct event_hub *h)
{
	int64_t now_us = loop_now_us(h->deps.loop);

	if (h->front == EVENTS_LATEST || now_us - h->front_us >= (int64_t)h->conf.look_ms * 1000) {
		h->from = h->front;
		h->front_us = now_us;
		return true;
	}
	h->from = h->front;
	for (const struct event_stream *s = h->first; s != NULL; s = s->next)
		if (s->at != EVENTS_LATEST && s->at < h->from && httpd_stream_room(s->r->http) >= ROOM_BYTES)
			h->from = s->at;
	return h->from < h->front;
}

/* Lives, says so, and is still known. */
static void look_after(struct event_hub *h)
{
	int64_t now_us = loop_now_us(h->deps.loop), beat_us = (int64_t)h->conf.heartbeat_ms * 1000;

	for (struct event_stream *s = h->first, *next; s != NULL; s = next) {
		struct fault f = { 0 };

		next = s->next;
		if (now_us - s->said_us < beat_us || s->at == EVENTS_LATEST)
			continue;
		s->r->now_us = clock_now_us(h->deps.clock);
		if (auth_renew(s->r, &f))
			tell_place(h, s, ":\n");
		else
			end(h, s);
	}
}

static void on_tick(struct loop_timer *t)
{
	struct event_hub *h = container_of(t, struct event_hub, tick);
	int64_t wait_us;

	look_after(h);
	if (h->looking)
		return;
	if (h->first == NULL) {
		h->front = EVENTS_LATEST;
		return;
	}
	if (choose(h)) {
		start_look(h);
		return;
	}
	wait_us = h->front_us + (int64_t)h->conf.look_ms * 1000 - loop_now_us(h->deps.loop);
	loop_timer_set(h->deps.loop, t, wait_us > 0 ? wait_us : 0, on_tick);
}

/* --- for the resource --------------------------------------------------------------------------------------------- */

static int of_client(const struct event_hub *h, int id)
{
	int count = 0;

	for (const struct event_stream *s = h->first; s != NULL; s = s->next)
		count += s->r->client.id == id;
	return count;
}

enum step event_hub_join(struct event_hub *h, struct req *r, const struct event_wish *wish)
{
	struct event_stream *s = arena_zalloc(r->arena, sizeof(*s));
	char retry[32];
	enum step answered;
	int n;

	if (h->draining)
		return reply_fault(r, FAULT_STOPPING, "");
	if (s == NULL || h->count >= h->conf.streams)
		return reply_fault(r, FAULT_BUSY, "as many streams are open as may");
	if (of_client(h, r->client.id) >= h->conf.streams_of_client)
		return reply_fault(r, FAULT_OVER_QUOTA, "this client has as many streams as it may");
	*s = (struct event_stream){ .r = r, .wish = *wish, .at = wish->after, .born = h->looks, .next = h->first };
	r->own = s;
	req_header(r, "X-Accel-Buffering", "no"); /* a proxy passes on what comes */
	answered = reply_stream(r, "text/event-stream", h->conf.stream_bytes, on_left);
	if (s->next != NULL)
		s->next->prev = s;
	h->first = s;
	h->count++;
	n = snprintf(retry, sizeof(retry), "retry: %d\n\n", RETRY_MS);
	(void)put(h, s, (struct text){ retry, (size_t)n }); /* nothing is lost without it */
	if (!h->looking)
		loop_timer_set(h->deps.loop, &h->tick, 0, on_tick);
	return answered;
}

int event_hub_count(const struct event_hub *h)
{
	return h->count;
}

void event_hub_drain(struct event_hub *h)
{
	h->draining = true;
	while (h->first != NULL)
		end(h, h->first);
}

struct event_hub *event_hub_new(const struct feed_conf *conf, const struct api_deps *deps)
{
	struct event_hub *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->conf = *conf;
	h->deps = *deps;
	h->front = EVENTS_LATEST;
	arena_init(&h->arena, LOOK_BYTES);
	return h;
}

void event_hub_free(struct event_hub *h)
{
	if (h == NULL)
		return;
	assert(h->first == NULL);
	loop_timer_clear(h->deps.loop, &h->tick);
	if (h->looking)
		db_cancel(h->deps.db, &h->call);
	arena_done(&h->arena);
	free(h);
}
