/* GET /v1/declarations and below: how a trade stands, and why. */
#include "api/args.h"
#include "api/handlers.h"
#include "api/page.h"
#include "model/clearance.h"
#include "model/verdict.h"

static db_step_fn found;

static bool verdict_known(struct text name)
{
	for (int i = 0; i < VERDICT_KIND_COUNT; i++)
		if (text_is(name, verdict_name((enum verdict_kind)i)))
			return true;
	return false;
}

static bool read_filters(struct req *r, struct args *q, struct fault *f)
{
	struct text state = httpd_query(r->http, "state"), verdict = httpd_query(r->http, "verdict");
	int64_t from_us = PAGE_FIRST_US, to_us = PAGE_LAST_US;
	enum declaration_state known;

	if (state.at != NULL && !state_by_name(state, &known))
		return fault_set(f, FAULT_BAD_REQUEST, "state is not one of the list in docs/API.md");
	if (verdict.at != NULL && !verdict_known(verdict))
		return fault_set(f, FAULT_BAD_REQUEST, "verdict is MATCHED, MISSING, CONFLICT, DUPLICATE, PENDING or BLOCKED");
	if (!page_time(r, "from", &from_us, f) || !page_time(r, "to", &to_us, f))
		return false;
	args_text(q, state);
	args_text(q, verdict);
	args_time(q, from_us);
	args_time(q, to_us);
	return true;
}

enum step declarations_list(struct req *r)
{
	struct text platform = httpd_query(r->http, "platform_code"), order_no = httpd_query(r->http, "order_no");
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	args_caller(q);
	args_text(q, platform);
	args_text(q, order_no);
	if (!read_filters(r, q, &f))
		return reply_problem(r, &f);
	page_args(q, page);
	args_text(q, args_state_titles(r));
	args_text(q, args_verdict_titles(r));
	return args_await_query(r, q, order_no.at != NULL ? "declarations_by_order" : "declarations_list", page_reply);
}

enum step declarations_get(struct req *r)
{
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_text(q, args_state_titles(r));
	args_text(q, args_verdict_titles(r));
	args_text(q, args_return_titles(r));
	return args_await_query(r, q, "declaration_get", found);
}

/* The tag is the declaration's seq, in the language of its titles. */
static enum step found(struct req *r, const struct db_answer *a)
{
	struct text known = httpd_header(r->http, "If-None-Match");
	struct buf tag;

	if (a->outcome != DB_DONE || db_row_count(a->results[0]) == 0)
		return reply_row(r, a);
	buf_init(&tag, r->arena, 24);
	buf_char(&tag, '"');
	buf_i64(&tag, db_get_int(a->results[0], 0, 1));
	buf_str(&tag, req_chinese(r) ? "-zh\"" : "\"");
	if (tag.full)
		return reply_row(r, a);
	req_header(r, "ETag", tag.at);
	if (known.len > 0 && memmem(known.at, known.len, tag.at, tag.len) != NULL)
		return reply_empty(r, 304);
	return reply_row(r, a);
}

enum step declarations_timeline(struct req *r)
{
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_text(q, args_state_titles(r));
	args_text(q, args_verdict_titles(r));
	return args_await_query(r, q, "declaration_timeline", reply_row);
}
