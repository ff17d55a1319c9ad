/*
 * /v1/goods: the goods that an enterprise has registered (E24).
 *
 *   goods_post ──put──> put: 201 a version more; 200 it says the same
 *
 * The enterprise registers its own, operators for others. A change is a version more; what is withdrawn stays as history. Where a rule
 * asks for registered goods, filings look here: filings_goods.h.
 */
#include "api/fields.h"
#include "api/handlers.h"
#include "api/page.h"
#include "base/log.h"
#include "model/identifier.h"
#include "store/query.h"

#define MEMBERS "enterprise item_no name model hs_code country_code brand barcode unit currency reference_price"
enum { NUMBER_MAX = 18, ITEM_MAX = 30, NAME_MAX = 250, MODEL_MAX = 510, BRAND_MAX = 100, BARCODE_MAX = 50, PRICE_MAX = 20, PRICE_DIGITS = 19,
       PRICE_PLACES = 5 };

static db_step_fn put, listed;

/* $1 a number of the enterprise, $2 item, $3 withdrawn, $4 name … $13 reference price, $14 now, $15 actor, $16 the caller's codes, $17 is an
 * operator. The enterprise's row is locked: versions are counted. One row when the enterprise is one that the caller may register for: the new
 * version, its state. */
static const struct db_stmt lock_stmt = {
	.name = "goods_lock",
	.sql = "select 1 from enterprise where id = enterprise_by_number($1::text) for no key update",
	.param_count = 1,
	.flags = DB_WRITES,
};
static const struct db_stmt put_stmt = {
	.name = "goods_put",
	.sql =
	"with e as (select enterprise_id, state from enterprise_now where enterprise_id = enterprise_by_number($1::text)"
	"    and ($17::boolean or enterprise_is_of(enterprise_id, $16::text[]))),"
	" old as (select g.* from e join goods_version g on g.enterprise_id = e.enterprise_id and g.item_no = $2::text"
	"    order by g.version desc limit 1),"
	" same as (select 1 from old where not withdrawn and (name, model, hs_code, country_code, brand, barcode, unit, currency, reference_price)"
	"    is not distinct from ($4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $11::text, $12::text, $13::text::numeric)),"
	" n as (insert into goods_version (enterprise_id, item_no, version, withdrawn, name, model, hs_code, country_code, brand, barcode, barcode_good,"
	"    unit, currency, reference_price, from_at, actor)"
	"  select e.enterprise_id, $2::text, coalesce((select version from old), 0) + 1, false, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text,"
	"    $10::boolean, $11::text, $12::text, $13::text::numeric, $14::timestamptz, $15::text"
	"  from e where e.state <> 'closed' and not $3::boolean and not exists (select 1 from same) returning version),"
	" w as (insert into goods_version (enterprise_id, item_no, version, withdrawn, name, model, hs_code, country_code, brand, barcode, barcode_good,"
	"    unit, currency, reference_price, from_at, actor)"
	"  select enterprise_id, item_no, version + 1, true, name, model, hs_code, country_code, brand, barcode, barcode_good, unit, currency,"
	"    reference_price, $14::timestamptz, $15::text from old where $3::boolean and not withdrawn returning version)"
	" select (select version from n union all select version from w), e.state from e",
	.param_count = 17,
	.flags = DB_WRITES,
};
enum { PUT_VERSION, PUT_STATE };

struct goods_wish { /* r->own */
	bool withdraws;
	struct text enterprise, item, name, model, hs, country, brand, barcode, unit, currency, price;
	bool barcode_is_number, barcode_good;
};

static void read_goods(struct fields *x, struct goods_wish *w)
{
	struct decimal price;

	w->enterprise = fields_text(x, "enterprise", NUMBER_MAX, true);
	w->item = fields_text(x, "item_no", ITEM_MAX, true);
	w->name = fields_text(x, "name", NAME_MAX, true);
	w->model = fields_text(x, "model", MODEL_MAX, false);
	w->hs = fields_text(x, "hs_code", 10, true);
	w->country = fields_code(x, "country_code", CODES_COUNTRY, true);
	w->brand = fields_text(x, "brand", BRAND_MAX, false);
	w->barcode = fields_text(x, "barcode", BARCODE_MAX, false);
	w->unit = fields_code(x, "unit", CODES_UNIT, true);
	w->currency = fields_code(x, "currency", CODES_CURRENCY, true);
	w->price = fields_text(x, "reference_price", PRICE_MAX, true);
	if (w->hs.len > 0 && !identifier_hs(w->hs))
		fields_complain(x, RULE_HS_CODE, "hs_code", NULL);
	if (w->price.len > 0 && (!decimal_parse(w->price, PRICE_DIGITS, PRICE_PLACES, &price) || price.e5 < 0))
		fields_complain(x, RULE_FORM, "reference_price", "an amount, such as \"12.50\"");
	w->barcode_is_number = identifier_looks_gtin(w->barcode);
	w->barcode_good = w->barcode_is_number && identifier_gtin(w->barcode);
}

static enum step send(struct req *r, const struct goods_wish *w)
{
	const struct text values[] = { w->name, w->model, w->hs, w->country, w->brand, w->barcode };
	struct args *lock = args_new(r), *q = args_new(r), *get = args_new(r);

	args_text(lock, w->enterprise);
	args_text(q, w->enterprise);
	args_text(q, w->item);
	args_bool(q, w->withdraws);
	for (size_t i = 0; i < COUNTOF(values); i++)
		args_text(q, values[i]);
	if (w->barcode_is_number)
		args_bool(q, w->barcode_good);
	else
		args_null(q);
	args_text(q, w->unit);
	args_text(q, w->currency);
	args_text(q, w->price);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_codes(q);
	args_bool(q, r->client.role == ROLE_OPERATOR);
	args_text(get, w->enterprise);
	args_text(get, w->item);
	args_codes(get);
	args_bool(get, req_sees_all(r));
	if (lock == NULL || q == NULL || get == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &lock_stmt, lock->p);
	db_call_add(&r->call, &put_stmt, q->p);
	db_call_add(&r->call, query("goods_get"), get->p);
	return await_db(r, put);
}

enum step goods_post(struct req *r)
{
	struct goods_wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct fault f = { 0 };
	struct fields x;

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!fields_read(r, MEMBERS, &x, &f))
		return reply_problem(r, &f);
	read_goods(&x, w);
	if (!fields_good(&x))
		return fields_refuse(&x);
	r->own = w;
	return send(r, w);
}

enum step goods_withdraw(struct req *r)
{
	struct goods_wish *w = arena_zalloc(r->arena, sizeof(*w));

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	w->withdraws = true;
	w->enterprise = r->captures[0];
	w->item = r->captures[1];
	r->own = w;
	return send(r, w);
}

static enum step put(struct req *r, const struct db_answer *a)
{
	const struct goods_wish *w = r->own;
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[1];
	if (db_row_count(row) == 0)
		return w->withdraws ? reply_fault(r, FAULT_NOT_FOUND, "")
		                    : fields_refuse_member(r, RULE_VALUE, "enterprise", "a registered enterprise that this client may file for");
	if (db_row_count(a->results[2]) == 0)
		return w->withdraws ? reply_fault(r, FAULT_NOT_FOUND, "") : reply_fault(r, FAULT_STATE_CONFLICT, "the enterprise's registration is closed");
	if (db_is_null(row, 0, PUT_VERSION)) {
		if (w->withdraws || text_is(db_get_text(row, 0, PUT_STATE), "closed"))
			return reply_fault(r, FAULT_STATE_CONFLICT, w->withdraws ? "they are withdrawn already" : "the enterprise's registration is closed");
		return reply_bytes(r, 200, "application/json", db_get_text(a->results[2], 0, 0));
	}
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_INFO, "goods.recorded", "version %lld by client %d",
	          (long long)db_get_int(row, 0, PUT_VERSION), r->client.id);
	return reply_bytes(r, w->withdraws ? 200 : 201, "application/json", db_get_text(a->results[2], 0, 0));
}

/* --- reading ---------------------------------------------------------------------------------------------------------- */

enum step goods_get(struct req *r)
{
	struct args *q = args_new(r);

	args_text(q, r->captures[0]);
	args_text(q, r->captures[1]);
	args_codes(q);
	args_bool(q, req_sees_all(r));
	return args_await_query(r, q, "goods_get", reply_row);
}

enum step goods_list(struct req *r)
{
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct cursor newest;
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	newest = page_newest(page);
	args_text(q, r->captures[0]);
	args_codes(q);
	args_bool(q, req_sees_all(r));
	args_text(q, httpd_query(r->http, "hs_code"));
	args_time(q, newest.at_us);
	args_i32(q, newest.serial);
	args_i32(q, page->limit);
	return args_await_query(r, q, "goods_list", listed);
}

static enum step listed(struct req *r, const struct db_answer *a)
{
	if (a->outcome == DB_DONE && db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	return page_reply(r, a);
}
