/*
 * Returns of goods: how they stand, and that the goods are back.
 *
 * A return is filed like anything else (message 625) and goes to customs as a version of its declaration; its id is that of its filing.
 */
#include "api/args.h"
#include "api/body.h"
#include "api/handlers.h"
#include "api/page.h"
#include "model/goods_return.h"
#include "standard/utf8.h"

enum { PLACE_CHARACTERS_MAX = 200 };

/* --- reading ---------------------------------------------------------------------------------------------------------- */

static bool read_filters(struct req *r, struct args *q, struct fault *f)
{
	struct text state = httpd_query(r->http, "state"), declaration = httpd_query(r->http, "declaration_id");
	int64_t from_us = PAGE_FIRST_US, to_us = PAGE_LAST_US;
	enum return_state known;
	struct id id;

	if (state.at != NULL && !return_state_by_name(state, &known))
		return fault_set(f, FAULT_BAD_REQUEST, "state is requested, approved, refused, completed or lapsed");
	if (declaration.at != NULL && !id_parse(declaration, &id))
		return fault_set(f, FAULT_BAD_REQUEST, "declaration_id is not one of our ids");
	if (!page_time(r, "from", &from_us, f) || !page_time(r, "to", &to_us, f))
		return false;
	args_text(q, state);
	if (declaration.at == NULL)
		args_null(q);
	else
		args_uuid(q, &id);
	args_time(q, from_us);
	args_time(q, to_us);
	return true;
}

enum step returns_list(struct req *r)
{
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	args_caller(q);
	if (!read_filters(r, q, &f))
		return reply_problem(r, &f);
	page_args(q, page);
	args_text(q, args_return_titles(r));
	return args_await_query(r, q, "returns_list", page_reply);
}

enum step returns_get(struct req *r)
{
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_text(q, args_return_titles(r));
	return args_await_query(r, q, "return_get", reply_row);
}

/* --- the goods are back ------------------------------------------------------------------------------------------------ */

/*
 * $1 $2 the filing, $3 when, $4 where, $5 now, $6 client, $7 of the change, $8 titles. Said once: the same again changes nothing. Of a return that
 * customs agreed to, at a time between the request and the end of its period, which may be over when it is said.
 */
static const struct db_stmt arrive = {
	.name = "return_arrived",
	.sql =
	"with r as ("
	"  select r.*, goods_return_state(r) as state from filing f join goods_return r on r.bucket = id_bucket(f.declaration_id)"
	"    and r.declaration_id = f.declaration_id and r.filing_id = f.id"
	"  where f.bucket = $1::smallint and f.id = $2::uuid),"
	" u as ("
	"  update goods_return g set arrived_at = $3::timestamptz, place = $4::text, recorded_at = $5::timestamptz, recorded_by = $6::integer, is_open = false"
	"  from r where g.bucket = r.bucket and g.declaration_id = r.declaration_id and g.filing_id = r.filing_id and g.arrived_at is null"
	"    and $3::timestamptz >= r.requested_at and $3::timestamptz < r.ends_at and exists ("
	"      select from delivery v where v.bucket = r.bucket and v.declaration_id = r.declaration_id and v.return_filing = r.filing_id"
	"        and v.authority = 'CUS' and v.outcome = 'clear')"
	"  returning g.*),"
	" c as ("
	"  insert into change (id, made_at, types, declaration_ids, filing_ids, kinds)"
	"  select $7::uuid, $5::timestamptz, array['return.arrived'], array[declaration_id], array[filing_id], array['return'] from u)"
	" select r.state, r.arrived_at is not distinct from $3::timestamptz and r.place is not distinct from $4::text,"
	"   $3::timestamptz >= r.requested_at and $3::timestamptz < r.ends_at,"
	"   case when exists (select from u) then (select goods_return_json(u::goods_return, $8::text::json, true) from u)"
	"     else goods_return_json(g, $8::text::json, true) end, exists (select from u)"
	" from r join goods_return g on g.bucket = r.bucket and g.declaration_id = r.declaration_id and g.filing_id = r.filing_id",
	.param_count = 8,
	.flags = DB_WRITES,
};
enum { COL_STATE, COL_SAME, COL_IN_TIME, COL_JSON, COL_DONE };

static db_step_fn recorded;

static bool read_arrival(struct req *r, int64_t *at_us, struct text *place, struct fault *f)
{
	const struct json *body = body_read(r, "arrived_at place", f);

	*at_us = r->now_us;
	if (body == NULL || !body_time(body, "arrived_at", at_us, f))
		return false;
	*place = json_text(json_member(body, "place"));
	if (*at_us > r->now_us)
		return fault_set(f, FAULT_BAD_REQUEST, "arrived_at is in the future");
	if (json_member(body, "place") != NULL && (place->len == 0 || utf8_first(*place, PLACE_CHARACTERS_MAX).len < place->len))
		return fault_set(f, FAULT_BAD_REQUEST, "place is a text of at most %d characters", PLACE_CHARACTERS_MAX);
	return true;
}

enum step returns_arrival(struct req *r)
{
	struct args *q = args_new(r);
	struct id filing, change;
	struct fault f = { 0 };
	struct text place;
	int64_t at_us;

	if (r->client.role == ROLE_REGULATOR && (!r->client.has_authority || r->client.authority != AUTHORITY_CUS))
		return reply_fault(r, FAULT_FORBIDDEN, "only customs' own clients and operators say that goods are back");
	if (!id_parse(r->captures[0], &filing))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (!read_arrival(r, &at_us, &place, &f))
		return reply_problem(r, &f);
	change = req_new_id(r);
	args_id(q, &filing);
	args_time(q, at_us);
	args_text(q, place);
	args_time(q, r->now_us);
	args_i32(q, r->client.id);
	args_uuid(q, &change);
	args_text(q, args_return_titles(r));
	return args_await(r, q, &arrive, recorded);
}

static enum step recorded(struct req *r, const struct db_answer *a)
{
	const struct db_rows *rows;
	struct text state;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	rows = a->results[0];
	if (db_row_count(rows) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	state = db_get_text(rows, 0, COL_STATE);
	if (db_get_int(rows, 0, COL_DONE) != 0 || db_get_int(rows, 0, COL_SAME) != 0)
		return reply_bytes(r, 200, "application/json", db_get_text(rows, 0, COL_JSON));
	if (text_is(state, return_state_name(RETURN_COMPLETED)))
		return reply_fault(r, FAULT_STATE_CONFLICT, "the arrival is recorded already, with another time or place");
	if (db_get_int(rows, 0, COL_IN_TIME) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "goods arrive after the request and before the end of the period (ends_at)");
	return reply_fault(r, FAULT_STATE_CONFLICT, "customs has not agreed to the return");
}
