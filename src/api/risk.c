/*
 * /v1/risk and /v1/declarations/{id}/risk: the rules of a day, what they led to over a period, alarms, the lane of one declaration, and the key of a
 * past day's draw, by which anybody can repeat it.
 *
 * Who files sees the lane, and the rules that look at its own trade; what was counted over others is for departments.
 */
#include "api/args.h"
#include "api/handlers.h"
#include "api/page.h"
#include "api/rules.h"
#include "model/identifier.h"
#include "model/lane.h"

enum { PERIOD_DAYS = 31 };

enum step risk_rules_get(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	int32_t day;

	if (!rules_day(r, &day, &f))
		return reply_problem(r, &f);
	args_i32(q, day);
	return args_await_query(r, q, "risk_rules", reply_row);
}

enum step risk_sampling_get(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	int32_t day;

	if (!identifier_credit_code(r->captures[0]))
		return reply_fault(r, FAULT_NOT_FOUND, "no such enterprise");
	if (!rules_day(r, &day, &f))
		return reply_problem(r, &f);
	args_text(q, r->captures[0]);
	args_i32(q, day);
	return args_await_query(r, q, "risk_sampling", reply_row);
}

/* The last thirty-one days, if nothing else is asked for; no more at once. */
static bool read_period(struct req *r, struct args *q, struct fault *f)
{
	int64_t to_us = r->now_us, from_us;

	if (!page_time(r, "to", &to_us, f))
		return false;
	from_us = to_us - PERIOD_DAYS * US_PER_DAY;
	if (!page_time(r, "from", &from_us, f))
		return false;
	if (from_us > to_us || to_us - from_us > PERIOD_DAYS * US_PER_DAY)
		return fault_set(f, FAULT_BAD_REQUEST, "from and to are at most %d days apart, from first", PERIOD_DAYS);
	args_time(q, from_us);
	args_time(q, to_us);
	return true;
}

static enum step over_period(struct req *r, const char *query)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };

	if (!read_period(r, q, &f))
		return reply_problem(r, &f);
	return args_await_query(r, q, query, reply_row);
}

enum step risk_shadow_get(struct req *r)
{
	return over_period(r, "risk_shadow");
}

enum step risk_lanes_get(struct req *r)
{
	return over_period(r, "risk_lanes");
}

enum step risk_alarms_list(struct req *r)
{
	struct text row = httpd_query(r->http, "row"), declaration = httpd_query(r->http, "declaration_id");
	int64_t from_us = PAGE_FIRST_US, to_us = PAGE_LAST_US, number = 0;
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct args *q = args_new(r);
	struct id id;

	if (page == NULL || !page_time(r, "from", &from_us, &f) || !page_time(r, "to", &to_us, &f))
		return reply_problem(r, &f);
	if (row.at != NULL && (!text_to_i64(row, &number) || number < 0 || number > INT32_MAX))
		return reply_fault(r, FAULT_BAD_REQUEST, "row is the id of a row of the risk rules");
	if (declaration.at != NULL && !id_parse(declaration, &id))
		return reply_fault(r, FAULT_BAD_REQUEST, "declaration_id is not one of our ids");
	args_text(q, httpd_query(r->http, "rule"));
	if (row.at != NULL)
		args_i32(q, (int32_t)number);
	else
		args_null(q);
	if (declaration.at != NULL)
		args_uuid(q, &id);
	else
		args_null(q);
	args_text(q, httpd_query(r->http, "enterprise"));
	args_time(q, from_us);
	args_time(q, to_us);
	page_args(q, page);
	return args_await_query(r, q, "risk_alarms", page_reply);
}

enum step declarations_risk(struct req *r)
{
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_i32(q, clock_day(r->now_us));
	return args_await_query(r, q, "declaration_risk", reply_row);
}

/* Told when the day is over: until then nobody can know what it draws. */
enum step risk_draw_get(struct req *r)
{
	struct text master = r->api->conf.payer_key;
	struct sha256 secret, key;
	int64_t us;
	struct buf b;

	if (!clock_parse_date(r->captures[0], &us))
		return reply_fault(r, FAULT_BAD_REQUEST, "a day is told as 2026-03-02");
	if (master.len == 0 || clock_day(us) >= clock_day(r->now_us))
		return reply_fault(r, FAULT_NOT_FOUND, "the key of a day's draw is told when the day is over");
	secret = lane_secret(master);
	key = lane_day_key(sha256_bytes(&secret), clock_day(us));
	buf_init(&b, r->arena, 256);
	buf_str(&b, "{\"day\":");
	buf_json(&b, r->captures[0]);
	buf_str(&b, ",\"key\":\"");
	buf_hex(&b, key.b, sizeof(key.b));
	buf_str(&b, "\",\"algorithm\":\"HMAC-SHA256(key, id): the first eight bytes as a number, modulo 10000; drawn if below rate_bp\"}");
	return reply_json(r, 200, &b);
}
