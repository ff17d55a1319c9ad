/*
 * /v1/cases: matters that officers of one or several departments work on (E29, E120). Opened here by hand, by other writers through
 * case_open() of sql/migrations/0022_cases.sql; what becomes of them is cases_steps.c.
 *
 *   cases_post ──(open, show)──> 201; 200 the same matter again; 409 422
 *
 * A regulator sees the cases of its department, operators see all. The same kind, subject and origin are one case.
 */
#include "api/cases.h"
#include "api/handlers.h"
#include "api/page.h"
#include "api/rules.h"
#include "base/log.h"
#include "model/case_cycle.h"
#include "model/personal.h"

enum { NUMBER_MAX = 18, ITEM_MAX = 30 };

static db_step_fn opened;

#define SUBJECT \
	"select case when $2::text = 'declaration' then (select d.id::text from declaration d where d.bucket = id_bucket($3::uuid) and d.id = $3::uuid)" \
	"  else (select e.credit_code || coalesce('/' || $5::text, '') from enterprise e where e.id = enterprise_by_number($4::text)) end as subject"

/* $1 kind, $2 subject's kind, $3 declaration, $4 a number of the enterprise, $5 its goods, $6 origin, $7 rules, $8 points, $9 class, $10 grade,
 * $11 reason, $12 departments besides the kind's, $13 now, $14 actor, $15 client */
static const struct db_stmt open_stmt = {
	.name = "case_open",
	.sql =
	"with s as (" SUBJECT "),"
	" k as (select 1 from case_kind k where k.kind = $1::text and k.valid_from <= ($13::timestamptz at time zone 'Asia/Shanghai')::date"
	"   and (k.valid_to is null or k.valid_to >= ($13::timestamptz at time zone 'Asia/Shanghai')::date)),"
	" o as materialized (select case_open($1::text, $2::text, s.subject, $6::text, coalesce($7::text[], '{}'), $8::integer, $9::text, $10::text, $11::text,"
	"   $12::text[], $13::timestamptz, $14::text, $15::integer) as id from s, k where s.subject is not null)"
	" select exists (select from k), s.subject is not null, exists (select from o where o.id is not null) from s",
	.param_count = 15,
	.flags = DB_WRITES,
};
enum { OPEN_KIND, OPEN_SUBJECT, OPEN_NEW };

/* $1 … $6 as above, $7 the caller's department, $8 sees every case, $9 titles in Chinese; a statement of its own, which sees what the first one did */
static const struct db_stmt show_stmt = {
	.name = "case_show",
	.sql =
	"with s as (" SUBJECT ")"
	" select case_json(c, $9::boolean, true) from s join case_file c on c.id = case_id($1::text, $2::text, s.subject, $6::text)"
	" join case_place p on p.case_id = c.id where case_may_read(p, $7::text, $8::boolean)",
	.param_count = 9,
	.flags = DB_WRITES,
};

/* --- shared with cases_steps.c ------------------------------------------------------------------------------------- */

void cases_args_caller(struct args *q)
{
	if (q == NULL)
		return;
	args_text(q, q->r->client.has_authority ? text_of(authority_code(q->r->client.authority)) : (struct text){ NULL, 0 });
	args_bool(q, q->r->client.role == ROLE_OPERATOR);
}

static bool is_class(struct text t)
{
	for (int c = 0; c < RISK_CLASS_COUNT; c++)
		if (text_is(t, risk_class_name((enum risk_class)c)))
			return true;
	return false;
}

void cases_read_weight(struct fields *x, bool is_needed, struct case_weight *out)
{
	const struct json *points = json_member(x->body, "points");
	enum lane_colour lane;
	int64_t number = -1;

	*out = (struct case_weight){ .points = -1, .class_name = fields_text(x, "class", CASE_WORD_MAX, is_needed),
		                     .grade = fields_text(x, "grade", CASE_WORD_MAX, is_needed) };
	if (!fields_has(x, "points")) {
		if (is_needed)
			fields_complain(x, RULE_REQUIRED, "points", NULL);
	} else if (!json_i64(points, &number) || number < 0 || number > CASE_POINTS_MAX) {
		fields_complain(x, RULE_VALUE, "points", "a whole number from 0 to 1000");
	}
	out->points = (int32_t)number;
	if (out->class_name.at != NULL && !is_class(out->class_name))
		fields_complain(x, RULE_VALUE, "class", "trade, economic or technical");
	if (out->grade.at != NULL && !lane_by_name(out->grade, &lane))
		fields_complain(x, RULE_VALUE, "grade", "green, yellow, red, black or reject");
}

void cases_args_weight(struct args *q, const struct case_weight *w)
{
	args_day(q, w->points < 0 ? INT32_MAX : w->points);
	args_text(q, w->class_name);
	args_text(q, w->grade);
}

struct text cases_read_words(struct fields *x, const char *member, bool is_needed)
{
	return personal_scrub(x->r->arena, fields_text(x, member, CASE_TEXT_MAX, is_needed));
}

/* --- opening ------------------------------------------------------------------------------------------------------- */

struct case_wish { /* the body */
	struct text kind, declaration, enterprise, item, origin, reason;
	struct words rules, departments;
	struct case_weight weight;
	struct id declaration_id;
};

static bool is_department(struct text t)
{
	enum authority a;

	return authority_by_code(t, &a);
}

static void read_wish(struct fields *x, struct case_wish *w)
{
	w->kind = fields_text(x, "kind", CASE_WORD_MAX, true);
	if (text_is(w->kind, "contradiction"))
		fields_complain(x, RULE_VALUE, "kind", "any but contradiction, which the gateway itself opens (origin: authority/version)");
	w->declaration = fields_text(x, "declaration_id", 36, false);
	w->enterprise = fields_text(x, "enterprise", NUMBER_MAX, false);
	w->item = fields_text(x, "item_no", ITEM_MAX, false);
	w->origin = fields_text(x, "origin", CASE_WORD_MAX, true);
	w->reason = cases_read_words(x, "reason", true);
	fields_words(x, "rules", CASE_WORD_MAX, false, &w->rules);
	fields_words(x, "departments", CASE_WORD_MAX, false, &w->departments);
	fields_check_words(x, "departments", &w->departments, is_department, "role codes of departments, such as CUS");
	cases_read_weight(x, false, &w->weight);
	if ((w->declaration.at != NULL) == (w->enterprise.at != NULL))
		fields_complain(x, RULE_VALUE, "declaration_id", "either declaration_id, or enterprise, with item_no for goods of it");
	else if (w->item.at != NULL && w->enterprise.at == NULL)
		fields_complain(x, RULE_VALUE, "item_no", "beside enterprise only");
	if (w->declaration.at != NULL && !id_parse(w->declaration, &w->declaration_id))
		fields_complain(x, RULE_FORM, "declaration_id", "the id of a declaration");
}

/* Who opens a case works on it. */
static void add_own_department(const struct req *r, struct words *w)
{
	w->is_given = true;
	if (r->client.has_authority && w->count < WORDS_MAX)
		w->at[w->count++] = text_of(authority_code(r->client.authority));
}

static void args_matter(struct args *q, const struct case_wish *w)
{
	args_text(q, w->kind);
	args_text(q, text_of(w->declaration.at != NULL ? "declaration" : w->item.at != NULL ? "goods" : "enterprise"));
	if (w->declaration.at != NULL)
		args_uuid(q, &w->declaration_id);
	else
		args_null(q);
	args_text(q, w->enterprise);
	args_text(q, w->item);
	args_text(q, w->origin);
}

enum step cases_post(struct req *r)
{
	struct args *q = args_new(r), *show = args_new(r);
	struct case_wish w = { .kind = { NULL, 0 } };
	struct fault f = { 0 };
	struct fields x;

	if (r->client.role == ROLE_REGULATOR && !r->client.has_authority)
		return reply_fault(r, FAULT_FORBIDDEN, "this client works for no department");
	if (!fields_read(r, "kind declaration_id enterprise item_no origin rules points class grade reason departments", &x, &f))
		return reply_problem(r, &f);
	read_wish(&x, &w);
	if (!fields_good(&x))
		return fields_refuse(&x);
	add_own_department(r, &w.departments);
	args_matter(q, &w);
	args_words(q, &w.rules);
	cases_args_weight(q, &w.weight);
	args_text(q, w.reason);
	args_words(q, &w.departments);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_i32(q, r->client.id);
	args_matter(show, &w);
	cases_args_caller(show);
	args_bool(show, req_chinese(r));
	if (q == NULL || show == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &open_stmt, q->p);
	db_call_add(&r->call, &show_stmt, show->p);
	return await_db(r, opened);
}

static enum step opened(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;
	bool is_new;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	is_new = db_get_int(row, 0, OPEN_NEW) != 0;
	if (db_get_int(row, 0, OPEN_KIND) == 0)
		return fields_refuse_member(r, RULE_VALUE, "kind", "a kind of table case_kind that is in force today: brand, money, quality, risk");
	if (db_get_int(row, 0, OPEN_SUBJECT) == 0)
		return fields_refuse_member(r, RULE_VALUE, "enterprise", "a registered enterprise, or the id of a declaration that is here");
	if (db_row_count(a->results[1]) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "this matter is a case of other departments already: they may let yours take part");
	if (is_new)
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "case.opened", "by client %d", r->client.id);
	return reply_bytes(r, is_new ? 201 : 200, "application/json", db_get_text(a->results[1], 0, 0));
}

/* --- reading ------------------------------------------------------------------------------------------------------- */

static bool read_filters(struct req *r, struct args *q, struct fault *f)
{
	struct text state = httpd_query(r->http, "state"), declaration = httpd_query(r->http, "declaration_id");
	enum case_state known;
	struct id id;

	if (state.at != NULL && !text_is(state, "open") && !case_state_by_name(state, &known))
		return fault_set(f, FAULT_BAD_REQUEST, "state is open, collected, assessed, warned, disposed, reviewed or closed");
	args_text(q, state);
	args_text(q, httpd_query(r->http, "department"));
	args_text(q, httpd_query(r->http, "officer"));
	if (declaration.at == NULL)
		args_null(q);
	else if (id_parse(declaration, &id))
		args_uuid(q, &id);
	else
		return fault_set(f, FAULT_BAD_REQUEST, "declaration_id is the id of a declaration");
	args_text(q, httpd_query(r->http, "enterprise"));
	return true;
}

enum step cases_list(struct req *r)
{
	struct page *page = arena_zalloc(r->arena, sizeof(*page));
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct cursor newest;

	if (page == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	cases_args_caller(q);
	if (!read_filters(r, q, &f) || !page_read(r, page, &f))
		return reply_problem(r, &f);
	newest = page_newest(page);
	args_time(q, newest.at_us);
	args_uuid(q, &newest.id);
	args_i32(q, page->limit);
	args_bool(q, req_chinese(r));
	return args_await_query(r, q, "cases_list", page_reply);
}

enum step cases_get(struct req *r)
{
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	cases_args_caller(q);
	args_bool(q, req_chinese(r));
	return args_await_query(r, q, "case_get", reply_row);
}

enum step cases_rules(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	int32_t day;

	if (!rules_day(r, &day, &f))
		return reply_problem(r, &f);
	args_i32(q, day);
	return args_await_query(r, q, "case_rules", reply_row);
}
