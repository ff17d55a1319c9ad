/*
 * GET /v1/me/quality, /v1/clients/{name}/quality: how good the data are that a sender files, month by month: what was wrong, by field.
 *
 * What is counted is at most a flush of each worker late.
 */
#include "api/args.h"
#include "api/handlers.h"
#include "api/month.h"

/* {"bad-json":{"detail":…},…} beside the rules: what a message can be refused for as a whole. */
static struct text fault_titles(struct req *r)
{
	bool chinese = req_chinese(r);
	struct buf b;

	buf_init(&b, r->arena, 4096);
	for (int i = 0; i < FAULT_COUNT; i++) {
		buf_char(&b, i == 0 ? '{' : ',');
		buf_json(&b, text_of(fault_slug((enum fault_code)i)));
		buf_char(&b, ':');
		buf_json(&b, text_of(fault_title((enum fault_code)i, chinese)));
	}
	buf_char(&b, '}');
	return buf_as_text(&b);
}

static enum step quality_of(struct req *r, struct text client)
{
	int32_t first = month_first_day(clock_day(r->now_us));
	struct args *q = args_new(r);
	struct fault f = { 0 };

	if (!month_read(r, "month", &first, &f))
		return reply_problem(r, &f);
	args_text(q, client);
	args_i32(q, first);
	args_text(q, args_rule_words(r));
	args_text(q, fault_titles(r));
	return args_await_query(r, q, "sender_quality", reply_row);
}

enum step me_quality(struct req *r)
{
	return quality_of(r, text_dup(r->arena, r->client.name));
}

enum step clients_quality(struct req *r)
{
	return quality_of(r, r->captures[0]);
}
