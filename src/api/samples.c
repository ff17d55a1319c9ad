/*
 * /v1/quality/samples: what was drawn of released goods, and what the laboratory found (E112).
 *
 *   open (flow/sampler) ──samples_taken──> taken ──samples_result──> result: a bad one is told of the goods at once, as POST /v1/quality/events would
 *     └──────────────────────samples_result────────────────────────────^
 *
 * Inspectors of customs, quarantine and market regulation record, each thing once; enterprises see samples of their own. The feed tells of each.
 */
#include "api/handlers.h"
#include "api/page.h"
#include "api/quality.h"

#define SAMPLE "s as (select s.*, p.authority as planner from sample s join sampling_plan p on p.id = s.plan_id where s.id = $1::uuid)"

/* The event of what was just recorded; its id is that of the change. */
#define TOLD(type, id, outcome) \
	"insert into change (id, made_at, types, declaration_ids, authorities, outcomes)" \
	" select " id "::uuid, $2::timestamptz, array['" type "'], array[s.declaration_id], array[s.planner], array[" outcome "::text] from i, s"

/* $1 sample, $2 now, $3 actor, $4 client, $5 department, $6 a new id, $7 day, $8 place */
static const struct db_stmt put_taken = {
	.name = "sample_taken",
	.sql =
	"with " SAMPLE ","
	" w as (select * from sample_take where sample_id = $1::uuid),"
	" i as ("
	"  insert into sample_take (sample_id, day, place, taken_at, actor, authority, client_id)"
	"  select s.id, date '1970-01-01' + $7::integer, $8::text, $2::timestamptz, $3::text, $5::text, $4::integer from s"
	"  where not exists (select from sample_report r where r.sample_id = s.id) on conflict do nothing returning sample_id),"
	" c as (" TOLD("sample.taken", "$6", "null") ")"
	" select exists (select from i), (select (w.day, w.place) is not distinct from (date '1970-01-01' + $7::integer, $8::text) from w), null::bigint from s",
	.param_count = 8,
	.flags = DB_WRITES,
};

/* $1 … $6 as above, $7 id of the event it may be, $8 is it bad, $9 laboratory, $10 number of its report, $11 findings, $12 batch, $13 evidence */
static const struct db_stmt put_result = {
	.name = "sample_result",
	.sql =
	"with " SAMPLE ","
	" w as (select * from sample_report where sample_id = $1::uuid),"
	" i as ("
	"  insert into sample_report (sample_id, is_bad, laboratory, report_no, findings, batch, evidence_sha256, reported_at, actor, authority, client_id)"
	"  select s.id, $8::boolean, $9::text, $10::text, $11::text, $12::text, $13::bytea, $2::timestamptz, $3::text, $5::text, $4::integer from s"
	"  on conflict do nothing returning *),"
	" c as (" TOLD("sample.result", "$6", "case when i.is_bad then 'bad' else 'good' end") "),"
	" b as materialized ("
	"  select sample_turned_out_bad(v, i, $7::uuid) as is_told from i join sample v on v.id = i.sample_id where i.is_bad)"
	" select exists (select from i), (select (w.is_bad, w.laboratory, w.report_no, w.findings, w.batch, w.evidence_sha256)"
	"    is not distinct from ($8::boolean, $9::text, $10::text, $11::text, $12::text, $13::bytea) from w), null::bigint, (select count(*) from b) from s",
	.param_count = 13,
	.flags = DB_WRITES,
};

static const struct db_stmt show_sample = { /* $1 sample */
	.name = "sample_show",
	.sql = "select sample_json(s) from sample s where s.id = $1::uuid",
	.param_count = 1,
	.flags = DB_WRITES,
};

/* --- recording ----------------------------------------------------------------------------------------------------- */

/* $1 … $6: how both begin. */
static void args_record(struct args *q, const struct id *sample)
{
	args_uuid(q, sample);
	quality_args_caller(q);
	if (q == NULL)
		return;
	args_text(q, text_of(authority_code(q->r->client.authority)));
	args_new_id(q);
}

/* What the two have in common before their members are read; false: it is refused with *refusal. */
static bool read_record(struct req *r, const char *members, struct fields *x, struct id *sample, enum step *refusal)
{
	struct fault f = { 0 };

	if (!quality_decides(r))
		*refusal = reply_fault(r, FAULT_FORBIDDEN, "samples are examined by customs, quarantine and market regulation");
	else if (!fields_read(r, members, x, &f))
		*refusal = reply_problem(r, &f);
	else if (!id_parse(r->captures[0], sample))
		*refusal = reply_fault(r, FAULT_NOT_FOUND, "");
	else
		return true;
	return false;
}

enum step samples_taken(struct req *r)
{
	struct args *q = args_new(r);
	int32_t day = clock_day(r->now_us);
	enum step refusal;
	struct fields x;
	struct id id;

	if (!read_record(r, "day place", &x, &id, &refusal))
		return refusal;
	args_record(q, &id);
	fields_day(&x, "day", true, &day);
	fields_begun(&x, "day", day);
	args_i32(q, day);
	args_text(q, fields_text(&x, "place", QUALITY_WORD_MAX, false));
	if (!fields_good(&x))
		return fields_refuse(&x);
	return quality_settle(r, q, &put_taken, &show_sample);
}

enum step samples_result(struct req *r)
{
	struct args *q = args_new(r);
	struct text result;
	enum step refusal;
	struct fields x;
	struct id id;

	if (!read_record(r, "result laboratory report_no findings batch evidence_sha256", &x, &id, &refusal))
		return refusal;
	args_record(q, &id);
	args_new_id(q);
	result = fields_text(&x, "result", QUALITY_WORD_MAX, true);
	if (result.at != NULL && !text_is(result, "good") && !text_is(result, "bad"))
		fields_complain(&x, RULE_VALUE, "result", "good or bad");
	args_bool(q, text_is(result, "bad"));
	args_text(q, fields_text(&x, "laboratory", QUALITY_WORD_MAX, true));
	args_text(q, fields_text(&x, "report_no", QUALITY_WORD_MAX, true));
	args_text(q, quality_read_words(&x, "findings", false));
	args_text(q, fields_text(&x, "batch", QUALITY_WORD_MAX, false));
	quality_args_evidence(q, &x);
	if (!fields_good(&x))
		return fields_refuse(&x);
	return quality_settle(r, q, &put_result, &show_sample);
}

/* --- reading ------------------------------------------------------------------------------------------------------- */

static bool read_id(struct req *r, struct args *q, const char *name, struct fault *f)
{
	struct text t = httpd_query(r->http, name);
	struct id id;

	if (t.at == NULL)
		args_null(q);
	else if (id_parse(t, &id))
		args_uuid(q, &id);
	else
		return fault_set(f, FAULT_BAD_REQUEST, "%s is one of our ids", name);
	return true;
}

enum step samples_list(struct req *r)
{
	struct text state = httpd_query(r->http, "state");
	struct args *q = args_new(r);
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);

	if (page == NULL)
		return reply_problem(r, &f);
	if (state.at != NULL && !text_is_among(TEXT("open taken result"), ' ', state))
		return reply_fault(r, FAULT_BAD_REQUEST, "state is open, taken or result");
	args_caller(q);
	args_codes(q);
	if (!read_id(r, q, "plan", &f) || !read_id(r, q, "declaration_id", &f))
		return reply_problem(r, &f);
	args_text(q, state);
	args_text(q, httpd_query(r->http, "enterprise"));
	page_args(q, page);
	return args_await_query(r, q, "samples_list", page_reply);
}

enum step samples_get(struct req *r)
{
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	args_caller(q);
	args_codes(q);
	return args_await_query(r, q, "sample_get", reply_row);
}
