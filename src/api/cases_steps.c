/*
 * /v1/cases/{id}/steps and /access: what becomes of a case, and which departments take part in it.
 *
 *   cases_step   ──look──> may it follow? (model/case_cycle) ──(put, case_get)──> 201; 200 the same again; 403 404 409 422
 *   cases_access ──(lock, put, case_get)──> 201; 200 nothing new; 403 404 409 422
 *
 * Steps are numbered: of two that were sent at once the second finds its number taken (409). Both say whether they may by the department that
 * the caller works for; who may not even read is told nothing.
 */
#include "api/cases.h"
#include "api/handlers.h"
#include "base/log.h"
#include "model/case_cycle.h"
#include "store/query.h"

enum { CASE_RULES_MAX = WORDS_MAX };

static db_step_fn looked, step_taken, access_changed;

#define NOT_YOURS "the department that this client works for reads this case, it does not work on it"

/* $1 case, $2 the caller's department */
static const struct db_stmt look_stmt = {
	.name = "case_look",
	.sql =
	"select p.state, p.steps, array_to_json(c.rules), s.digest, s.client_id, $2::text = any (p.workers)"
	" from case_file c join case_place p on p.case_id = c.id join case_step s on s.case_id = c.id and s.number = p.steps"
	" where c.id = $1::uuid and $2::text = any (p.readers)",
	.param_count = 2,
};
enum { LOOK_STATE, LOOK_STEPS, LOOK_RULES, LOOK_DIGEST, LOOK_CLIENT, LOOK_WORKS };

/* $1 case, $2 number, $3 state, $4 points, $5 class, $6 grade, $7 action, $8 was right, $9 reason, $10 rules, $11 whether each was right, $12 now,
 * $13 today, $14 actor, $15 department, $16 client, $17 digest. Whom a lane held without right is judged anew, and let go; of whose trade it was right the
 * rules may say that the buyer is flagged. */
static const struct db_stmt put_stmt = {
	.name = "case_step_put",
	.sql =
	"with i as ("
	"  insert into case_step (case_id, number, state, points, class, grade, action, was_right, reason, at, actor, authority, client_id, digest)"
	"  values ($1::uuid, $2::integer, $3::text, $4::integer, $5::text, $6::text, $7::text, $8::boolean, $9::text, $12::timestamptz, $14::text, $15::text,"
	"    $16::integer, $17::bytea) returning case_id),"
	" f as ("
	"  insert into case_finding (case_id, rule, was_right, reviewed_at, reviewed_on)"
	"  select i.case_id, x.rule, x.was_right, $12::timestamptz, date '1970-01-01' + $13::integer"
	"  from i, unnest($10::text[], $11::boolean[]) as x(rule, was_right)),"
	" b as ("
	"  insert into person_flag select x.* from i cross join lateral person_flags_of_review(i.case_id,"
	"    array(select y.rule from unnest($10::text[], $11::boolean[]) as y(rule, was_right) where y.was_right), $9::text, $12::timestamptz, $14::text,"
	"    $15::text, $16::integer) x where $3::text = 'reviewed' and $8::boolean),"
	" l as ("
	"  update risk_trace t set cleared = true from i join case_file c on c.id = i.case_id and c.kind = 'risk' and c.subject_kind = 'declaration'"
	"    and c.origin like 'lane/%'"
	"  cross join lateral (select case c.subject_kind when 'declaration' then c.subject::uuid end as id) s"
	"  join declaration d on d.bucket = id_bucket(s.id) and d.id = s.id"
	"  where $3::text = 'reviewed' and not $8::boolean and t.bucket = d.bucket and t.id = d.id and t.opened_at = d.opened_at returning t.bucket, t.id),"
	" g as ("
	"  insert into todo as t (bucket, declaration_id, due_at, lease_until) select bucket, id, $12::timestamptz, '-infinity' from l"
	"  on conflict (bucket, declaration_id) do update set due_at = least(t.due_at, excluded.due_at), lease_until = excluded.lease_until)"
	" update case_place p set state = $3::text, steps = $2::integer, officer = $14::text, changed_at = $12::timestamptz from i where p.case_id = i.case_id",
	.param_count = 17,
	.flags = DB_WRITES,
};

static const struct db_stmt lock_stmt = {
	.name = "case_lock",
	.sql = "select 1 from case_place where case_id = $1::uuid for no key update",
	.param_count = 1,
	.flags = DB_WRITES,
};

/* $1 case, $2 the caller's department, $3 which department, $4 access, $5 reason, $6 now, $7 actor, $8 client. Somebody always works on a case. */
static const struct db_stmt access_stmt = {
	.name = "case_access_put",
	.sql =
	"with p as (select p.*, $2::text = any (p.workers) as may from case_place p where p.case_id = $1::uuid and $2::text = any (p.readers)),"
	" n as ("
	"  select p.may, case when $4::text = 'none' then array_remove(p.readers, $3::text) else array_remove(p.readers, $3::text) || $3::text end as readers,"
	"    case when $4::text = 'work' then array_remove(p.workers, $3::text) || $3::text else array_remove(p.workers, $3::text) end as workers,"
	"    ($3::text = any (p.readers)) = ($4::text <> 'none') and ($3::text = any (p.workers)) = ($4::text = 'work') as is_same from p),"
	" ok as (select * from n where may and not is_same and cardinality(workers) > 0),"
	" i as ("
	"  insert into case_access (case_id, number, authority, access, reason, at, actor, client_id)"
	"  select $1::uuid, (select count(*) + 1 from case_access x where x.case_id = $1::uuid), $3::text, $4::text, $5::text, $6::timestamptz, $7::text,"
	"    $8::integer from ok),"
	" u as ("
	"  update case_place p set readers = ok.readers, workers = ok.workers, changed_at = $6::timestamptz from ok where p.case_id = $1::uuid)"
	" select may, is_same, cardinality(workers) > 0 from n",
	.param_count = 8,
	.flags = DB_WRITES,
};
enum { ACCESS_MAY, ACCESS_SAME, ACCESS_WORKED };

static struct args *args_get(struct req *r, const struct id *id)
{
	struct args *q = args_new(r);

	args_uuid(q, id);
	cases_args_caller(q);
	args_bool(q, req_chinese(r));
	return q;
}

static struct text department(const struct req *r)
{
	return text_of(authority_code(r->client.authority));
}

/* --- a step -------------------------------------------------------------------------------------------------------- */

struct step_wish { /* r->own: the body */
	struct id id;
	enum case_state state;
	struct case_weight weight;
	struct text action, reason, actor;
	bool has_right, was_right;
	struct words rules;                /* of the findings */
	bool rights[CASE_RULES_MAX];
	struct sha256 digest;
};

static void read_findings(struct fields *x, struct step_wish *w)
{
	const struct json *list = json_member(x->body, "findings");

	w->rules.is_given = true;
	if (!fields_has(x, "findings"))
		return;
	if (!json_is_array(list) || json_length(list) > CASE_RULES_MAX) {
		fields_complain(x, RULE_TYPE, "findings", "a list of at most 32 objects with rule and was_right");
		return;
	}
	for (; w->rules.count < (int)json_length(list); w->rules.count++) {
		const struct json *one = json_item(list, (size_t)w->rules.count);

		w->rules.at[w->rules.count] = json_text(json_member(one, "rule"));
		if (w->rules.at[w->rules.count].at == NULL || !json_bool(json_member(one, "was_right"), &w->rights[w->rules.count])) {
			fields_complain(x, RULE_TYPE, "findings", "a list of objects with rule and was_right");
			return;
		}
	}
}

/* What a step of this kind does not say is not to be said. */
static void find_misplaced(struct fields *x, enum case_state state)
{
	static const char *const members[] = { "points", "class", "grade", "action", "was_right" };
	struct text needs = text_of(case_state_needs(state));

	for (size_t i = 0; i < COUNTOF(members); i++)
		if (fields_has(x, members[i]) && !text_is_among(needs, ' ', text_of(members[i])))
			fields_complain(x, RULE_VALUE, members[i], "not of this step");
	if (fields_has(x, "findings") && state != CASE_REVIEWED)
		fields_complain(x, RULE_VALUE, "findings", "not of this step");
}

static void read_step(struct fields *x, struct step_wish *w)
{
	struct text name = fields_text(x, "step", CASE_WORD_MAX, true), needs;

	if (name.at == NULL)
		return;
	if (!case_state_by_name(name, &w->state) || w->state == CASE_COLLECTED) {
		fields_complain(x, RULE_VALUE, "step", "assessed, warned, disposed, reviewed or closed");
		return;
	}
	needs = text_of(case_state_needs(w->state));
	find_misplaced(x, w->state);
	cases_read_weight(x, text_is_among(needs, ' ', TEXT("points")), &w->weight);
	w->action = cases_read_words(x, "action", text_is_among(needs, ' ', TEXT("action")));
	w->reason = cases_read_words(x, "reason", false);
	w->has_right = text_is_among(needs, ' ', TEXT("was_right"));
	w->was_right = w->has_right && fields_bool(x, "was_right");
	read_findings(x, w);
}

enum step cases_step(struct req *r)
{
	struct step_wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!r->client.has_authority)
		return reply_fault(r, FAULT_FORBIDDEN, "this client works for no department");
	if (!fields_read(r, "step points class grade action was_right findings reason", &x, &f))
		return reply_problem(r, &f);
	read_step(&x, w);
	if (!fields_good(&x))
		return fields_refuse(&x);
	if (!id_parse(r->captures[0], &w->id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	w->digest = sha256_of(r->http->body);
	w->actor = text_dup(r->arena, r->client.name);
	r->own = w;
	args_uuid(q, &w->id);
	args_text(q, department(r));
	return args_await(r, q, &look_stmt, looked);
}

/* A review speaks of each rule that hit, once, and of no other. */
static bool speaks_of_all(struct req *r, const struct step_wish *w, struct text rules)
{
	struct fault f = { 0 };
	const struct json *hit = json_parse(r->arena, rules, &f);

	if (json_length(hit) != (size_t)w->rules.count)
		return false;
	for (size_t i = 0; i < json_length(hit); i++) {
		int found = 0;

		for (int k = 0; k < w->rules.count; k++)
			found += text_eq(json_text(json_item(hit, i)), w->rules.at[k]);
		if (found != 1)
			return false;
	}
	return true;
}

static void args_step(struct args *q, const struct step_wish *w, int number)
{
	struct db_array rights;

	if (q == NULL)
		return;
	args_uuid(q, &w->id);
	args_i32(q, number);
	args_text(q, text_of(case_state_name(w->state)));
	cases_args_weight(q, &w->weight);
	args_text(q, w->action);
	if (w->has_right)
		args_bool(q, w->was_right);
	else
		args_null(q);
	args_text(q, w->reason);
	args_words(q, &w->rules);
	db_array_begin(&rights, q->r->arena, DB_KIND_BOOL, w->rules.count, 8 * (size_t)w->rules.count);
	for (int i = 0; i < w->rules.count; i++)
		db_array_i64(&rights, w->rights[i]);
	args_array(q, &rights);
	args_time(q, q->r->now_us);
	args_i32(q, clock_day(q->r->now_us));
	args_text(q, w->actor);
	args_text(q, department(q->r));
	args_i32(q, q->r->client.id);
	args_bytes(q, w->digest.b, sizeof(w->digest.b));
}

static bool is_same_again(const struct req *r, const struct step_wish *w, const struct db_rows *row)
{
	struct text digest = db_get_text(row, 0, LOOK_DIGEST);

	return digest.len == sizeof(w->digest.b) && memcmp(digest.at, w->digest.b, digest.len) == 0 && db_get_int(row, 0, LOOK_CLIENT) == r->client.id;
}

static enum step looked(struct req *r, const struct db_answer *a)
{
	const struct step_wish *w = r->own;
	struct args *q, *get = args_get(r, &w->id);
	enum case_state state = CASE_COLLECTED;
	const struct db_rows *row;
	struct fault f = { 0 };

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (db_row_count(row) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_get_int(row, 0, LOOK_WORKS) == 0)
		return reply_fault(r, FAULT_FORBIDDEN, NOT_YOURS);
	if (is_same_again(r, w, row))
		return args_await_query(r, get, "case_get", reply_row);
	if (!case_state_by_name(db_get_text(row, 0, LOOK_STATE), &state))
		return reply_fault(r, FAULT_BUG, "the case is in no known state");
	if (!case_may_follow(state, w->state, &f))
		return reply_problem(r, &f);
	if (w->state == CASE_REVIEWED && !speaks_of_all(r, w, db_get_text(row, 0, LOOK_RULES)))
		return fields_refuse_member(r, RULE_VALUE, "findings", "rule and was_right for each of the case's rules, once");
	q = args_new(r);
	args_step(q, w, (int)db_get_int(row, 0, LOOK_STEPS) + 1);
	if (q == NULL || get == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &put_stmt, q->p);
	db_call_add(&r->call, query("case_get"), get->p);
	return await_db(r, step_taken);
}

static enum step step_taken(struct req *r, const struct db_answer *a)
{
	const struct step_wish *w = r->own;

	if (a->outcome == DB_CONFLICT)
		return reply_fault(r, FAULT_STATE_CONFLICT, "somebody else took a step just now: look at the case again");
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "case.moved", TEXT_FMT " is %s, by client %d", TEXT_ARG(r->captures[0]),
	          case_state_name(w->state), r->client.id);
	return reply_bytes(r, 201, "application/json", db_get_text(a->results[1], 0, 0));
}

/* --- departments --------------------------------------------------------------------------------------------------- */

enum step cases_access(struct req *r)
{
	struct args *q = args_new(r), *get;
	struct text authority, access, reason;
	enum case_access known;
	enum authority other;
	struct fault f = { 0 };
	struct fields x;
	struct id id;

	if (!r->client.has_authority)
		return reply_fault(r, FAULT_FORBIDDEN, "this client works for no department");
	if (!fields_read(r, "authority access reason", &x, &f))
		return reply_problem(r, &f);
	authority = fields_text(&x, "authority", CASE_WORD_MAX, true);
	if (authority.at != NULL && !authority_by_code(authority, &other))
		fields_complain(&x, RULE_VALUE, "authority", "the role code of a department, such as CUS");
	access = fields_text(&x, "access", CASE_WORD_MAX, true);
	if (access.at != NULL && !case_access_by_name(access, &known))
		fields_complain(&x, RULE_VALUE, "access", "none, read or work");
	reason = cases_read_words(&x, "reason", true);
	if (!fields_good(&x))
		return fields_refuse(&x);
	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	args_text(q, department(r));
	args_text(q, authority);
	args_text(q, access);
	args_text(q, reason);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_i32(q, r->client.id);
	get = args_get(r, &id);
	if (q == NULL || get == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &lock_stmt, q->p);
	db_call_add(&r->call, &access_stmt, q->p);
	db_call_add(&r->call, query("case_get"), get->p);
	return await_db(r, access_changed);
}

static enum step access_changed(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;
	bool is_same;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[1];
	if (db_row_count(row) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_get_int(row, 0, ACCESS_MAY) == 0)
		return reply_fault(r, FAULT_FORBIDDEN, NOT_YOURS);
	if (db_get_int(row, 0, ACCESS_WORKED) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "no department would work on the case any more");
	is_same = db_get_int(row, 0, ACCESS_SAME) != 0;
	if (!is_same)
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "case.shared", TEXT_FMT " by client %d", TEXT_ARG(r->captures[0]), r->client.id);
	if (db_row_count(a->results[2]) == 0) /* it has taken itself out */
		return reply_empty(r, 204);
	return reply_bytes(r, is_same ? 200 : 201, "application/json", db_get_text(a->results[2], 0, 0));
}
