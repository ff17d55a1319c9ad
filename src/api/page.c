/* Keyset pages: a statement looks for one row more than asked, which tells it whether more follow. */
#include "api/page.h"

static const char *const own_parameters[] = { "cursor", "limit" };

/* The query without the named parameter(s), as sent. */
static void put_rest(struct buf *b, struct text query, int drop)
{
	bool first = true;

	while (query.len > 0) {
		const char *end = memchr(query.at, '&', query.len);
		struct text pair = { query.at, end == NULL ? query.len : (size_t)(end - query.at) };
		const char *equals = memchr(pair.at, '=', pair.len);
		struct text name = { pair.at, equals == NULL ? pair.len : (size_t)(equals - pair.at) };
		bool keep = pair.len > 0;

		for (int i = 0; i < drop; i++)
			keep = keep && !text_is(name, own_parameters[i]);
		if (keep) {
			if (!first)
				buf_char(b, '&');
			buf_text(b, pair);
			first = false;
		}
		query.at += pair.len + (end != NULL);
		query.len -= pair.len + (end != NULL);
	}
}

static struct text filters_of(struct req *r)
{
	struct buf b;

	buf_init(&b, r->arena, r->http->target.len + 32);
	buf_text(&b, r->http->path);
	buf_char(&b, '\n');
	buf_i64(&b, r->client.id);
	buf_char(&b, '\n');
	put_rest(&b, r->http->query, 2);
	return buf_as_text(&b);
}

bool page_limit(struct req *r, int *out, struct fault *f)
{
	struct text limit = httpd_query(r->http, "limit");
	int64_t n = r->api->conf.page_default;

	if (limit.at != NULL && (!text_to_i64(limit, &n) || n < 1 || n > r->api->conf.page_max))
		return fault_set(f, FAULT_BAD_REQUEST, "limit is a number from 1 to %d", r->api->conf.page_max);
	*out = (int)n;
	return true;
}

bool page_read(struct req *r, struct page *p, struct fault *f)
{
	struct text after = httpd_query(r->http, "cursor");

	if (!page_limit(r, &p->limit, f))
		return false;
	p->filters = filters_of(r);
	p->has_after = after.at != NULL;
	r->own = p;
	return !p->has_after || cursor_read(after, &r->api->cursor_key, p->filters, &p->after)
	       || fault_set(f, FAULT_BAD_REQUEST, "the cursor is not one of this query's");
}

const struct page *page_begin(struct req *r, struct fault *f)
{
	struct page *p = arena_zalloc(r->arena, sizeof(*p));

	if (p == NULL)
		(void)fault_set(f, FAULT_BUSY, "the request is larger than its memory");
	return p != NULL && page_read(r, p, f) ? p : NULL;
}

void page_link(struct req *r, struct text cursor)
{
	struct buf b;

	buf_init(&b, r->arena, r->http->target.len + cursor.len + 64);
	buf_char(&b, '<');
	buf_text(&b, req_base(r));
	buf_text(&b, r->http->path);
	buf_char(&b, '?');
	put_rest(&b, r->http->query, 1);
	if (b.len > 0 && b.at[b.len - 1] != '?')
		buf_char(&b, '&');
	buf_str(&b, "cursor=");
	buf_text(&b, cursor);
	buf_str(&b, ">; rel=\"next\"");
	if (!b.full)
		req_header(r, "Link", b.at);
}

struct cursor page_newest(const struct page *p)
{
	struct cursor newest = { .at_us = PAGE_LAST_US };

	memset(newest.id.b, 0xff, sizeof(newest.id.b));
	return p->has_after ? p->after : newest;
}

void page_args(struct args *q, const struct page *p)
{
	struct cursor newest = page_newest(p);

	args_time(q, newest.at_us);
	args_uuid(q, &newest.id);
	args_i32(q, p->limit);
}

void page_put_next(struct req *r, struct buf *b, const struct cursor *last)
{
	const struct page *p = r->own;
	struct buf cursor;

	buf_init(&cursor, r->arena, 96);
	cursor_put(&cursor, last, &r->api->cursor_key, p->filters);
	buf_str(b, ",\"next\":");
	buf_json(b, buf_as_text(&cursor));
	page_link(r, buf_as_text(&cursor));
}

enum step page_reply(struct req *r, const struct db_answer *a)
{
	const struct db_rows *rows;
	struct text items;
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	rows = a->results[0];
	items = db_get_text(rows, 0, 0);
	buf_init(&b, r->arena, items.len + 128);
	buf_str(&b, "{\"items\":");
	buf_text(&b, items);
	if (!db_is_null(rows, 0, 1)) {
		struct cursor last = { .at_us = db_get_time(rows, 0, 1), .serial = (int32_t)db_get_int(rows, 0, 3) };

		if (db_get_id(rows, 0, 2, &last.id))
			page_put_next(r, &b, &last);
	}
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}

bool page_time(struct req *r, const char *name, int64_t *out, struct fault *f)
{
	struct text t = httpd_query(r->http, name);

	if (t.at == NULL || clock_parse_rfc3339(t, out) || clock_parse_date(t, out))
		return true;
	return fault_set(f, FAULT_BAD_REQUEST, "%s is a day (2026-03-02) or a time with its zone (2026-03-02T10:00:00+08:00)", name);
}

bool page_day(struct req *r, const char *name, int32_t *out, struct fault *f)
{
	struct text t = httpd_query(r->http, name);
	int64_t us;

	if (t.at == NULL)
		return true;
	if (!clock_parse_date(t, &us))
		return fault_set(f, FAULT_BAD_REQUEST, "%s is a day, as 2026-03-02", name);
	*out = clock_day(us);
	return true;
}
