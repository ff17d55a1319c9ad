/*
 * /v1/quality: what is told of the quality of goods, the warnings that follow from it, and which released parcels had the goods (E111, E112).
 *
 * Departments tell of everybody's goods, enterprises of their own. Enough events against the same goods and batch within the days of a row of
 * quality_rule are a warning, and a warning opens a case.
 */
#include "api/handlers.h"
#include "api/page.h"
#include "api/quality.h"

#define KINDS "test, complaint, recall or opinion"

static db_step_fn parcels_listed;

/* $1 … $10 as in quality_args_put(), $11 batch, $12 kind, $13 adverse, $14 day, $15 source, $16 reference, $17 reason, $18 evidence */
static const struct db_stmt put_event = {
	.name = "quality_event_put",
	.sql =
	"with " QUALITY_ENTERPRISE ","
	" w as (select v.* from e join quality_event v on v.enterprise_id = e.id and v.item_no = $3::text and v.kind = $12::text and v.reference = $16::text),"
	" i as materialized ("
	"  select quality_event_put(row($1::uuid, e.id, $3::text, $11::text, $12::text, $13::boolean, date '1970-01-01' + $14::integer, $15::text, $16::text,"
	"    $17::text, $18::bytea, $6::timestamptz, date '1970-01-01' + $7::integer, $8::text, $9::text, $10::integer)::quality_event) as is_new from e)"
	" select exists (select from e), coalesce((select is_new from i), false), (select (w.batch, w.adverse, w.day, w.source, w.reason, w.evidence_sha256)"
	"    is not distinct from ($11::text, $13::boolean, date '1970-01-01' + $14::integer, $15::text, $17::text, $18::bytea) from w), null::bigint",
	.param_count = 18,
	.flags = DB_WRITES,
};

/* $1 a number of the enterprise, $2 its goods, $3 reference, $4 kind */
static const struct db_stmt show_event = {
	.name = "quality_event_show",
	.sql =
	"select quality_event_json(v) from quality_event v"
	" where v.enterprise_id = enterprise_by_number($1::text) and v.item_no = $2::text and v.reference = $3::text and v.kind = $4::text",
	.param_count = 4,
	.flags = DB_WRITES,
};

static bool is_kind(struct text t)
{
	return text_is_among(TEXT("test complaint recall opinion"), ' ', t);
}

enum step quality_events_post(struct req *r)
{
	struct args *q, *show;
	struct quality_goods goods;
	struct text kind, reference;
	int32_t day = clock_day(r->now_us);
	struct fault f = { 0 };
	bool adverse = true;
	struct fields x;

	if (!fields_read(r, "enterprise item_no batch kind adverse day source reference reason evidence_sha256", &x, &f))
		return reply_problem(r, &f);
	quality_read_goods(&x, &goods);
	q = quality_args_put(r, &goods);
	args_text(q, fields_text(&x, "batch", QUALITY_WORD_MAX, false));
	kind = fields_text(&x, "kind", QUALITY_WORD_MAX, true);
	if (kind.at != NULL && !is_kind(kind))
		fields_complain(&x, RULE_VALUE, "kind", KINDS);
	args_text(q, kind);
	if (fields_has(&x, "adverse") && !json_bool(json_member(x.body, "adverse"), &adverse))
		fields_complain(&x, RULE_TYPE, "adverse", "true or false");
	args_bool(q, adverse);
	fields_day(&x, "day", true, &day);
	fields_begun(&x, "day", day);
	args_i32(q, day);
	args_text(q, fields_text(&x, "source", QUALITY_WORD_MAX, true));
	reference = fields_text(&x, "reference", QUALITY_WORD_MAX, true);
	args_text(q, reference);
	args_text(q, quality_read_words(&x, "reason", true));
	quality_args_evidence(q, &x);
	if (!fields_good(&x))
		return fields_refuse(&x);
	show = quality_args_shown(r, &goods, reference);
	args_text(show, kind);
	return quality_record(r, q, &put_event, show, &show_event);
}

enum step quality_events_list(struct req *r)
{
	return quality_list(r, "quality_events_list");
}

enum step quality_warnings_list(struct req *r)
{
	return quality_list(r, "quality_warnings_list");
}

/* --- parcels --------------------------------------------------------------------------------------------------------- */

enum step quality_parcels(struct req *r)
{
	struct text enterprise = httpd_query(r->http, "enterprise"), item = httpd_query(r->http, "item_no");
	int32_t from = 0, to = clock_day(PAGE_LAST_US - US_PER_DAY);
	struct page *page = arena_zalloc(r->arena, sizeof(*page));
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct cursor newest;

	if (page == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (enterprise.at == NULL || item.at == NULL)
		return reply_fault(r, FAULT_BAD_REQUEST, "enterprise and item_no say which goods");
	if (!page_day(r, "from", &from, &f) || !page_day(r, "to", &to, &f) || !page_read(r, page, &f))
		return reply_problem(r, &f);
	newest = page_newest(page);
	args_codes(q);
	args_bool(q, req_sees_all(r));
	args_text(q, enterprise);
	args_text(q, item);
	args_text(q, httpd_query(r->http, "batch"));
	args_i32(q, from);
	args_i32(q, to);
	args_time(q, newest.at_us);
	args_uuid(q, &newest.id);
	args_i32(q, newest.serial);
	args_i32(q, page->limit);
	return args_await_query(r, q, "quality_parcels", parcels_listed);
}

static enum step parcels_listed(struct req *r, const struct db_answer *a)
{
	if (a->outcome == DB_DONE && db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	return page_reply(r, a);
}
