/*
 * /v1/brands: rights that customs has on record, and complaints about goods that bear them (E125).
 *
 *   complaints_post ──> open: the goods are frozen, a case is opened ──complaints_decide──┬──> rejected: they are free
 *                                                                                        └──> upheld: they stay frozen
 *
 * Customs and market regulation record both: a right holder goes to them, so that nobody freezes a competitor's goods by himself.
 */
#include "api/handlers.h"
#include "api/page.h"
#include "api/quality.h"
#include "base/log.h"

static db_step_fn recorded;

/* Why the caller may not; NULL: it may. */
static const char *not_competent(const struct req *r)
{
	return r->client.has_authority && (r->client.authority == AUTHORITY_CUS || r->client.authority == AUTHORITY_SAMR)
	               ? NULL : "brands are recorded, and complaints taken and decided, by customs and market regulation";
}

/* --- recordals ------------------------------------------------------------------------------------------------------- */

/* $1 id, $2 number, $3 brand, $4 holder, $5 classes, $6 from, $7 to, $8 source, $9 now, $10 actor, $11 client */
static const struct db_stmt put_recordal = {
	.name = "brand_recordal_put",
	.sql =
	"with w as (select * from brand_recordal where recordal_no = $2::text),"
	" i as ("
	"  insert into brand_recordal (id, recordal_no, brand, holder, classes, valid_from, valid_to, source, recorded_at, actor, client_id)"
	"  values ($1::uuid, $2::text, $3::text, $4::text, $5::text[], date '1970-01-01' + $6::integer, date '1970-01-01' + $7::integer, $8::text,"
	"    $9::timestamptz, $10::text, $11::integer) on conflict (recordal_no) do nothing returning *)"
	" select (select brand_recordal_json(i::brand_recordal) from i), (select brand_recordal_json(w::brand_recordal) from w),"
	"  (select (w.brand, w.holder, w.classes, w.valid_from, w.valid_to) is not distinct from"
	"    ($3::text, $4::text, $5::text[], date '1970-01-01' + $6::integer, date '1970-01-01' + $7::integer) from w)",
	.param_count = 11,
	.flags = DB_WRITES,
};
enum { PUT_NEW, PUT_WAS, PUT_SAME };

enum step brands_post(struct req *r)
{
	struct id id = id_new(r->api->deps.ids, r->now_us, (int16_t)(id_random(r->api->deps.ids) % ID_BUCKETS));
	static const char *const texts[] = { "recordal_no", "brand", "holder" };
	int32_t from = 0, to = INT32_MAX;
	struct args *q = args_new(r);
	struct words classes;
	struct fault f = { 0 };
	struct fields x;

	if (not_competent(r) != NULL)
		return reply_fault(r, FAULT_FORBIDDEN, not_competent(r));
	if (!fields_read(r, "recordal_no brand holder classes valid_from valid_to source", &x, &f))
		return reply_problem(r, &f);
	args_uuid(q, &id);
	for (size_t i = 0; i < COUNTOF(texts); i++)
		args_text(q, fields_text(&x, texts[i], QUALITY_WORD_MAX, true));
	fields_words(&x, "classes", 10, true, &classes);
	args_words(q, &classes);
	fields_day(&x, "valid_from", true, &from);
	fields_day(&x, "valid_to", true, &to);
	if (to < from)
		fields_complain(&x, RULE_VALUE, "valid_to", "no day before valid_from");
	args_i32(q, from);
	args_i32(q, to);
	args_text(q, fields_text(&x, "source", QUALITY_WORD_MAX, true));
	if (!fields_good(&x))
		return fields_refuse(&x);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_i32(q, r->client.id);
	return args_await(r, q, &put_recordal, recorded);
}

static enum step recorded(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (!db_is_null(row, 0, PUT_NEW)) {
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "brand.recorded", "by client %d", r->client.id);
		return reply_bytes(r, 201, "application/json", db_get_text(row, 0, PUT_NEW));
	}
	if (db_is_null(row, 0, PUT_SAME) || db_get_int(row, 0, PUT_SAME) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "this number is recorded with other content, which stays");
	return reply_bytes(r, 200, "application/json", db_get_text(row, 0, PUT_WAS));
}

enum step brands_list(struct req *r)
{
	struct page *page = arena_zalloc(r->arena, sizeof(*page));
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct cursor newest;
	int32_t on = INT32_MAX;

	if (page == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!page_day(r, "on", &on, &f) || !page_read(r, page, &f))
		return reply_problem(r, &f);
	newest = page_newest(page);
	args_text(q, httpd_query(r->http, "brand"));
	args_day(q, on);
	args_time(q, newest.at_us);
	args_uuid(q, &newest.id);
	args_i32(q, page->limit);
	args_text(q, httpd_query(r->http, "recordal_no"));
	return args_await_query(r, q, "brands_list", page_reply);
}

/* --- complaints ------------------------------------------------------------------------------------------------------ */

/* $1 … $10 as in quality_args_put(), $11 recordal, $12 complainant, $13 reference, $14 reason, $15 evidence. b: the right, which is in force today. */
static const struct db_stmt put_complaint = {
	.name = "brand_complaint_put",
	.sql =
	"with " QUALITY_ENTERPRISE ","
	" b as (select recordal_no from brand_recordal where recordal_no = $11::text and date '1970-01-01' + $7::integer between valid_from and valid_to),"
	" w as (select v.* from e join brand_complaint v on v.enterprise_id = e.id and v.item_no = $3::text and v.reference = $13::text),"
	" i as ("
	"  insert into brand_complaint (id, recordal_no, enterprise_id, item_no, complainant, reference, reason, evidence_sha256, recorded_at, actor, authority,"
	"    client_id)"
	"  select $1::uuid, b.recordal_no, e.id, $3::text, $12::text, $13::text, $14::text, $15::bytea, $6::timestamptz, $8::text, $9::text, $10::integer"
	"  from e, b on conflict (enterprise_id, item_no, reference) do nothing returning *),"
	" c as materialized ("
	"  select case_open('brand', 'goods', e.credit_code || '/' || i.item_no, 'complaint/' || i.reference, '{}', null, 'trade', null, i.reason,"
	"    array[$9::text], $6::timestamptz, $8::text, $10::integer) as id from i, e)"
	" select exists (select from e), exists (select from i), (select (w.recordal_no, w.complainant, w.reason, w.evidence_sha256)"
	"    is not distinct from ($11::text, $12::text, $14::text, $15::bytea) from w), (select nextval('right_revision') from i), (select count(*) from c)",
	.param_count = 15,
	.flags = DB_WRITES,
};

/* $1 a number of the enterprise, $2 its goods, $3 reference */
static const struct db_stmt show_complaint = {
	.name = "brand_complaint_show",
	.sql =
	"select brand_complaint_json(v) from brand_complaint v"
	" where v.enterprise_id = enterprise_by_number($1::text) and v.item_no = $2::text and v.reference = $3::text",
	.param_count = 3,
	.flags = DB_WRITES,
};

/* $1 complaint, $2 upheld, $3 decision number, $4 reason, $5 now, $6 actor, $7 client */
static const struct db_stmt put_decision = {
	.name = "brand_decision_put",
	.sql =
	"with v as (select id from brand_complaint where id = $1::uuid),"
	" w as (select * from brand_decision where complaint_id = $1::uuid),"
	" i as ("
	"  insert into brand_decision (complaint_id, upheld, decision_no, reason, decided_at, actor, client_id)"
	"  select id, $2::boolean, $3::text, $4::text, $5::timestamptz, $6::text, $7::integer from v on conflict do nothing returning complaint_id)"
	" select exists (select from i), (select w.upheld = $2::boolean and w.decision_no = $3::text from w), (select nextval('right_revision') from i) from v",
	.param_count = 7,
	.flags = DB_WRITES,
};

static const struct db_stmt show_decided = { /* $1 complaint */
	.name = "brand_complaint_decided",
	.sql = "select brand_complaint_json(v) from brand_complaint v where v.id = $1::uuid",
	.param_count = 1,
	.flags = DB_WRITES,
};

enum step complaints_post(struct req *r)
{
	struct args *q;
	struct quality_goods goods;
	struct fault f = { 0 };
	struct text reference;
	struct fields x;

	if (not_competent(r) != NULL)
		return reply_fault(r, FAULT_FORBIDDEN, not_competent(r));
	if (!fields_read(r, "recordal_no enterprise item_no complainant reference reason evidence_sha256", &x, &f))
		return reply_problem(r, &f);
	quality_read_goods(&x, &goods);
	q = quality_args_put(r, &goods);
	args_text(q, fields_text(&x, "recordal_no", QUALITY_WORD_MAX, true));
	args_text(q, fields_text(&x, "complainant", QUALITY_WORD_MAX, true));
	reference = fields_text(&x, "reference", QUALITY_WORD_MAX, true);
	args_text(q, reference);
	args_text(q, quality_read_words(&x, "reason", true));
	quality_args_evidence(q, &x);
	if (!fields_good(&x))
		return fields_refuse(&x);
	return quality_record(r, q, &put_complaint, quality_args_shown(r, &goods, reference), &show_complaint);
}

enum step complaints_list(struct req *r)
{
	return quality_list(r, "brand_complaints_list");
}

enum step complaints_decide(struct req *r)
{
	if (not_competent(r) != NULL)
		return reply_fault(r, FAULT_FORBIDDEN, not_competent(r));
	return quality_decide(r, "upheld", "upheld decision_no reason", &put_decision, &show_decided);
}
