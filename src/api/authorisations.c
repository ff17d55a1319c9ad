/*
 * /v1/authorisations: an enterprise lets a declarant declare for it (E25).
 *
 *   authorisations_post ──grant──> granted: 201; 200 the same again
 *   authorisations_revoke ──revoke──> revoked: 200
 *
 * The principal grants, or an operator who names the paper it stands on; either side may end it. Both see it, nobody else but regulators
 * and operators. It is revoked, never edited. Filings look into memory (model/rights), which is read anew at once here, elsewhere with
 * the next look at the revision.
 */
#include "api/enterprises.h"
#include "api/handlers.h"
#include "api/page.h"
#include "base/log.h"
#include "store/query.h"

#define MODES_ALL "*"
enum { NUMBER_MAX = 18, EVIDENCE_MAX = 300, REASON_MAX = 300 };

struct grant { /* r->own: the body */
	struct text principal, agent, evidence, actor;
	struct words kinds, modes;
	int32_t from, to;
	struct id id;
};

static db_step_fn granted, revoked;

/* $1 id, $2 $3 numbers of principal and agent, $4 kinds, $5 trade modes, $6 $7 first and last day, $8 evidence, $9 now, $10 actor,
 * $11 the caller's codes, $12 may grant for others. One row: the new one, the same that is there, and how the two sides stand: whether
 * the principal may be spoken for, their states, whether they are one. */
static const struct db_stmt grant_stmt = {
	.name = "authorisation_grant",
	.sql =
	"with p as (select e.* from enterprise_now e where e.enterprise_id = enterprise_by_number($2::text)),"
	" a as (select e.* from enterprise_now e where e.enterprise_id = enterprise_by_number($3::text)),"
	" s as (select $12::boolean or coalesce((select enterprise_is_of(p.enterprise_id, $11::text[]) from p), false) as may),"
	" same as (select x.id from p, a, s, authorisation x where s.may and x.principal_id = p.enterprise_id and x.agent_id = a.enterprise_id"
	"   and x.revoked_at is null and x.kinds = $4::text[] and x.trade_modes = $5::text[]"
	"   and x.valid_from = date '1970-01-01' + $6::integer and x.valid_to is not distinct from date '1970-01-01' + $7::integer limit 1),"
	" n as (insert into authorisation (id, principal_id, agent_id, kinds, trade_modes, valid_from, valid_to, evidence, granted_at, granted_by)"
	"  select $1::uuid, p.enterprise_id, a.enterprise_id, $4::text[], $5::text[], date '1970-01-01' + $6::integer, date '1970-01-01' + $7::integer,"
	"    $8::text, $9::timestamptz, $10::text from p, a, s"
	"  where s.may and p.state = 'filed' and a.state = 'filed' and p.enterprise_id <> a.enterprise_id and not exists (select 1 from same)"
	"  returning id)"
	" select (select id from n), (select id from same), s.may, (select state from p), (select state from a),"
	"   (select p.enterprise_id = a.enterprise_id from p, a),"
	"   (select nextval('right_revision') from n) from s",
	.param_count = 12,
	.flags = DB_WRITES,
};
enum { GRANT_NEW, GRANT_SAME, GRANT_MAY, GRANT_PRINCIPAL, GRANT_AGENT, GRANT_ONE };

/* --- shared ----------------------------------------------------------------------------------------------------------- */

/* is_known: the caller may see it, as a statement has found. */
static struct args *get_args(struct req *r, const struct id *id, bool is_known)
{
	struct args *q = args_new(r);

	args_uuid(q, id);
	if (is_known)
		args_null(q);
	else
		args_codes(q);
	args_bool(q, is_known || req_sees_all(r));
	args_day(q, clock_day(r->now_us));
	return q;
}

/* The statement, and the authorisation as it is then. */
static enum step await_change(struct req *r, const struct db_stmt *stmt, struct args *q, const struct id *id, db_step_fn *then)
{
	struct args *get = get_args(r, id, false);

	if (q == NULL || get == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, stmt, q->p);
	db_call_add(&r->call, query("authorisation_get"), get->p);
	return await_db(r, then);
}

/* --- granting --------------------------------------------------------------------------------------------------------- */

static bool is_kind(struct text t)
{
	return right_kinds_read(t) != 0;
}

static void read_modes(struct fields *x, struct grant *g)
{
	const struct rules *rules = *x->r->api->deps.rules;
	int32_t day = clock_day(x->r->now_us);

	fields_words(x, "trade_modes", 4, false, &g->modes);
	if (!g->modes.is_given)
		g->modes = (struct words){ .at = { TEXT(MODES_ALL) }, .count = 1, .is_given = true };
	for (int i = 0; i < g->modes.count && rules != NULL; i++)
		if (!text_is(g->modes.at[i], MODES_ALL) && codebook_find(rules->book, CODES_TRADE_MODE, g->modes.at[i], day) == NULL)
			fields_complain(x, RULE_CODE, "trade_modes", "codes of trade modes, or * for all");
}

static void read_grant(struct fields *x, struct grant *g)
{
	g->principal = fields_text(x, "principal", NUMBER_MAX, true);
	g->agent = fields_text(x, "agent", NUMBER_MAX, true);
	fields_words(x, "kinds", 20, true, &g->kinds);
	fields_check_words(x, "kinds", &g->kinds, is_kind, "kinds of filings, such as inventory, cancellation, return");
	read_modes(x, g);
	fields_day(x, "valid_from", false, &g->from);
	fields_day(x, "valid_to", false, &g->to);
	if (g->to < g->from)
		fields_complain(x, RULE_VALUE, "valid_to", "no day before valid_from");
	g->evidence = fields_text(x, "evidence", EVIDENCE_MAX, x->r->client.role == ROLE_OPERATOR);
}

enum step authorisations_post(struct req *r)
{
	struct grant *g = arena_zalloc(r->arena, sizeof(*g));
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;

	if (g == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	g->from = clock_day(r->now_us);
	g->to = INT32_MAX;
	g->id = id_new(r->api->deps.ids, r->now_us, 0);
	if (!fields_read(r, "principal agent kinds trade_modes valid_from valid_to evidence", &x, &f))
		return reply_problem(r, &f);
	read_grant(&x, g);
	if (!fields_good(&x))
		return fields_refuse(&x);
	r->own = g;
	args_uuid(q, &g->id);
	args_text(q, g->principal);
	args_text(q, g->agent);
	args_words(q, &g->kinds);
	args_words(q, &g->modes);
	args_day(q, g->from);
	args_day(q, g->to);
	args_text(q, g->evidence);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_codes(q);
	args_bool(q, r->client.role == ROLE_OPERATOR);
	return await_change(r, &grant_stmt, q, &g->id, granted);
}

/* Who may not speak for the principal is told nothing of either side. */
static enum step refuse_grant(struct req *r, const struct db_rows *row)
{
	if (db_get_int(row, 0, GRANT_MAY) == 0)
		return reply_fault(r, FAULT_FORBIDDEN, "an authorisation is granted by the principal, or by an operator with evidence");
	if (db_is_null(row, 0, GRANT_PRINCIPAL))
		return fields_refuse_member(r, RULE_VALUE, "principal", "a registered enterprise");
	if (db_is_null(row, 0, GRANT_AGENT))
		return fields_refuse_member(r, RULE_VALUE, "agent", "a registered enterprise");
	if (db_get_int(row, 0, GRANT_ONE) != 0)
		return fields_refuse_member(r, RULE_VALUE, "agent", "another enterprise than the principal");
	return reply_fault(r, FAULT_STATE_CONFLICT, text_is(db_get_text(row, 0, GRANT_PRINCIPAL), "filed")
	                                            ? "the agent's registration is not filed: an operator verifies it first"
	                                            : "the principal's registration is not filed: an operator verifies it first");
}

static enum step granted(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;
	struct id same;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (db_get_id(row, 0, GRANT_SAME, &same))
		return args_await_query(r, get_args(r, &same, true), "authorisation_get", reply_row);
	if (db_is_null(row, 0, GRANT_NEW))
		return refuse_grant(r, row);
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "authorisation.granted", "by client %d", r->client.id);
	r->api->deps.moved(r->api->deps.arg);
	return reply_bytes(r, 201, "application/json", db_get_text(a->results[1], 0, 0));
}

/* --- revoking --------------------------------------------------------------------------------------------------------- */

/* $1 id, $2 the caller's codes, $3 is an operator, $4 now, $5 actor, $6 reason. A row when it was in force. */
static const struct db_stmt revoke_stmt = {
	.name = "authorisation_revoke",
	.sql =
	"update authorisation a set revoked_at = $4::timestamptz, revoked_by = $5::text, revoke_reason = $6::text"
	" where a.id = $1::uuid and a.revoked_at is null"
	"   and ($3::boolean or enterprise_is_of(a.principal_id, $2::text[]) or enterprise_is_of(a.agent_id, $2::text[])) returning nextval('right_revision')",
	.param_count = 6,
	.flags = DB_WRITES,
};

enum step authorisations_revoke(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	struct text reason;
	struct id id;

	if (!fields_read(r, "reason", &x, &f))
		return reply_problem(r, &f);
	reason = fields_text(&x, "reason", REASON_MAX, r->client.role == ROLE_OPERATOR);
	if (!fields_good(&x))
		return fields_refuse(&x);
	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	args_codes(q);
	args_bool(q, r->client.role == ROLE_OPERATOR);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_text(q, reason);
	return await_change(r, &revoke_stmt, q, &id, revoked);
}

static enum step revoked(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[1]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "it was revoked before");
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "authorisation.revoked", TEXT_FMT " by client %d", TEXT_ARG(r->captures[0]),
	          r->client.id);
	r->api->deps.moved(r->api->deps.arg);
	return reply_bytes(r, 200, "application/json", db_get_text(a->results[1], 0, 0));
}

/* --- reading ---------------------------------------------------------------------------------------------------------- */

enum step authorisations_get(struct req *r)
{
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	return args_await_query(r, get_args(r, &id, false), "authorisation_get", reply_row);
}

enum step authorisations_list(struct req *r)
{
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	args_codes(q);
	args_bool(q, req_sees_all(r));
	args_text(q, httpd_query(r->http, "principal"));
	args_text(q, httpd_query(r->http, "agent"));
	args_day(q, clock_day(r->now_us));
	page_args(q, page);
	return args_await_query(r, q, "authorisations_list", page_reply);
}
