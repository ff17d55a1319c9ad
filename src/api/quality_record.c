/* Recording and listing, for quality.c, recalls.c, brands.c, sampling_plans.c and samples.c. */
#include "api/page.h"
#include "api/quality.h"
#include "api/route.h"
#include "base/log.h"
#include "model/personal.h"

static db_step_fn recorded, decided;

/* Warnings are counted, so one enterprise's goods are recorded one after the other. */
static const struct db_stmt lock_stmt = {
	.name = "quality_lock",
	.sql = "select 1 from enterprise where id = enterprise_by_number($1::text) for no key update",
	.param_count = 1,
	.flags = DB_WRITES,
};

void quality_read_goods(struct fields *x, struct quality_goods *out)
{
	out->enterprise = fields_text(x, "enterprise", QUALITY_NUMBER_MAX, true);
	out->item = fields_text(x, "item_no", QUALITY_ITEM_MAX, true);
}

struct text quality_read_words(struct fields *x, const char *member, bool is_needed)
{
	return personal_scrub(x->r->arena, fields_text(x, member, QUALITY_TEXT_MAX, is_needed));
}

void quality_args_evidence(struct args *q, struct fields *x)
{
	struct text hex = fields_text(x, "evidence_sha256", 64, false);
	struct sha256 *digest = arena_alloc(x->r->arena, sizeof(*digest));

	if (hex.at == NULL || digest == NULL)
		args_null(q);
	else if (hex.len != 2 * sizeof(digest->b) || hex_decode(hex, digest->b, sizeof(digest->b)) != (long)sizeof(digest->b))
		fields_complain(x, RULE_FORM, "evidence_sha256", "64 hexadecimal digits");
	else
		args_bytes(q, digest->b, sizeof(digest->b));
}

struct args *quality_args_put(struct req *r, const struct quality_goods *g)
{
	struct id id = id_new(r->api->deps.ids, r->now_us, (int16_t)(id_random(r->api->deps.ids) % ID_BUCKETS));
	struct args *q = args_new(r);

	args_uuid(q, &id);
	args_text(q, g->enterprise);
	args_text(q, g->item);
	args_codes(q);
	args_bool(q, r->client.role != ROLE_ENTERPRISE);
	args_time(q, r->now_us);
	args_i32(q, clock_day(r->now_us));
	args_text(q, text_dup(r->arena, r->client.name));
	args_text(q, r->client.has_authority ? text_of(authority_code(r->client.authority)) : (struct text){ NULL, 0 });
	args_i32(q, r->client.id);
	return q;
}

struct args *quality_args_shown(struct req *r, const struct quality_goods *g, struct text number)
{
	struct args *q = args_new(r);

	args_text(q, g->enterprise);
	args_text(q, g->item);
	args_text(q, number);
	return q;
}

enum step quality_record(struct req *r, struct args *q, const struct db_stmt *put, struct args *shown, const struct db_stmt *show)
{
	if (q == NULL || shown == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &lock_stmt, &q->p[1]);
	db_call_add(&r->call, put, q->p);
	db_call_add(&r->call, show, shown->p);
	return await_db(r, recorded);
}

static enum step recorded(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[1];
	if (db_get_int(row, 0, QUALITY_KNOWN) == 0)
		return fields_refuse_member(r, RULE_VALUE, "enterprise", "a registered enterprise of which this client may speak");
	if (!db_is_null(row, 0, QUALITY_FREEZES))
		r->api->deps.reload(r->api->deps.arg);
	if (db_row_count(a->results[2]) == 0) /* of complaints alone */
		return fields_refuse_member(r, RULE_VALUE, "recordal_no", "a right on record that is in force today (GET /v1/brands)");
	if (db_get_int(row, 0, QUALITY_NEW) != 0) {
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "quality.recorded", "%s by client %d", r->route->name, r->client.id);
		return reply_bytes(r, 201, "application/json", db_get_text(a->results[2], 0, 0));
	}
	if (db_get_int(row, 0, QUALITY_SAME) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "this is recorded with other content, which stays");
	return reply_bytes(r, 200, "application/json", db_get_text(a->results[2], 0, 0));
}

enum step quality_settle(struct req *r, struct args *q, const struct db_stmt *put, const struct db_stmt *show)
{
	if (q == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, put, q->p);
	db_call_add(&r->call, show, q->p);
	return await_db(r, decided);
}

void quality_args_caller(struct args *q)
{
	if (q == NULL)
		return;
	args_time(q, q->r->now_us);
	args_text(q, text_dup(q->r->arena, q->r->client.name));
	args_i32(q, q->r->client.id);
}

enum step quality_decide(struct req *r, const char *flag, const char *members, const struct db_stmt *put, const struct db_stmt *show)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	struct id id;

	if (!fields_read(r, members, &x, &f))
		return reply_problem(r, &f);
	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	args_bool(q, fields_bool(&x, flag));
	args_text(q, fields_text(&x, "decision_no", QUALITY_WORD_MAX, true));
	args_text(q, quality_read_words(&x, "reason", true));
	if (!fields_good(&x))
		return fields_refuse(&x);
	quality_args_caller(q);
	return quality_settle(r, q, put, show);
}

static enum step decided(struct req *r, const struct db_answer *a)
{
	enum { IS_NEW, IS_SAME, FREES };
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (db_row_count(row) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_get_int(row, 0, IS_NEW) == 0 && (db_is_null(row, 0, IS_SAME) || db_get_int(row, 0, IS_SAME) == 0))
		return reply_fault(r, FAULT_STATE_CONFLICT, "something else is recorded about it, which stays");
	if (!db_is_null(row, 0, FREES))
		r->api->deps.reload(r->api->deps.arg);
	if (db_get_int(row, 0, IS_NEW) != 0)
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "quality.decided", "%s of " TEXT_FMT " by client %d", r->route->name,
		          TEXT_ARG(r->captures[0]), r->client.id);
	return reply_bytes(r, 200, "application/json", db_get_text(a->results[1], 0, 0));
}

enum step quality_list(struct req *r, const char *query)
{
	struct page *page = arena_zalloc(r->arena, sizeof(*page));
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct cursor newest;

	if (page == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!page_read(r, page, &f))
		return reply_problem(r, &f);
	newest = page_newest(page);
	args_codes(q);
	args_bool(q, req_sees_all(r));
	args_text(q, httpd_query(r->http, "enterprise"));
	args_text(q, httpd_query(r->http, "item_no"));
	args_time(q, newest.at_us);
	args_uuid(q, &newest.id);
	args_i32(q, page->limit);
	return args_await_query(r, q, query, page_reply);
}

bool quality_decides(const struct req *r)
{
	return r->client.has_authority && (AUTHORITY_BIT(r->client.authority) &
	                                   (AUTHORITY_BIT(AUTHORITY_CUS) | AUTHORITY_BIT(AUTHORITY_CIQ) | AUTHORITY_BIT(AUTHORITY_SAMR))) != 0;
}
