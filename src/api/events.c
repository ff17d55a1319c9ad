/*
 * GET /v1/events: the feed, in pages or as a stream (Accept: text/event-stream).
 *
 * A request looks through a bounded number of events and says where to go on, whether it showed any or not; below the watermark
 * nothing appears any more. Rights are looked at when an event is read: of declarations a caller has a part in, of filings it filed.
 */
#include "api/args.h"
#include "api/event_hub.h"
#include "api/handlers.h"
#include "api/page.h"

enum { COL_ITEMS, COL_NEXT, COL_LAST, COL_FLOOR };

static db_step_fn listed;

static bool wants_stream(const struct req *r)
{
	struct text accept = httpd_header(r->http, "Accept");

	return accept.len > 0 && memmem(accept.at, accept.len, "text/event-stream", 17) != NULL;
}

enum step events_list(struct req *r)
{
	struct event_wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct args *q = args_new(r);
	struct fault f = { 0 };
	int limit;

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!page_limit(r, &limit, &f) || !event_wish_read(r, w, &f))
		return reply_problem(r, &f);
	if (wants_stream(r))
		return event_hub_join(r->api->hub, r, w);
	if (!w->says_where)
		w->after = 0;
	r->own = w;
	args_caller(q);
	if (w->after == EVENTS_LATEST)
		args_null(q);
	else
		args_i64(q, w->after);
	args_i32(q, r->api->conf.feed.scan);
	args_i32(q, limit);
	args_text(q, w->types);
	if (w->has_declaration)
		args_uuid(q, &w->declaration);
	else
		args_null(q);
	args_text(q, w->kind);
	args_text(q, w->authority);
	return args_await_query(r, q, "events_list", listed);
}

static enum step listed(struct req *r, const struct db_answer *a)
{
	const struct event_wish *w = r->own;
	int64_t next, last, floor;
	struct buf b, cursor;
	struct text items;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	items = db_get_text(a->results[0], 0, COL_ITEMS);
	next = db_get_int(a->results[0], 0, COL_NEXT);
	last = db_get_int(a->results[0], 0, COL_LAST);
	floor = db_get_int(a->results[0], 0, COL_FLOOR);
	buf_init(&cursor, r->arena, 24);
	buf_i64(&cursor, next);
	page_link(r, buf_as_text(&cursor));
	buf_init(&b, r->arena, items.len + 128);
	buf_str(&b, "{\"items\":");
	buf_text(&b, items);
	buf_printf(&b, ",\"next\":\"%lld\",\"watermark\":%lld,\"more\":%s", (long long)next, (long long)last, next < last ? "true" : "false");
	if (w->after > last || (w->after > 0 && w->after < floor - 1)) /* what the caller had is not kept any more, or was never here */
		buf_str(&b, ",\"reset\":true");
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}
