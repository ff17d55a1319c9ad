/* /v1/parks: one zone, several parks (一区多园). Rows are dated: a new one closes the one before it, the day before it begins. */
#include "api/enterprises.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "api/rules.h"
#include "base/log.h"

#define KINDS "bonded export express post innovation other"
enum { CODE_MAX = 20, NAME_MAX = 100, SOURCE_MAX = 200 };

static db_step_fn added;

/* $1 code, $2 $3 names, $4 kind, $5 division, $6 $7 first and last day, $8 now, $9 actor, $10 source. No row: one that is not over yet begins
 * as late, or later. */
static const struct db_stmt add_stmt = {
	.name = "park_add",
	.sql =
	"with closed as (update park set valid_to = date '1970-01-01' + $6::integer - 1"
	"  where code = $1::text and valid_to is null and valid_from < date '1970-01-01' + $6::integer returning 1),"
	" p as (insert into park as p (code, name_zh, name_en, kind, district_code, valid_from, valid_to, recorded_at, recorded_by, source)"
	"  select $1::text, $2::text, $3::text, $4::text, $5::text, date '1970-01-01' + $6::integer, date '1970-01-01' + $7::integer,"
	"    $8::timestamptz, $9::text, $10::text"
	"  where (select count(*) from closed) >= 0" /* it is closed before another one is open */
	"    and not exists (select 1 from park o where o.code = $1::text"
	"    and (o.valid_from >= date '1970-01-01' + $6::integer or o.valid_to >= date '1970-01-01' + $6::integer))"
	"  returning *)"
	" select park_json(p::park) from p",
	.param_count = 10,
	.flags = DB_WRITES,
};

enum step parks_post(struct req *r)
{
	int32_t from = clock_day(r->now_us), to = INT32_MAX;
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	struct text kind;

	if (!fields_read(r, "code name_zh name_en kind district_code valid_from valid_to source", &x, &f))
		return reply_problem(r, &f);
	args_text(q, fields_text(&x, "code", CODE_MAX, true));
	args_text(q, fields_text(&x, "name_zh", NAME_MAX, true));
	args_text(q, fields_text(&x, "name_en", NAME_MAX, false));
	kind = fields_text(&x, "kind", NAME_MAX, true);
	args_text(q, kind);
	args_text(q, fields_code(&x, "district_code", CODES_DIVISION, true));
	fields_day(&x, "valid_from", false, &from);
	fields_day(&x, "valid_to", false, &to);
	args_day(q, from);
	args_day(q, to);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_text(q, fields_text(&x, "source", SOURCE_MAX, true));
	if (kind.at != NULL && !text_is_among(text_of(KINDS), ' ', kind))
		fields_complain(&x, RULE_VALUE, "kind", KINDS);
	if (to < from)
		fields_complain(&x, RULE_VALUE, "valid_to", "no day before valid_from");
	if (!fields_good(&x))
		return fields_refuse(&x);
	return args_await(r, q, &add_stmt, added);
}

static enum step added(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "this park has a row that begins on that day or later, or ends later");
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "park.recorded", "by client %d", r->client.id);
	return reply_bytes(r, 201, "application/json", db_get_text(a->results[0], 0, 0));
}

enum step parks_list(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	int32_t day;

	if (!rules_day(r, &day, &f))
		return reply_problem(r, &f);
	args_day(q, day);
	return args_await_query(r, q, "parks_list", reply_row);
}
