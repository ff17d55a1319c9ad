/*
 * /v1/credit: an enterprise enters the base; who stands behind it, what other departments hold of it, warnings. Each is a record that is
 * only added.
 */
#include "api/args.h"
#include "api/credit.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "api/route.h"
#include "api/rules.h"
#include "base/log.h"
#include "model/identifier.h"
#include "model/identity.h"

static db_step_fn recorded;

/* Every statement here answers: what is new, what was there (the same), whether the enterprise is known; one of the three says what to answer. */
enum { COL_NEW, COL_SAME, COL_KNOWN };

/* $1 code, $2 name, $3 role, $4 day of registration, $5 now, $6 client */
static const struct db_stmt put_subject = {
	.name = "credit_subject_put",
	.sql =
	"with w as (select * from credit_subject where code = $1::text),"
	" i as ("
	"  insert into credit_subject (code, name, role, registered_on, recorded_at, recorded_by)"
	"  values ($1::text, $2::text, $3::text, date '1970-01-01' + $4::integer, $5::timestamptz, $6::integer) on conflict do nothing returning *),"
	" p as (insert into credit_place (code, judged_on) select code, registered_on from i)"
	" select (select json_build_object('code', code, 'name', name, 'role', role, 'registered_on', registered_on) from i),"
	"  (select json_build_object('code', code, 'name', name, 'role', role, 'registered_on', registered_on) from w"
	"   where name = $2::text and role = $3::text and registered_on = date '1970-01-01' + $4::integer), true",
	.param_count = 6,
	.flags = DB_WRITES,
};

/* $1 code, $2 role, $3 keyed hash of the person, $4 now, $5 client. Who is tied to somebody barred is barred: daemons read that anew. */
static const struct db_stmt put_tie = {
	.name = "credit_tie_put",
	.sql =
	"with s as (select code from credit_subject where code = $1::text),"
	" w as (select code, role from credit_tie where code = $1::text and role = $2::text and person_hash = $3::bytea),"
	" i as ("
	"  insert into credit_tie (code, role, person_hash, recorded_at, recorded_by) select code, $2::text, $3::bytea, $4::timestamptz, $5::integer from s"
	"  on conflict do nothing returning *)"
	" select (select json_build_object('code', code, 'role', role) from i), (select json_build_object('code', code, 'role', role) from w),"
	"  exists (select from s), (select nextval('rule_revision') from i)",
	.param_count = 5,
	.flags = DB_WRITES,
};

/* $1 code, $2 what, $3 value, $4 from, $5 to (null: it goes on), $6 source, $7 now, $8 today, $9 client, $10 id */
static const struct db_stmt put_outside = {
	.name = "credit_outside_put",
	.sql =
	"with s as (select code from credit_subject where code = $1::text),"
	" w as (select * from credit_outside where code = $1::text and what = $2::text and value = $3::text and begins_on = date '1970-01-01' + $4::integer"
	"   and ends_on is not distinct from date '1970-01-01' + $5::integer and recorded_on = date '1970-01-01' + $8::integer),"
	" i as ("
	"  insert into credit_outside (id, code, what, value, begins_on, ends_on, source, recorded_at, recorded_on, recorded_by)"
	"  select $10::uuid, code, $2::text, $3::text, date '1970-01-01' + $4::integer, date '1970-01-01' + $5::integer, $6::text, $7::timestamptz,"
	"    date '1970-01-01' + $8::integer, $9::integer from s on conflict do nothing returning *),"
	" p as (update credit_place set raise = raise + 1 where code = (select code from i))"
	" select (select json_build_object('id', id, 'code', code, 'what', what, 'value', value, 'from', begins_on, 'to', ends_on, 'source', source) from i),"
	"  (select json_build_object('id', id, 'code', code, 'what', what, 'value', value, 'from', begins_on, 'to', ends_on, 'source', source) from w),"
	"  exists (select from s)",
	.param_count = 10,
	.flags = DB_WRITES,
};

/* $1 code, $2 text, $3 from, $4 to, $5 decision number, $6 now, $7 today, $8 client, $9 id */
static const struct db_stmt put_warning = {
	.name = "credit_warning_put",
	.sql =
	"with s as (select code from credit_subject where code = $1::text),"
	" w as (select * from credit_warning where code = $1::text and decision_no = $5::text and text = $2::text"
	"   and begins_on = date '1970-01-01' + $3::integer and ends_on = date '1970-01-01' + $4::integer),"
	" i as ("
	"  insert into credit_warning (id, code, text, begins_on, ends_on, decision_no, recorded_at, recorded_on, recorded_by)"
	"  select $9::uuid, code, $2::text, date '1970-01-01' + $3::integer, date '1970-01-01' + $4::integer, $5::text, $6::timestamptz,"
	"    date '1970-01-01' + $7::integer, $8::integer from s on conflict do nothing returning *)"
	" select (select json_build_object('id', id, 'code', code, 'text', text, 'from', begins_on, 'to', ends_on, 'decision_no', decision_no) from i),"
	"  (select json_build_object('id', id, 'code', code, 'text', text, 'from', begins_on, 'to', ends_on, 'decision_no', decision_no) from w),"
	"  exists (select from s)",
	.param_count = 9,
	.flags = DB_WRITES,
};

static enum step recorded(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (db_get_int(row, 0, COL_KNOWN) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (!db_is_null(row, 0, COL_SAME))
		return reply_bytes(r, 200, "application/json", db_get_text(row, 0, COL_SAME));
	if (db_is_null(row, 0, COL_NEW))
		return reply_fault(r, FAULT_STATE_CONFLICT, "this is recorded with other content, which stays");
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "credit.recorded", "%s by client %d", r->route->name, r->client.id);
	return reply_bytes(r, 201, "application/json", db_get_text(row, 0, COL_NEW));
}

enum step credit_post(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	int32_t day = clock_day(r->now_us);

	if (!fields_read(r, "code name role registered_on", &x, &f))
		return reply_problem(r, &f);
	args_text(q, fields_text(&x, "code", CREDIT_CODE_MAX, true));
	args_text(q, fields_text(&x, "name", CREDIT_NUMBER_MAX, true));
	args_text(q, fields_text(&x, "role", CREDIT_NUMBER_MAX, true));
	fields_day(&x, "registered_on", true, &day);
	fields_begun(&x, "registered_on", day);
	args_i32(q, day);
	args_time(q, r->now_us);
	args_i32(q, r->client.id);
	return fields_good(&x) ? args_await(r, q, &put_subject, recorded) : fields_refuse(&x);
}

enum step credit_ties_post(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	struct text role, name, number;
	struct identity_hash hash;

	if (r->client.role == ROLE_ENTERPRISE && !client_may_file_for(&r->client, r->captures[0]))
		return credit_deny(r, "an enterprise tells who stands behind itself");
	if (r->api->conf.identity_keys.count == 0)
		return reply_fault(r, FAULT_BUSY, "no key for identities is configured here");
	if (!fields_read(r, "role name id_number", &x, &f))
		return reply_problem(r, &f);
	role = fields_text(&x, "role", 20, true);
	if (role.at != NULL && !text_is(role, "representative") && !text_is(role, "controller"))
		fields_complain(&x, RULE_VALUE, "role", "representative or controller");
	name = fields_text(&x, "name", 60, true);
	number = fields_text(&x, "id_number", 18, true);
	if (number.at != NULL && !identifier_identity_number(number, clock_day(r->now_us)))
		fields_complain(&x, RULE_IDENTITY_NUMBER, "id_number", NULL);
	if (!fields_good(&x))
		return fields_refuse(&x);
	hash = identity_hash(&r->api->conf.identity_keys.list[0], number, name);
	args_text(q, r->captures[0]);
	args_text(q, role);
	args_bytes(q, arena_copy(r->arena, &hash, sizeof(hash)), sizeof(hash));
	args_time(q, r->now_us);
	args_i32(q, r->client.id);
	return args_await(r, q, &put_tie, recorded);
}

enum step credit_outside_post(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	int32_t from = clock_day(r->now_us), to = INT32_MAX;
	struct text what, value;

	if (!fields_read(r, "what value from to source", &x, &f))
		return reply_problem(r, &f);
	what = fields_text(&x, "what", 20, true);
	value = fields_text(&x, "value", 30, true);
	if (what.at != NULL && value.at != NULL && !credit_outside_known(what, value))
		fields_complain(&x, RULE_VALUE, "value", "of customs_level: advanced, certified, regular, dishonest, seriously_dishonest; of tax_grade: A, B, M, C, D; of quality_ability: strong, normal, weak");
	fields_day(&x, "from", false, &from);
	fields_day(&x, "to", false, &to);
	if (to <= from)
		fields_complain(&x, RULE_VALUE, "to", "the first day without it, after from");
	args_text(q, r->captures[0]);
	args_text(q, what);
	args_text(q, value);
	args_i32(q, from);
	args_day(q, to);
	args_text(q, fields_text(&x, "source", CREDIT_TEXT_MAX, true));
	args_time(q, r->now_us);
	args_i32(q, clock_day(r->now_us));
	args_i32(q, r->client.id);
	args_new_id(q);
	return fields_good(&x) ? args_await(r, q, &put_outside, recorded) : fields_refuse(&x);
}

enum step credit_warnings_post(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	int32_t from = clock_day(r->now_us), to = INT32_MAX;

	if (!fields_read(r, "text from to decision_no", &x, &f))
		return reply_problem(r, &f);
	args_text(q, r->captures[0]);
	args_text(q, fields_text(&x, "text", CREDIT_TEXT_MAX, true));
	fields_day(&x, "from", false, &from);
	fields_day(&x, "to", true, &to);
	if (to <= from)
		fields_complain(&x, RULE_VALUE, "to", "the first day without it, after from");
	args_i32(q, from);
	args_i32(q, to);
	args_text(q, fields_text(&x, "decision_no", CREDIT_NUMBER_MAX, true));
	args_time(q, r->now_us);
	args_i32(q, clock_day(r->now_us));
	args_i32(q, r->client.id);
	args_new_id(q);
	return fields_good(&x) ? args_await(r, q, &put_warning, recorded) : fields_refuse(&x);
}

enum step credit_rules_get(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	int32_t day;

	if (!rules_day(r, &day, &f))
		return reply_problem(r, &f);
	args_i32(q, day);
	return args_await_query(r, q, "credit_rules", reply_row);
}
