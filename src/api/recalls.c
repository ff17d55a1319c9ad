/*
 * /v1/quality/recalls: goods called back, of one batch or all (E114).
 *
 *   recalls_post ──> open: the goods are frozen, a case is opened ──recalls_end, by a department──> ended: they are free
 *
 * Customs, quarantine and market regulation recall everybody's goods, an enterprise its own; only these departments end a recall. Which parcels
 * are meant is GET /v1/quality/parcels with the recall's goods, batch and days.
 */
#include "api/handlers.h"
#include "api/quality.h"
#include "store/query.h"

/* $1 … $10 as in quality_args_put(), $11 batch, $12 from, $13 to, $14 source, $15 decision number, $16 reason, $17 evidence */
static const struct db_stmt put_recall = {
	.name = "quality_recall_put",
	.sql =
	"with " QUALITY_ENTERPRISE ","
	" w as (select v.* from e join quality_recall v on v.enterprise_id = e.id and v.item_no = $3::text and v.decision_no = $15::text),"
	" i as ("
	"  insert into quality_recall (id, enterprise_id, item_no, batch, from_on, to_on, source, decision_no, reason, evidence_sha256, recorded_at,"
	"    recorded_on, actor, authority, client_id)"
	"  select $1::uuid, e.id, $3::text, $11::text, date '1970-01-01' + $12::integer, date '1970-01-01' + $13::integer, $14::text, $15::text, $16::text,"
	"    $17::bytea, $6::timestamptz, date '1970-01-01' + $7::integer, $8::text, $9::text, $10::integer from e"
	"  on conflict (enterprise_id, item_no, decision_no) do nothing returning *),"
	" c as materialized ("
	"  select case_open('quality', 'goods', e.credit_code || '/' || i.item_no, 'recall/' || i.decision_no, '{}', null, 'trade', null, i.reason,"
	"    case when $9::text is null then '{}' else array[$9::text] end, $6::timestamptz, $8::text, $10::integer) as id from i, e)"
	" select exists (select from e), exists (select from i), (select (w.batch, w.from_on, w.to_on, w.source, w.reason, w.evidence_sha256)"
	"    is not distinct from ($11::text, date '1970-01-01' + $12::integer, date '1970-01-01' + $13::integer, $14::text, $16::text, $17::bytea) from w),"
	"   (select nextval('right_revision') from i), (select count(*) from c)",
	.param_count = 17,
	.flags = DB_WRITES,
};

/* $1 a number of the enterprise, $2 its goods, $3 decision number */
static const struct db_stmt show_recall = {
	.name = "quality_recall_show",
	.sql =
	"select quality_recall_json(v) from quality_recall v"
	" where v.enterprise_id = enterprise_by_number($1::text) and v.item_no = $2::text and v.decision_no = $3::text",
	.param_count = 3,
	.flags = DB_WRITES,
};

/* $1 recall, $2 carried out, $3 decision number, $4 reason, $5 now, $6 actor, $7 client */
static const struct db_stmt end_recall = {
	.name = "quality_recall_end",
	.sql =
	"with v as (select id from quality_recall where id = $1::uuid),"
	" w as (select * from quality_recall_end where recall_id = $1::uuid),"
	" i as ("
	"  insert into quality_recall_end (recall_id, carried_out, decision_no, reason, ended_at, actor, client_id)"
	"  select id, $2::boolean, $3::text, $4::text, $5::timestamptz, $6::text, $7::integer from v on conflict do nothing returning recall_id)"
	" select exists (select from i), (select w.carried_out = $2::boolean and w.decision_no = $3::text from w), (select nextval('right_revision') from i) from v",
	.param_count = 7,
	.flags = DB_WRITES,
};

static const struct db_stmt show_ended = { /* $1 recall */
	.name = "quality_recall_ended",
	.sql = "select quality_recall_json(r) from quality_recall r where r.id = $1::uuid",
	.param_count = 1,
	.flags = DB_WRITES,
};

enum step recalls_post(struct req *r)
{
	int32_t from = 0, to = INT32_MAX;
	struct args *q;
	struct quality_goods goods;
	struct fault f = { 0 };
	struct text number;
	struct fields x;

	if (r->client.role != ROLE_ENTERPRISE && !quality_decides(r))
		return reply_fault(r, FAULT_FORBIDDEN, "goods are recalled by customs, quarantine, market regulation, or their own enterprise");
	if (!fields_read(r, "enterprise item_no batch from to source decision_no reason evidence_sha256", &x, &f))
		return reply_problem(r, &f);
	quality_read_goods(&x, &goods);
	q = quality_args_put(r, &goods);
	args_text(q, fields_text(&x, "batch", QUALITY_WORD_MAX, false));
	fields_day(&x, "from", false, &from);
	fields_day(&x, "to", false, &to);
	if (to < from)
		fields_complain(&x, RULE_VALUE, "to", "no day before from");
	args_i32(q, from);
	args_day(q, to);
	args_text(q, fields_text(&x, "source", QUALITY_WORD_MAX, true));
	number = fields_text(&x, "decision_no", QUALITY_WORD_MAX, true);
	args_text(q, number);
	args_text(q, quality_read_words(&x, "reason", true));
	quality_args_evidence(q, &x);
	if (!fields_good(&x))
		return fields_refuse(&x);
	return quality_record(r, q, &put_recall, quality_args_shown(r, &goods, number), &show_recall);
}

enum step recalls_list(struct req *r)
{
	return quality_list(r, "quality_recalls_list");
}

enum step recalls_get(struct req *r)
{
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	args_codes(q);
	args_bool(q, req_sees_all(r));
	return args_await_query(r, q, "quality_recall_get", reply_row);
}

enum step recalls_end(struct req *r)
{
	if (!quality_decides(r))
		return reply_fault(r, FAULT_FORBIDDEN, "a recall is ended by customs, quarantine or market regulation");
	return quality_decide(r, "carried_out", "carried_out decision_no reason", &end_recall, &show_ended);
}
