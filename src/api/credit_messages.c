/*
 * /v1/credit-messages: what departments are to do about an enterprise whose level or bar changed (RULES 7.7; E104). The evaluation writes them;
 * here a department reads its own and says that it knows.
 */
#include "api/args.h"
#include "api/handlers.h"

/* $1 id as it is shown, $2 department, $3 now, $4 client. The first acknowledgement stays. */
static const struct db_stmt acknowledge = {
	.name = "credit_message_acknowledge",
	.sql =
	"update credit_message m set acknowledged_at = coalesce(m.acknowledged_at, $3::timestamptz), acknowledged_by = coalesce(m.acknowledged_by, $4::integer)"
	" where m.standing_id = split_part($1::text, '.', 1)::bigint and m.authority = split_part($1::text, '.', 2) and m.authority = $2::text"
	" returning credit_message_json(m)",
	.param_count = 4,
	.flags = DB_WRITES,
};

enum step credit_messages_list(struct req *r)
{
	struct text authority = httpd_query(r->http, "authority"), state = httpd_query(r->http, "state");
	struct args *q = args_new(r);

	if (state.at != NULL && !text_is(state, "open") && !text_is(state, "all"))
		return reply_fault(r, FAULT_BAD_REQUEST, "state is open or all");
	if (r->client.role != ROLE_OPERATOR && r->client.has_authority)
		authority = text_of(authority_code(r->client.authority));
	args_text(q, authority);
	args_bool(q, text_is(state, "all"));
	return args_await_query(r, q, "credit_messages", reply_row);
}

/* "17.TAX" */
static bool is_id(struct text id)
{
	struct text number;
	int64_t n;

	return text_next(&id, '.', &number) && number.len < 19 && text_to_i64(number, &n) && id.len > 0;
}

enum step credit_messages_acknowledge(struct req *r)
{
	struct args *q = args_new(r);

	if (!r->client.has_authority || !is_id(r->captures[0]))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_text(q, r->captures[0]);
	args_text(q, text_of(authority_code(r->client.authority)));
	args_time(q, r->now_us);
	args_i32(q, r->client.id);
	return args_await(r, q, &acknowledge, reply_row);
}
