/*
 * Tax bills: taken from customs, shown to whoever declares or sells, summed up for each declarant.
 *
 *   POST /v1/authorities/CUS/receipts (816, 818) ── taxes_take ──locked, kept, folded──> taken
 *
 * What customs said is kept as it was said; how a bill stands is a fold over that, in customs' own order, written in the same
 * transaction. Which declaration a bill belongs to is found later (tax_bills_bind of 0015_after_release.sql): a bill may well come before
 * the answer that gives its inventory a number.
 */
#include "api/args.h"
#include "api/handlers.h"
#include "api/page.h"
#include "api/receipts_tax.h"
#include "standard/tax_message.h"

/* First: whoever else has something to say of the same bill waits here, and the statements that follow see what it said. */
static const struct db_stmt lock = {
	.name = "tax_lock",
	.sql =
	"insert into tax_bill (tax_no, id, received_at)"
	" select distinct on (x.tax_no) x.tax_no, x.id, $3::timestamptz from unnest($1::text[], $2::uuid[]) as x(tax_no, id) order by x.tax_no"
	" on conflict (tax_no) do update set received_at = excluded.received_at where false",
	.param_count = 3,
	.flags = DB_WRITES,
};

static const struct db_stmt keep = {
	.name = "tax_keep",
	.sql =
	"insert into tax_message (id, tax_no, kind, inventory_no, status, at, order_no, declarant_code, merchant_code, carrier_code, guarantor_code,"
	"  duty_payment_no, customs_duty, value_added_tax, consumption_tax, record, batch, received_at)"
	" select x.id, x.tax_no, x.kind, x.inventory_no, x.status, x.at, x.order_no, x.declarant, x.merchant, x.carrier, x.guarantor, x.payment_no,"
	"  x.duty::numeric, x.vat::numeric, x.consumption::numeric, x.record, $17::uuid, $18::timestamptz"
	" from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::text[],"
	"  $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bytea[])"
	"  as x(id, tax_no, kind, inventory_no, status, at, order_no, declarant, merchant, carrier, guarantor, payment_no, duty, vat, consumption, record)"
	" on conflict do nothing returning id",
	.param_count = 18,
	.flags = DB_WRITES,
};

/* m: the newest bill, or while there is none the newest of what was said; s: the newest state. A bill that names another inventory is
 * looked for again. */
static const struct db_stmt fold = {
	.name = "tax_fold",
	.sql =
	"with u as ("
	"  update tax_bill b set inventory_no = m.inventory_no, order_no = m.order_no, status = s.status, status_at = s.at, made_at = m.at,"
	"    declarant_code = coalesce(m.declarant_code, b.declarant_code), merchant_code = coalesce(m.merchant_code, b.merchant_code),"
	"    guarantor_code = coalesce(s.guarantor_code, m.guarantor_code), duty_payment_no = coalesce(s.duty_payment_no, m.duty_payment_no),"
	"    customs_duty = m.customs_duty, value_added_tax = m.value_added_tax, consumption_tax = m.consumption_tax,"
	"    declaration_id = case when b.inventory_no = m.inventory_no then b.declaration_id end, looked = b.looked and b.inventory_no = m.inventory_no"
	"  from (select distinct x.tax_no from tax_message x where x.id = any ($1::uuid[]) and x.batch = $2::uuid) n"
	"  cross join lateral (select * from tax_message x where x.tax_no = n.tax_no order by x.kind = 'bill' desc, x.at desc, x.id desc limit 1) m"
	"  cross join lateral (select * from tax_message x where x.tax_no = n.tax_no order by x.at desc, x.status desc, x.id desc limit 1) s"
	"  where b.tax_no = n.tax_no returning b.declaration_id, b.status)"
	" insert into change (id, made_at, types, declaration_ids, authorities, outcomes)"
	" select $2::uuid, $3::timestamptz, array_agg('tax.changed'::text), array_agg(declaration_id), array_agg('CUS'::text),"
	"   array_agg(tax_status_name(status)) from u where declaration_id is not null having count(*) > 0",
	.param_count = 3,
	.flags = DB_WRITES,
};

enum { KEEP_COLUMNS = 16 };

struct taking { /* r->own */
	struct tax_message *list;
	int count;
	struct fault unusable; /* some could not be read: the first reason */
	struct id batch;
	struct db_param lock[3], keep[18], fold[3];
};

static db_step_fn taken;

static void put_row(struct db_array *x, const struct tax_message *m)
{
	const struct text texts[] = { m->order_no, m->declarant, m->merchant, m->carrier, m->guarantor, m->duty_payment_no, m->customs_duty,
		                      m->value_added_tax, m->consumption_tax };

	db_array_id(&x[0], &m->id);
	db_array_text(&x[1], m->tax_no);
	db_array_text(&x[2], m->is_bill ? TEXT("bill") : TEXT("status"));
	db_array_text(&x[3], m->inventory_no);
	db_array_i64(&x[4], m->status);
	db_array_i64(&x[5], m->at_us);
	for (size_t i = 0; i < COUNTOF(texts); i++)
		db_array_text(&x[6 + i], texts[i]);
	db_array_bytes(&x[KEEP_COLUMNS - 1], m->record.at, m->record.len);
}

static void put_params(struct req *r, struct taking *t)
{
	struct db_array x[KEEP_COLUMNS], bills;

	db_array_begin(&bills, r->arena, DB_KIND_UUID, t->count, 24 * (size_t)t->count);
	for (int i = 0; i < KEEP_COLUMNS; i++)
		db_array_begin(&x[i], r->arena, i == 0 ? DB_KIND_UUID : i == 4 ? DB_KIND_I16 : i == 5 ? DB_KIND_TIME : i == 15 ? DB_KIND_BYTEA : DB_KIND_TEXT,
		               t->count, (i == KEEP_COLUMNS - 1 ? 512 : 24) * (size_t)t->count);
	for (int i = 0; i < t->count; i++) {
		struct id bill = id_of_key('B', &t->list[i].tax_no, 1);

		put_row(x, &t->list[i]);
		db_array_id(&bills, &bill);
	}
	for (int i = 0; i < KEEP_COLUMNS; i++)
		t->keep[i] = db_array_end(&x[i]);
	t->keep[16] = t->fold[1] = db_id(&t->batch);
	t->keep[17] = t->fold[2] = t->lock[2] = db_time(r->arena, r->now_us);
	t->lock[0] = t->keep[1];
	t->lock[1] = db_array_end(&bills);
	t->fold[0] = t->keep[0];
}

enum step taxes_take(struct req *r)
{
	struct taking *t = arena_zalloc(r->arena, sizeof(*t));
	struct fault f = { 0 };

	if (t == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!tax_messages_read(r->arena, r->http->body, &t->list, &t->count, &f))
		return reply_problem(r, &f);
	t->unusable = f;
	t->batch = req_new_id(r);
	r->own = t;
	put_params(r, t);
	if (r->arena->full)
		return reply_fault(r, FAULT_TOO_LARGE, "the tax bills do not fit the memory of a request");
	db_call_init(&r->call);
	db_call_add(&r->call, &lock, t->lock);
	db_call_add(&r->call, &keep, t->keep);
	db_call_add(&r->call, &fold, t->fold);
	return await_db(r, taken);
}

static enum step taken(struct req *r, const struct db_answer *a)
{
	const struct taking *t = r->own;
	int new_ones;
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	new_ones = db_row_count(a->results[1]);
	buf_init(&b, r->arena, 256);
	buf_printf(&b, "{\"stored\":%d,\"repeats\":%d,\"unknown\":[]", new_ones, t->count - new_ones);
	if (t->unusable.code != FAULT_NONE) {
		buf_str(&b, ",\"unusable\":");
		buf_json(&b, text_of(t->unusable.text));
	}
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}

/* --- reading ---------------------------------------------------------------------------------------------------------- */

enum step declarations_taxes(struct req *r)
{
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	return args_await_query(r, q, "declaration_taxes", reply_row);
}

static bool status_by_name(struct text t, int32_t *out)
{
	static const char *const names[] = { "made", "summed", "void" };

	for (size_t i = 0; i < COUNTOF(names); i++) {
		if (text_is(t, names[i])) {
			*out = (int32_t)i + 1;
			return true;
		}
	}
	return false;
}

/* Which bills: declarant, merchant, made from, to, status, waiting. */
static bool read_filters(struct req *r, struct args *q, struct fault *f)
{
	struct text status = httpd_query(r->http, "status"), waiting = httpd_query(r->http, "waiting");
	int64_t from_us = PAGE_FIRST_US, to_us = PAGE_LAST_US;
	int32_t number = 0;

	if (status.at != NULL && !status_by_name(status, &number))
		return fault_set(f, FAULT_BAD_REQUEST, "status is made, summed or void");
	if (waiting.at != NULL && !text_is(waiting, "true") && !text_is(waiting, "false"))
		return fault_set(f, FAULT_BAD_REQUEST, "waiting is true or false");
	if (!page_time(r, "from", &from_us, f) || !page_time(r, "to", &to_us, f))
		return false;
	args_text(q, httpd_query(r->http, "declarant"));
	args_text(q, httpd_query(r->http, "merchant"));
	args_time(q, from_us);
	args_time(q, to_us);
	if (status.at == NULL)
		args_null(q);
	else
		args_i32(q, number);
	if (waiting.at == NULL)
		args_null(q);
	else
		args_bool(q, text_is(waiting, "true"));
	return true;
}

enum step taxes_list(struct req *r)
{
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	args_caller(q);
	if (!read_filters(r, q, &f))
		return reply_problem(r, &f);
	page_args(q, page);
	return args_await_query(r, q, "taxes_list", page_reply);
}

enum step taxes_sums(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };

	args_caller(q);
	if (!read_filters(r, q, &f))
		return reply_problem(r, &f);
	return args_await_query(r, q, "taxes_sums", reply_row);
}
