/*
 * /v1/quality/plans: which goods are sampled after their release, how many of them, and for how long (E112).
 *
 *   sampling_plans_post ──> in force on its days: flow/sampler draws ──sampling_plans_end, by a department──> ended
 *
 * Customs, quarantine and market regulation plan; no plan is ever edited. Who files is told of samples, never of plans.
 */
#include "api/handlers.h"
#include "api/page.h"
#include "api/quality.h"

enum { SHARE_MAX = 1000, MOST_MAX = 100000, CLASS_MAX = 40 };

/* $1 … $10 as in quality_args_put(), $2 and $3 may be null; $11 class, $12 beginning of the code, $13 direction, $14 share, $15 most, $16 from, $17 to,
 * $18 reason, $19 decision number */
static const struct db_stmt put_plan = {
	.name = "sampling_plan_put",
	.sql =
	"with " QUALITY_ENTERPRISE ","
	" o as (select (select e.id from e) as enterprise_id where $2::text is null or exists (select from e)),"
	" w as ("
	"  select v.* from o join sampling_plan v on v.authority = $9::text and v.decision_no = $19::text"
	"    and (v.goods_class, v.hs_prefix, v.enterprise_id, v.item_no, v.direction)"
	"      is not distinct from ($11::text, $12::text, o.enterprise_id, $3::text, $13::text)),"
	" i as ("
	"  insert into sampling_plan (id, goods_class, hs_prefix, enterprise_id, item_no, direction, share_permille, most, from_on, to_on, reason, decision_no,"
	"    recorded_at, recorded_on, actor, authority, client_id)"
	"  select $1::uuid, $11::text, $12::text, o.enterprise_id, $3::text, $13::text, $14::integer, $15::integer, date '1970-01-01' + $16::integer,"
	"    date '1970-01-01' + $17::integer, $18::text, $19::text, $6::timestamptz, date '1970-01-01' + $7::integer, $8::text, $9::text, $10::integer from o"
	"  on conflict do nothing returning id),"
	" c as (insert into sampling_drawn (plan_id) select id from i)"
	" select exists (select from o), exists (select from i), (select (w.share_permille, w.most, w.from_on, w.to_on, w.reason)"
	"    is not distinct from ($14::integer, $15::integer, date '1970-01-01' + $16::integer, date '1970-01-01' + $17::integer, $18::text) from w), null::bigint",
	.param_count = 19,
	.flags = DB_WRITES,
};

/* $1 a number of the enterprise, $2 its goods, $3 decision number, $4 department, $5 class, $6 beginning of the code, $7 direction */
static const struct db_stmt show_plan = {
	.name = "sampling_plan_show",
	.sql =
	"select sampling_plan_json(v) from sampling_plan v"
	" where v.authority = $4::text and v.decision_no = $3::text and (v.goods_class, v.hs_prefix, v.enterprise_id, v.item_no, v.direction)"
	"   is not distinct from ($5::text, $6::text, enterprise_by_number($1::text), $2::text, $7::text)",
	.param_count = 7,
	.flags = DB_WRITES,
};

/* $1 plan, $2 reason, $3 now, $4 actor, $5 client */
static const struct db_stmt end_plan = {
	.name = "sampling_plan_end",
	.sql =
	"with v as (select id from sampling_plan where id = $1::uuid),"
	" w as (select * from sampling_plan_end where plan_id = $1::uuid),"
	" i as ("
	"  insert into sampling_plan_end (plan_id, reason, ended_at, actor, client_id) select id, $2::text, $3::timestamptz, $4::text, $5::integer from v"
	"  on conflict do nothing returning plan_id)"
	" select exists (select from i), (select w.reason = $2::text from w), null::bigint from v",
	.param_count = 5,
	.flags = DB_WRITES,
};

static const struct db_stmt show_ended = { /* $1 plan */
	.name = "sampling_plan_ended",
	.sql = "select sampling_plan_json(p) from sampling_plan p where p.id = $1::uuid",
	.param_count = 1,
	.flags = DB_WRITES,
};

struct plan_wish { /* the body */
	struct quality_goods goods;
	struct text goods_class, hs_prefix, direction, reason, decision_no;
	int32_t share, most, from, to;
};

static int32_t read_number(struct fields *x, const char *member, int64_t most, const char *allowed)
{
	int64_t number = 0;

	if (!fields_has(x, member))
		fields_complain(x, RULE_REQUIRED, member, NULL);
	else if (!json_i64(json_member(x->body, member), &number) || number < 1 || number > most)
		fields_complain(x, RULE_VALUE, member, allowed);
	return number < 1 || number > most ? 1 : (int32_t)number;
}

static bool is_class(const struct req *r, struct text t)
{
	const struct rules *rules = *r->api->deps.rules;

	for (int i = 0; rules != NULL && i < rules->book->goods_count; i++)
		if (text_eq(rules->book->goods[i].goods_class, t))
			return true;
	return false;
}

static bool is_prefix(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] < '0' || t.at[i] > '9')
			return false;
	return t.len >= 2 && t.len <= 10 && t.len % 2 == 0;
}

static void read_goods(struct fields *x, struct plan_wish *w)
{
	w->goods.enterprise = fields_text(x, "enterprise", QUALITY_NUMBER_MAX, false);
	w->goods.item = fields_text(x, "item_no", QUALITY_ITEM_MAX, false);
	w->goods_class = fields_text(x, "goods_class", CLASS_MAX, false);
	w->hs_prefix = fields_text(x, "hs_prefix", 10, false);
	if (w->goods_class.at != NULL && !is_class(x->r, w->goods_class))
		fields_complain(x, RULE_VALUE, "goods_class", "a class of GET /v1/standard/goods-classes");
	if (w->hs_prefix.at != NULL && !is_prefix(w->hs_prefix))
		fields_complain(x, RULE_FORM, "hs_prefix", "the first 2, 4, 6, 8 or 10 digits of a commodity code");
	if (w->goods_class.at != NULL && w->hs_prefix.at != NULL)
		fields_complain(x, RULE_VALUE, "hs_prefix", "not beside goods_class");
	if (w->goods.item.at != NULL && w->goods.enterprise.at == NULL)
		fields_complain(x, RULE_REQUIRED, "enterprise", "whose goods item_no names");
	else if (w->goods_class.at == NULL && w->hs_prefix.at == NULL && w->goods.enterprise.at == NULL)
		fields_complain(x, RULE_REQUIRED, "goods_class", "goods_class, hs_prefix or enterprise, with item_no for goods of it");
}

static void read_plan(struct fields *x, struct plan_wish *w)
{
	read_goods(x, w);
	w->direction = fields_text(x, "direction", QUALITY_WORD_MAX, false);
	if (w->direction.at != NULL && !text_is(w->direction, "import") && !text_is(w->direction, "export"))
		fields_complain(x, RULE_VALUE, "direction", "import or export");
	w->share = read_number(x, "share_permille", SHARE_MAX, "a whole number from 1 to 1000");
	w->most = read_number(x, "most", MOST_MAX, "a whole number from 1 to 100000");
	fields_day(x, "from", true, &w->from);
	fields_day(x, "to", true, &w->to);
	if (w->to < w->from || w->to < clock_day(x->r->now_us))
		fields_complain(x, RULE_VALUE, "to", "no day before from, and none that is over: what was released is not drawn from any more");
	w->reason = quality_read_words(x, "reason", true);
	w->decision_no = fields_text(x, "decision_no", QUALITY_WORD_MAX, true);
}

enum step sampling_plans_post(struct req *r)
{
	struct plan_wish w = { .from = 0, .to = INT32_MAX };
	struct args *q, *show;
	struct fault f = { 0 };
	struct fields x;

	if (!quality_decides(r))
		return reply_fault(r, FAULT_FORBIDDEN, "samples are planned by customs, quarantine and market regulation");
	if (!fields_read(r, "goods_class hs_prefix enterprise item_no direction share_permille most from to reason decision_no", &x, &f))
		return reply_problem(r, &f);
	if (r->api->conf.payer_key.len == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "nothing is drawn here: the gateway has no secret (privacy.payer_key_file)");
	read_plan(&x, &w);
	if (!fields_good(&x))
		return fields_refuse(&x);
	q = quality_args_put(r, &w.goods);
	args_text(q, w.goods_class);
	args_text(q, w.hs_prefix);
	args_text(q, w.direction);
	args_i32(q, w.share);
	args_i32(q, w.most);
	args_i32(q, w.from);
	args_i32(q, w.to);
	args_text(q, w.reason);
	args_text(q, w.decision_no);
	show = quality_args_shown(r, &w.goods, w.decision_no);
	args_text(show, text_of(authority_code(r->client.authority)));
	args_text(show, w.goods_class);
	args_text(show, w.hs_prefix);
	args_text(show, w.direction);
	return quality_record(r, q, &put_plan, show, &show_plan);
}

enum step sampling_plans_list(struct req *r)
{
	struct text state = httpd_query(r->http, "state");
	struct args *q = args_new(r);
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);

	if (page == NULL)
		return reply_problem(r, &f);
	if (state.at != NULL && !text_is(state, "open") && !text_is(state, "ended"))
		return reply_fault(r, FAULT_BAD_REQUEST, "state is open or ended");
	args_text(q, state);
	page_args(q, page);
	return args_await_query(r, q, "sampling_plans_list", page_reply);
}

enum step sampling_plans_get(struct req *r)
{
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	return args_await_query(r, q, "sampling_plan_get", reply_row);
}

enum step sampling_plans_end(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	struct id id;

	if (!quality_decides(r))
		return reply_fault(r, FAULT_FORBIDDEN, "a plan is ended by customs, quarantine or market regulation");
	if (!fields_read(r, "reason", &x, &f))
		return reply_problem(r, &f);
	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	args_text(q, quality_read_words(&x, "reason", true));
	if (!fields_good(&x))
		return fields_refuse(&x);
	quality_args_caller(q);
	return quality_settle(r, q, &end_plan, &show_ended);
}
