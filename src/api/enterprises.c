/*
 * /v1/enterprises: registering, and reading what one may know.
 *
 *   enterprises_post ──(register, get)──> 201 the new record; 200 the record that was there, whoever registered it
 *
 * One credit code is one record. Itself, the market regulator and operators read it in full; other departments what they share, everybody
 * else what is public. Any of its numbers finds it.
 */
#include "api/enterprises.h"

#include "api/handlers.h"
#include "api/page.h"
#include "base/log.h"
#include "model/identifier.h"
#include "store/query.h"

enum { TIER_PUBLIC = 1, TIER_DEPARTMENTS };

static db_step_fn registered;

/* --- shared ----------------------------------------------------------------------------------------------------------- */

bool enterprise_sees_all(const struct req *r)
{
	return r->client.role == ROLE_OPERATOR ||
	       (r->client.role == ROLE_REGULATOR && r->client.has_authority && r->client.authority == AUTHORITY_SAMR);
}

struct text enterprise_titles(struct req *r)
{
	bool chinese = req_chinese(r);
	struct buf b;

	buf_init(&b, r->arena, 128);
	for (int s = 0; s < ENTERPRISE_STATE_COUNT; s++) {
		buf_char(&b, s == 0 ? '{' : ',');
		buf_json(&b, text_of(enterprise_state_name((enum enterprise_state)s)));
		buf_char(&b, ':');
		buf_json(&b, text_of(enterprise_state_title((enum enterprise_state)s, chinese)));
	}
	buf_char(&b, '}');
	return buf_as_text(&b);
}

static struct args *get_args(struct req *r, struct text number, bool in_full)
{
	struct args *q = args_new(r);

	args_text(q, number);
	if (in_full)
		args_null(q);
	else
		args_codes(q);
	args_bool(q, in_full || enterprise_sees_all(r));
	args_i32(q, r->client.role == ROLE_REGULATOR ? TIER_DEPARTMENTS : TIER_PUBLIC);
	args_text(q, enterprise_titles(r));
	return q;
}

enum step enterprise_look(struct req *r, db_step_fn *then)
{
	return args_await_query(r, get_args(r, r->captures[0], false), "enterprise_get", then);
}

enum step enterprise_await(struct req *r, const struct db_stmt *stmt, struct args *q, struct text number, db_step_fn *then)
{
	struct args *get = get_args(r, number, true);

	if (q == NULL || get == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, stmt, q->p);
	db_call_add(&r->call, query("enterprise_get"), get->p);
	return await_db(r, then);
}

/* --- registering ------------------------------------------------------------------------------------------------------ */

/* $1 credit code; $2 to $11 as enterprise_wish_args has them; $12 now, $13 its day, $14 actor. A row when it was made. */
static const struct db_stmt register_stmt = {
	.name = "enterprise_register",
	.sql =
	"with p as (select $11::text is null or exists (select 1 from park where code = $11::text"
	"    and date '1970-01-01' + $13::integer between valid_from and coalesce(valid_to, 'infinity')) as known),"
	" e as (insert into enterprise (credit_code, registered_at, registered_by)"
	"  select $1::text, $12::timestamptz, $14::text from p where known on conflict (credit_code) do nothing returning id),"
	" v as (insert into enterprise_version (enterprise_id, version, state, name, roles, customs_codes, inspection_no, tax_no, district_code, address,"
	"    representative, representative_hash, park, from_at, actor)"
	"  select id, 1, 'applied', $2::text, $3::text[], coalesce($4::text[], '{}'), $5::text, $6::text, $7::text, $8::text, $9::text, $10::bytea,"
	"    $11::text, $12::timestamptz, $14::text from e),"
	" n as (insert into enterprise_number (kind, number, enterprise_id)"
	"  select k.kind, k.number, id from e cross join lateral ("
	"    select 'credit', $1::text union select 'customs', unnest($4::text[]) union select 'inspection', $5::text"
	"    union select 'tax', coalesce($6::text, $1::text)) k(kind, number)"
	"  where k.number is not null)"
	" select nextval('right_revision') from e",
	.param_count = 14,
	.flags = DB_WRITES,
};

enum step enterprises_post(struct req *r)
{
	struct enterprise_wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	struct text code;

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!fields_read(r, "credit_code " ENTERPRISE_MEMBERS, &x, &f))
		return reply_problem(r, &f);
	code = fields_text(&x, "credit_code", 18, true);
	if (code.len > 0 && !identifier_credit_code(code))
		fields_complain(&x, RULE_CREDIT_CODE, "credit_code", NULL);
	else if (code.len > 0 && req_is_enterprise(r) && !client_may_file_for(&r->client, code))
		return reply_fault(r, FAULT_FORBIDDEN, "an enterprise registers itself: the credit code is none of this client's");
	if (!enterprise_wish_read(&x, code, true, w, &f))
		return reply_problem(r, &f);
	if (!fields_good(&x))
		return fields_refuse(&x);
	args_text(q, code);
	enterprise_wish_args(q, w);
	args_time(q, r->now_us);
	args_day(q, clock_day(r->now_us));
	args_text(q, text_dup(r->arena, r->client.name));
	return enterprise_await(r, &register_stmt, q, code, registered);
}

static enum step registered(struct req *r, const struct db_answer *a)
{
	bool is_new;

	if (a->outcome == DB_CONFLICT)
		return reply_fault(r, FAULT_STATE_CONFLICT, "one of its numbers is another enterprise's");
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	is_new = db_row_count(a->results[0]) > 0;
	if (db_row_count(a->results[1]) == 0)
		return fields_refuse_member(r, RULE_VALUE, "park", ENTERPRISE_PARK_WANTED);
	if (is_new) {
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "enterprise.registered", TEXT_FMT " by client %d",
		          TEXT_ARG(db_get_text(a->results[1], 0, ENTERPRISE_CREDIT)), r->client.id);
		r->api->deps.moved(r->api->deps.arg);
	}
	return reply_bytes(r, is_new ? 201 : 200, "application/json", db_get_text(a->results[1], 0, ENTERPRISE_JSON));
}

/* --- reading ---------------------------------------------------------------------------------------------------------- */

enum step enterprises_get(struct req *r)
{
	return enterprise_look(r, reply_row);
}

enum step enterprises_list(struct req *r)
{
	struct text state = httpd_query(r->http, "state"), role = httpd_query(r->http, "role");
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	enum enterprise_state known;
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	if (state.at != NULL && !enterprise_state_by_name(state, &known))
		return reply_fault(r, FAULT_BAD_REQUEST, "state is applied, filed, suspended or closed");
	if (role.at != NULL && !enterprise_role_known(role))
		return reply_fault(r, FAULT_BAD_REQUEST, "role is one of " ENTERPRISE_ROLES);
	args_codes(q);
	args_bool(q, req_sees_all(r));
	args_text(q, state);
	args_text(q, role);
	args_text(q, httpd_query(r->http, "park"));
	args_i32(q, page->has_after ? page->after.serial : 0);
	args_i32(q, page->limit);
	args_text(q, enterprise_titles(r));
	return args_await_query(r, q, "enterprises_list", page_reply);
}
