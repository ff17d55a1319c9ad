/*
 * GET /v1/tracking: where a parcel was, for who has a part in it; GET /v1/tracking/alerts: what did not come in time; GET /v1/trace: for everybody.
 *
 * The public answer is the same 404 for a number that is unknown, that is somebody else's, and that is the number of several. One address may
 * ask only so often.
 */
#include <arpa/inet.h>

#include "api/address_rate.h"
#include "api/args.h"
#include "api/handlers.h"
#include "api/page.h"
#include "api/rules.h"
#include "api/tracking_chain.h"
#include "model/document.h"
#include "store/query.h"
#include "store/tracking_store.h"

enum { RULES_RESULT, CHAIN_RESULT };

struct tracking_wish { /* r->own */
	bool is_public;
	struct text telephone; /* how it ends; absent: not given */
};

static db_step_fn found;

static enum step ask(struct req *r, struct args *q, const char *name)
{
	if (q == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &tracking_store_rules, NULL);
	db_call_add(&r->call, query(name), q->p);
	return await_db(r, found);
}

static enum step put_chains(struct req *r, const struct tracking_wish *w, const struct tracking_rules *rules, const struct db_rows *rows)
{
	bool chinese = req_chinese(r);
	struct tracking_chain *c = arena_alloc(r->arena, sizeof(*c));
	struct buf b;

	buf_init(&b, r->arena, 8192);
	buf_str(&b, "{\"items\":[");
	for (int row = 0; row < db_row_count(rows); row = c->last) {
		if (c == NULL || !tracking_chain_read(r, rules, rows, row, c))
			return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
		buf_str(&b, row == 0 ? "" : ",");
		if (w->is_public)
			tracking_chain_put_public(&b, c, w->telephone, chinese);
		else
			tracking_chain_put(&b, c, chinese);
	}
	buf_str(&b, "]}");
	req_header(r, "Content-Language", chinese ? "zh" : "en");
	return reply_json(r, 200, &b);
}

static enum step found(struct req *r, const struct db_answer *a)
{
	const struct tracking_wish *w = r->own;
	struct tracking_rules rules;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[CHAIN_RESULT]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	rules.list = tracking_store_read_rules(r->arena, a->results[RULES_RESULT], &rules.count);
	if (rules.list == NULL)
		return reply_fault(r, FAULT_BUSY, "the rows of tracking cannot be read here");
	return put_chains(r, w, &rules, a->results[CHAIN_RESULT]);
}

/* --- for who has a part in it --------------------------------------------------------------------------------------------- */

enum step tracking_get(struct req *r)
{
	const struct text waybill[] = { httpd_query(r->http, "carrier_code"), httpd_query(r->http, "waybill_no") };
	const struct text order[] = { httpd_query(r->http, "platform_code"), httpd_query(r->http, "order_no"), TEXT("") };
	bool by_waybill = waybill[0].len > 0 && waybill[1].len > 0, by_order = order[0].len > 0 && order[1].len > 0;
	struct tracking_wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct args *q = args_new(r);
	struct id parcel = id_of_key('L', waybill, 2), declaration = id_of_key('D', order, 3);

	if (by_waybill == by_order)
		return reply_fault(r, FAULT_BAD_REQUEST, "give carrier_code and waybill_no, or platform_code and order_no");
	if (w == NULL || q == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (by_waybill)
		args_uuid(q, &parcel);
	else
		args_null(q);
	if (by_order)
		args_uuid(q, &declaration);
	else
		args_null(q);
	args_caller(q);
	r->own = w;
	return ask(r, q, "tracking_get");
}

/* --- what is missing ------------------------------------------------------------------------------------------------------ */

enum step tracking_alerts(struct req *r)
{
	struct text state = httpd_query(r->http, "state"), declaration = httpd_query(r->http, "declaration_id");
	int64_t from_us = PAGE_FIRST_US, to_us = PAGE_LAST_US;
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct args *q = args_new(r);
	struct id id;

	if (page == NULL)
		return reply_problem(r, &f);
	if (state.at != NULL && !text_is(state, "open") && !text_is(state, "closed"))
		return reply_fault(r, FAULT_BAD_REQUEST, "state is open or closed");
	if (declaration.at != NULL && !id_parse(declaration, &id))
		return reply_fault(r, FAULT_BAD_REQUEST, "declaration_id is not one of our ids");
	if (!page_time(r, "from", &from_us, &f) || !page_time(r, "to", &to_us, &f))
		return reply_problem(r, &f);
	args_caller(q);
	args_text(q, state);
	args_text(q, httpd_query(r->http, "step"));
	if (declaration.at != NULL)
		args_uuid(q, &id);
	else
		args_null(q);
	args_time(q, from_us);
	args_time(q, to_us);
	page_args(q, page);
	args_text(q, httpd_query(r->http, "carrier_code"));
	return args_await_query(r, q, "tracking_alerts", page_reply);
}

enum step tracking_standard(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	int32_t day;

	if (!rules_day(r, &day, &f))
		return reply_problem(r, &f);
	args_i32(q, day);
	return args_await_query(r, q, "tracking_standard", reply_row);
}

/* --- for everybody -------------------------------------------------------------------------------------------------------- */

/* As the proxy in front says it, where one is set up; else who is connected. What is no address is nobody's. */
static struct text asker(struct req *r)
{
	const char *header = r->api->conf.address_header;
	char *bytes = arena_zalloc(r->arena, sizeof(struct in6_addr));
	const char *said;

	if (header == NULL)
		return httpd_peer(r->http);
	said = text_dup(r->arena, httpd_header(r->http, header)).at;
	if (bytes != NULL && said != NULL && inet_pton(AF_INET, said, bytes) == 1)
		return (struct text){ bytes, sizeof(struct in_addr) };
	if (bytes != NULL && said != NULL && inet_pton(AF_INET6, said, bytes) == 1)
		return (struct text){ bytes, sizeof(struct in6_addr) };
	return (struct text){ NULL, 0 };
}

static bool read_trace(struct req *r, struct tracking_wish *w, struct args *q, struct fault *f)
{
	struct text waybill = httpd_query(r->http, "waybill_no"), order = httpd_query(r->http, "order_no");
	bool digits = true;

	w->is_public = true;
	w->telephone = httpd_query(r->http, "telephone");
	for (size_t i = 0; i < w->telephone.len; i++)
		digits = digits && w->telephone.at[i] >= '0' && w->telephone.at[i] <= '9';
	if ((waybill.len > 0) == (order.len > 0))
		return fault_set(f, FAULT_BAD_REQUEST, "give waybill_no or order_no");
	if (w->telephone.at != NULL && (w->telephone.len != 4 || !digits))
		return fault_set(f, FAULT_BAD_REQUEST, "telephone is the last four digits of the consignee's telephone number");
	args_text(q, waybill.len > 0 ? waybill : (struct text){ NULL, 0 });
	args_text(q, httpd_query(r->http, "carrier_code"));
	args_text(q, order.len > 0 ? order : (struct text){ NULL, 0 });
	args_text(q, httpd_query(r->http, "platform_code"));
	return true;
}

enum step trace_get(struct req *r)
{
	struct tracking_wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct args *q = args_new(r);
	struct fault f = { 0 };

	if (!address_rate_take(r->api->deps.shared->trace_rate, asker(r), clock_mono_us()))
		return reply_fault(r, FAULT_OVER_QUOTA, "this address has asked as often as it may in this minute");
	if (w == NULL || q == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!read_trace(r, w, q, &f))
		return reply_problem(r, &f);
	r->own = w;
	req_header(r, "Cache-Control", "no-store");
	return ask(r, q, "tracking_trace");
}
