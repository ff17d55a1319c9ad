/*
 * GET /v1/events: the feed, in pages or as a stream (Accept: text/event-stream).
 *
 *   events_list ──look──> looked ──> an answer and where to go on
 *                  ^        │
 *                  └────────┘ nothing to show among these: twice as many
 *
 * A request looks through a bounded number of events and says where to go on, whether it showed any or not; below the watermark
 * nothing appears any more. Rights are looked at when an event is read: of declarations a caller has a part in, of filings it filed.
 */
#include "api/args.h"
#include "api/event_hub.h"
#include "api/handlers.h"
#include "api/page.h"

#define FIRST_LOOK 4 /* times as many events as are to be shown */

enum { COL_ITEMS, COL_COUNT, COL_NEXT, COL_LAST, COL_FLOOR };

struct event_page { /* r->own */
	struct event_wish wish;
	int limit;
	int64_t at;         /* up to here all is looked through; EVENTS_LATEST: at the end */
	int scan, scanned;  /* events: of the look under way, of those before */
};

static db_step_fn looked;

static bool wants_stream(const struct req *r)
{
	struct text accept = httpd_header(r->http, "Accept");

	return accept.len > 0 && memmem(accept.at, accept.len, "text/event-stream", 17) != NULL;
}

static enum step look(struct req *r)
{
	const struct event_page *p = r->own;
	struct args *q = args_new(r);

	args_caller(q);
	if (p->at == EVENTS_LATEST)
		args_null(q);
	else
		args_i64(q, p->at);
	args_i32(q, p->scan);
	args_i32(q, p->limit);
	args_text(q, p->wish.types);
	if (p->wish.has_declaration)
		args_uuid(q, &p->wish.declaration);
	else
		args_null(q);
	args_text(q, p->wish.kind);
	args_text(q, p->wish.authority);
	return args_await_query(r, q, "events_list", looked);
}

enum step events_list(struct req *r)
{
	struct event_page *p = arena_zalloc(r->arena, sizeof(*p));
	struct fault f = { 0 };

	if (p == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!page_limit(r, &p->limit, &f) || !event_wish_read(r, &p->wish, &f))
		return reply_problem(r, &f);
	if (wants_stream(r))
		return event_hub_join(r->api->hub, r, &p->wish);
	if (!p->wish.says_where)
		p->wish.after = 0;
	p->at = p->wish.after;
	p->scan = FIRST_LOOK * p->limit < r->api->conf.feed.scan ? FIRST_LOOK * p->limit : r->api->conf.feed.scan;
	r->own = p;
	return look(r);
}

static enum step answer(struct req *r, const struct db_rows *rows)
{
	const struct event_page *p = r->own;
	int64_t last = db_get_int(rows, 0, COL_LAST), floor = db_get_int(rows, 0, COL_FLOOR), asked = p->wish.after;
	struct text items = db_get_text(rows, 0, COL_ITEMS);
	struct buf b, cursor;

	buf_init(&cursor, r->arena, 24);
	buf_i64(&cursor, p->at);
	page_link(r, buf_as_text(&cursor));
	buf_init(&b, r->arena, items.len + 128);
	buf_str(&b, "{\"items\":");
	buf_text(&b, items);
	buf_printf(&b, ",\"next\":\"%lld\",\"watermark\":%lld,\"more\":%s", (long long)p->at, (long long)last, p->at < last ? "true" : "false");
	if (asked > last || (asked > 0 && asked < floor - 1)) /* what the caller had is not kept any more, or was never here */
		buf_str(&b, ",\"reset\":true");
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}

static enum step looked(struct req *r, const struct db_answer *a)
{
	struct event_page *p = r->own;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	p->at = db_get_int(a->results[0], 0, COL_NEXT);
	p->scanned += p->scan;
	p->scan = 2 * p->scan < r->api->conf.feed.scan - p->scanned ? 2 * p->scan : r->api->conf.feed.scan - p->scanned;
	if (db_get_int(a->results[0], 0, COL_COUNT) == 0 && p->at < db_get_int(a->results[0], 0, COL_LAST) && p->scan > 0)
		return look(r);
	return answer(r, a->results[0]);
}
