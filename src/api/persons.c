/*
 * /v1/persons/flags: that a natural person's identity was abused, as a department decided; and what stands against whom (RULES 7.6; E101).
 *
 *   persons_flags_post   ──(lock the person, put)──> 201; 200 the same again; 403 409 422
 *   persons_flags_search ──find, and write down that it was read──> 200; 403 422
 *
 * The number of a person comes in the body only, and goes no further than into the keyed hash; a name is not asked for. What a review
 * raises is put by api/cases_steps.
 */
#include "api/persons.h"

#include "api/handlers.h"
#include "api/quality.h"
#include "api/route.h"
#include "base/log.h"
#include "model/identifier.h"
#include "model/risk_trace.h"
#include "store/policy_store.h"

enum { PURPOSE_MAX = 32, KIND_MAX = 40, DECISION_MAX = 100 };

static db_step_fn recorded, searched;

/* $1 the person. Nothing but this keeps a decision from being recorded twice: rows of months have no key in common. */
static const struct db_stmt lock_stmt = {
	.name = "person_flag_lock",
	.sql = "select pg_advisory_xact_lock($1::bigint)",
	.param_count = 1,
	.flags = DB_WRITES,
};

/* $1 person, $2 kind, $3 decision number, $4 reason, $5 evidence, $6 now, $7 today, $8 actor, $9 department, $10 client, $11 id, $12 titles in Chinese.
 * One row: the new flag; that which was there, and whether it is the same; the kinds of today, when it names none; whether there is room. */
static const struct db_stmt put_stmt = {
	.name = "person_flag_put",
	.sql =
	"with a as (select date '1970-01-01' + $7::integer as day),"
	" known as (select k.* from person_flag_kind k, a where k.valid_from <= a.day and (k.valid_to is null or k.valid_to >= a.day)),"
	" w as (select * from person_flag where person = $1::bigint and kind = $2::text and decision_no = $3::text),"
	" n as (select count(*) < 100 as has_room from person_flag where person = $1::bigint),"
	" i as ("
	"  insert into person_flag (id, person, kind, kind_row, raised_on, ends_on, decision_no, rules, reason, evidence_sha256, recorded_at, actor, authority,"
	"    client_id)"
	"  select $11::uuid, $1::bigint, k.kind, k.id, a.day, a.day + k.days, $3::text, '{}', $4::text, $5::bytea, $6::timestamptz, $8::text, $9::text,"
	"    $10::integer from known k, a, n where k.kind = $2::text and n.has_room and not exists (select from w) returning *)"
	" select (select person_flag_json(i::person_flag, a.day, $12::boolean) from i), (select person_flag_json(w::person_flag, a.day, $12::boolean) from w),"
	"  (select w.reason = $4::text and w.evidence_sha256 is not distinct from $5::bytea and w.authority = $9::text from w),"
	"  (select case when bool_and(k.kind <> $2::text) then string_agg(k.kind, ', ' order by k.kind) end from known k), n.has_room from a, n",
	.param_count = 12,
	.flags = DB_WRITES,
};
enum { PUT_NEW, PUT_WAS, PUT_SAME, PUT_KINDS, PUT_ROOM };

/* $1 person, $2 purpose, $3 today, $4 now, $5 id, $6 client, $7 role, $8 department, $9 route, $10 trace, $11 titles in Chinese. Flags that are over are
 * shown to the person alone. The read is named by the flags that were shown: of whom there is nothing, nothing is kept. */
static const struct db_stmt search_stmt = {
	.name = "person_flag_search",
	.sql =
	"with a as (select date '1970-01-01' + $3::integer as day),"
	" known as (select p.word from access_purpose p, a where p.valid_from <= a.day and (p.valid_to is null or p.valid_to >= a.day)),"
	" found as ("
	"  select f.id, person_flag_json(f, a.day, $11::boolean) as shown from a cross join person_flag f"
	"  where f.person = $1::bigint and ($2::text = 'subject-request' or person_flag_state(f.id, f.ends_on, a.day) in ('in_force', 'disputed'))),"
	" made as ("
	"  insert into access_log (id, at, client_id, role, authority, route, record, owners, fields, purpose, trace)"
	"  select $5::uuid, $4::timestamptz, $6::integer, $7::text, $8::text, $9::text, coalesce((select string_agg(id::text, ' ' order by id) from found), 'none'),"
	"    '{}', '{person_flag}', $2::text, $10::text where $2::text in (select word from known) returning 1)"
	" select exists (select from made), (select string_agg(word, ', ' order by word) from known),"
	"  (select json_build_object('items', coalesce(json_agg(shown order by id desc), '[]')) from found)",
	.param_count = 11,
	.flags = DB_WRITES,
};
enum { SEARCH_LOGGED, SEARCH_PURPOSES, SEARCH_FOUND };

const char *persons_refusal(const struct req *r)
{
	if (r->client.role == ROLE_OPERATOR ||
	    policy_form(*r->api->deps.policy, &r->client, F_BUYER_ID_NUMBER, true, clock_day(r->now_us)) == PERSONAL_FULL)
		return NULL;
	return "flags of persons are for departments that may read a buyer's number in full";
}

enum step persons_deny(struct req *r, const char *why)
{
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_WARNING, "access.denied", "%s by client %d", r->route->name, r->client.id);
	return reply_fault(r, FAULT_FORBIDDEN, why);
}

/* The keyed hash; 0, and a finding: it is no number. */
static int64_t read_person(struct fields *x)
{
	struct text number = fields_text(x, "id_number", 18, true);
	struct sha256 secret = risk_secret(x->r->api->conf.payer_key);

	if (number.at == NULL)
		return 0;
	if (!identifier_identity_number(number, clock_day(x->r->now_us))) {
		fields_complain(x, RULE_IDENTITY_NUMBER, "id_number", NULL);
		return 0;
	}
	return risk_person(sha256_bytes(&secret), number);
}

#define NO_SECRET "no person is known here: the gateway has no secret (privacy.payer_key_file)"

/* --- a department's decision --------------------------------------------------------------------------------------- */

static struct args *args_flag(struct fields *x)
{
	struct req *r = x->r;
	struct args *q = args_new(r);

	args_i64(q, read_person(x));
	args_text(q, fields_text(x, "kind", KIND_MAX, true));
	args_text(q, fields_text(x, "decision_no", DECISION_MAX, true));
	args_text(q, quality_read_words(x, "reason", true));
	quality_args_evidence(q, x);
	args_time(q, r->now_us);
	args_i32(q, clock_day(r->now_us));
	args_text(q, text_dup(r->arena, r->client.name));
	args_text(q, text_of(authority_code(r->client.authority)));
	args_i32(q, r->client.id);
	args_new_id(q);
	args_bool(q, req_chinese(r));
	return q;
}

enum step persons_flags_post(struct req *r)
{
	const char *why = persons_refusal(r);
	struct fault f = { 0 };
	struct fields x;
	struct args *q;

	if (why != NULL)
		return persons_deny(r, why);
	if (!r->client.has_authority)
		return reply_fault(r, FAULT_FORBIDDEN, "this client works for no department");
	if (r->api->conf.payer_key.len == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, NO_SECRET);
	if (!fields_read(r, "id_number kind decision_no reason evidence_sha256", &x, &f))
		return reply_problem(r, &f);
	q = args_flag(&x);
	if (!fields_good(&x))
		return fields_refuse(&x);
	if (q == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &lock_stmt, q->p);
	db_call_add(&r->call, &put_stmt, q->p);
	return await_db(r, recorded);
}

static enum step refuse_word(struct req *r, const char *member, struct text words)
{
	struct buf b;

	buf_init(&b, r->arena, 256);
	buf_str(&b, "one of ");
	buf_text(&b, words);
	return fields_refuse_member(r, RULE_VALUE, member, b.full ? "a word in force today" : b.at);
}

static enum step recorded(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[1];
	if (!db_is_null(row, 0, PUT_KINDS))
		return refuse_word(r, "kind", db_get_text(row, 0, PUT_KINDS));
	if (!db_is_null(row, 0, PUT_NEW)) {
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "person.flagged", "by client %d", r->client.id);
		return reply_bytes(r, 201, "application/json", db_get_text(row, 0, PUT_NEW));
	}
	if (!db_is_null(row, 0, PUT_WAS) && db_get_int(row, 0, PUT_SAME) != 0)
		return reply_bytes(r, 200, "application/json", db_get_text(row, 0, PUT_WAS));
	return reply_fault(r, FAULT_STATE_CONFLICT, db_get_int(row, 0, PUT_ROOM) == 0 ? "a hundred flags stand against this person: no more"
	                                                                               : "this decision is recorded with other content, which stays");
}

/* --- what stands against whom -------------------------------------------------------------------------------------- */

enum step persons_flags_search(struct req *r)
{
	struct args *q = args_new(r);
	const char *why = persons_refusal(r);
	struct fault f = { 0 };
	struct text purpose;
	struct fields x;

	if (why != NULL)
		return persons_deny(r, why);
	if (r->api->conf.payer_key.len == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, NO_SECRET);
	if (!fields_read(r, "id_number purpose", &x, &f))
		return reply_problem(r, &f);
	args_i64(q, read_person(&x));
	purpose = fields_text(&x, "purpose", PURPOSE_MAX, true);
	if (!fields_good(&x))
		return fields_refuse(&x);
	if (r->client.role == ROLE_OPERATOR && !text_is(purpose, "subject-request"))
		return persons_deny(r, "an operator asks for the person itself, with the purpose subject-request");
	args_text(q, purpose);
	args_i32(q, clock_day(r->now_us));
	args_time(q, r->now_us);
	args_new_id(q);
	args_i32(q, r->client.id);
	args_text(q, text_of(role_name(r->client.role)));
	args_text(q, r->client.has_authority ? text_of(authority_code(r->client.authority)) : (struct text){ NULL, 0 });
	args_text(q, text_of(r->route->name));
	args_text(q, text_of(r->trace.id));
	args_bool(q, req_chinese(r));
	return args_await(r, q, &search_stmt, searched);
}

static enum step searched(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (db_get_int(row, 0, SEARCH_LOGGED) == 0)
		return refuse_word(r, "purpose", db_get_text(row, 0, SEARCH_PURPOSES));
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "access.logged", "%s by client %d", r->route->name, r->client.id);
	return reply_bytes(r, 200, "application/json", db_get_text(row, 0, SEARCH_FOUND));
}
