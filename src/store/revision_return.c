/*
 * A return names a released declaration by platform and order; one statement reads everything it is judged by, with a row for each line of
 * which others return something; the inventory comes encrypted and is taken apart here. A return is written only if the declaration is still as it was read: two returns at once cannot take the same goods.
 */
#include "store/revision_return.h"

#include "base/json.h"
#include "model/goods_return.h"
#include "store/filing_document.h"

/*
 * $1 $2 the declaration, $3 the inventory's number as the return names it, $4 $5 its key, $6 business time.
 * i: the inventory that stands; b: what other returns have of each line; p: the periods, by the rows in force on the day the declaration was
 * opened, those of its own trade mode before the general ones. holds: another return stands under the same key.
 */
static const struct db_stmt stand = {
	.name = "revision_returned",
	.sql =
	"with d as (select * from declaration where bucket = $1::smallint and id = $2::uuid),"
	" i as ("
	"  select x.id, x.document from d cross join lateral ("
	"    select f.id, f.document from unnest(d.filing_ids) n"
	"    join lateral (select * from filing g where g.bucket = id_bucket(n) and g.id = n offset 0) f on true"
	"    where f.kind = 'inventory' and f.action <> 'delete' order by f.received_at desc, f.id desc limit 1) x),"
	" r as ("
	"  select r.*, goods_return_state(r) as state from goods_return r where r.bucket = $1::smallint and r.declaration_id = $2::uuid),"
	" b as ("
	"  select l.line_no, sum(l.quantity)::text as quantity from r cross join json_to_recordset(r.lines) as l(line_no text, quantity numeric)"
	"  where r.state not in ('refused', 'lapsed') group by l.line_no),"
	" k as ("
	"  select 1 from filing_key k join r on r.filing_id = k.filing_id"
	"  where k.bucket = $4::smallint and k.key_id = $5::uuid and r.state not in ('refused', 'lapsed')),"
	" p as ("
	"  select distinct on (p.act) p.* from d join statutory_period p on p.direction = 'import' and p.trade_mode in ('*', d.trade_mode)"
	"    and p.valid_from <= (d.opened_at at time zone 'Asia/Shanghai')::date"
	"    and (p.valid_to is null or p.valid_to >= (d.opened_at at time zone 'Asia/Shanghai')::date)"
	"  where p.act in ('request_return', 'return_goods') order by p.act, p.trade_mode = '*', p.valid_from desc, p.id)"
	" select d.state, d.seq, d.released_at, i.id, i.document,"
	"   not exists (select from customs_numbers($2::uuid)) or $3::text in (select n from customs_numbers($2::uuid) n),"
	"   exists (select from k), ask.id, ask.unit, ask.amount, ask.rolls, bring.id, bring.unit, bring.amount, bring.rolls,"
	"   case when ask.rolls or bring.rolls or 'working_days' in (ask.unit, bring.unit) then ("
	"     select string_agg((y.day - date '1970-01-01')::text || case when y.worked then 'w' else 'h' end, ',' order by y.day)"
	"     from calendar_day y where y.withdrawn_at is null and y.day > ($6::timestamptz)::date - 400) else '' end,"
	"   b.line_no, b.quantity"
	" from (select 1) one left join d on true left join i on true"
	" left join p ask on ask.act = 'request_return' left join p bring on bring.act = 'return_goods' left join b on true",
	.param_count = RETURN_STAND_PARAMS,
};
enum { COL_STATE, COL_SEQ, COL_RELEASED, COL_INVENTORY, COL_DOCUMENT, COL_NUMBER, COL_HOLDS, COL_ASK, COL_ASK_UNIT, COL_ASK_AMOUNT, COL_ASK_ROLLS,
       COL_BRING, COL_BRING_UNIT, COL_BRING_AMOUNT, COL_BRING_ROLLS, COL_CALENDAR, COL_RETURNED_LINE, COL_RETURNED };

static const struct db_stmt put = {
	.name = "revision_return_put",
	.sql =
	"with r as (insert into goods_return (bucket, declaration_id, filing_id, lines, requested_at, ends_at, period_ids, merchant_code)"
	" select $1::smallint, $2::uuid, k.filing_id, x.lines, $6::timestamptz, $7::timestamptz, array[$8::integer, $9::integer],"
	"   declaration_merchant($1::smallint, $2::uuid)"
	" from filing_key k cross join lateral ("
	"   select json_agg(json_build_object('line_no', (l ->> 'line_no')::integer, 'hs_code', l ->> 'hs_code', 'quantity', l ->> 'quantity',"
	"     'unit', l ->> 'unit')) as lines from json_array_elements(convert_from($5::bytea, 'UTF8')::json -> 'lines') l) x"
	" where k.bucket = id_bucket($4::uuid) and k.key_id = $3::uuid and k.filing_id = $4::uuid returning *)"
	" insert into risk_signal (what, declaration_id, enterprise, at) select 'return', r.declaration_id, r.merchant_code, r.requested_at from r where r.merchant_code is not null",
	.param_count = RETURN_PUT_PARAMS,
	.flags = DB_WRITES,
};

bool return_is_read_first(const struct candidate *c)
{
	return c->kind == DOC_RETURN && c->direction == DIR_IMPORT;
}

void return_ask(struct candidate *c, struct arena *a, struct db_param params[RETURN_STAND_PARAMS], int64_t now_us, struct db_call *call)
{
	const struct text parts[] = { c->platform_code, c->order_no, TEXT("") };
	struct fault f = { 0 };

	c->declaration = id_of_key('D', parts, COUNTOF(parts));
	params[0] = db_i16(a, id_bucket(&c->declaration));
	params[1] = db_id(&c->declaration);
	params[2] = db_text(json_text(json_member(json_parse(a, c->document, &f), "inventory_no")));
	params[3] = db_i16(a, id_bucket(&c->key));
	params[4] = db_id(&c->key);
	params[5] = db_time(a, now_us);
	db_call_add(call, &stand, params);
}

static bool read_period(const struct db_rows *r, int id, int unit, int amount, int rolls, struct statutory_period *out)
{
	*out = (struct statutory_period){ .amount = (int)db_get_int(r, 0, amount), .rolls = db_get_int(r, 0, rolls) != 0 };
	return !db_is_null(r, 0, id) && period_unit_by_name(db_get_text(r, 0, unit), &out->unit);
}

static struct text member(const struct json *object, const char *name)
{
	return json_text(json_member(object, name));
}

/* Numbers of lines are integers. */
static struct text line_no_of(struct arena *a, const struct json *line)
{
	int64_t number;
	struct buf b;

	if (!json_i64(json_member(line, "line_no"), &number))
		return (struct text){ NULL, 0 };
	buf_init(&b, a, 8);
	buf_printf(&b, "%lld", (long long)number);
	return buf_as_text(&b);
}

/* The inventory as it is stored; NULL: there is none, or it cannot be read. */
static const struct json *open_inventory(struct arena *a, struct vault *vault, const struct db_rows *r)
{
	struct fault f = { 0 };
	struct text document;

	return filing_document_open(vault, a, r, 0, COL_INVENTORY, COL_DOCUMENT, &document) ? json_parse(a, document, &f) : NULL;
}

static const struct json *line_of(struct arena *a, const struct json *inventory, struct text line_no)
{
	const struct json *lines = json_member(inventory, "lines");

	for (size_t i = 0; i < json_length(lines); i++)
		if (text_eq(line_no_of(a, json_item(lines, i)), line_no))
			return json_item(lines, i);
	return NULL;
}

static struct text returned_of(const struct db_rows *r, struct text line_no)
{
	for (int row = 0; row < db_row_count(r); row++)
		if (!db_is_null(r, row, COL_RETURNED_LINE) && text_eq(db_get_text(r, row, COL_RETURNED_LINE), line_no))
			return db_get_text(r, row, COL_RETURNED);
	return (struct text){ NULL, 0 };
}

static bool read_lines(struct arena *a, const struct db_rows *r, const struct json *request, const struct json *inventory, struct return_case *out)
{
	const struct json *asked = json_member(request, "lines");
	size_t count = json_length(asked);
	struct return_line *lines = arena_alloc(a, sizeof(*lines) * (count + 1));

	for (size_t i = 0; lines != NULL && i < count; i++) {
		const struct json *line = json_item(asked, i);
		struct text line_no = line_no_of(a, line);
		const struct json *own = line_of(a, inventory, line_no);

		lines[i] = (struct return_line){ .line_no = line_no, .hs_code = member(line, "hs_code"), .unit = member(line, "unit"),
			.quantity = member(line, "quantity"), .declared_hs = member(own, "hs_code"), .declared_unit = member(own, "unit"),
			.declared_quantity = member(own, "quantity"), .returned = returned_of(r, line_no) };
	}
	out->lines = lines;
	out->line_count = (int)count;
	return lines != NULL;
}

static bool is_ours(const struct json *request, const struct json *inventory)
{
	return inventory != NULL && text_eq(member(request, "merchant_code"), member(inventory, "merchant_code"))
	       && text_eq(member(request, "declarant_code"), member(inventory, "declarant_code"));
}

static bool read_case(const struct candidate *c, struct arena *a, struct vault *vault, const struct db_rows *r, int64_t now_us, struct return_case *out)
{
	enum declaration_state state = STATE_WAITING;
	bool is_there = state_by_name(db_get_text(r, 0, COL_STATE), &state);
	struct fault f = { 0 };
	const struct json *request = json_parse(a, c->document, &f), *inventory = open_inventory(a, vault, r);

	*out = (struct return_case){ .is_known = is_there && state != STATE_WITHDRAWN && is_ours(request, inventory),
		.has_number = db_get_int(r, 0, COL_NUMBER) != 0, .is_new = c->action == ACTION_ADD, .is_released = state == STATE_RELEASED,
		.released_us = db_get_time(r, 0, COL_RELEASED), .now_us = now_us };
	out->has_periods = read_period(r, COL_ASK, COL_ASK_UNIT, COL_ASK_AMOUNT, COL_ASK_ROLLS, &out->to_ask)
	                   && read_period(r, COL_BRING, COL_BRING_UNIT, COL_BRING_AMOUNT, COL_BRING_ROLLS, &out->to_bring);
	return request != NULL && read_lines(a, r, request, inventory, out) && calendar_read(a, db_get_text(r, 0, COL_CALENDAR), &out->calendar);
}

enum intake_outcome return_decide(struct candidate *c, struct arena *a, struct vault *vault, const struct db_rows *r, int64_t now_us, struct return_plan *plan)
{
	struct finding *why = arena_alloc(c->of->arena, sizeof(*why));
	struct return_case one;

	if (why == NULL || db_row_count(r) == 0 || !read_case(c, a, vault, r, now_us, &one))
		return INTAKE_TRY_AGAIN;
	if (one.is_new && db_get_int(r, 0, COL_HOLDS) != 0)
		return INTAKE_CONFLICT;
	if (!goods_return_check(c->of->arena, &one, why, &plan->ends_us)) {
		why->got = text_dup(c->of->arena, why->got);
		c->finding = why;
		return INTAKE_REFUSED;
	}
	plan->seq = (int)db_get_int(r, 0, COL_SEQ);
	plan->periods[0] = (int32_t)db_get_int(r, 0, COL_ASK);
	plan->periods[1] = (int32_t)db_get_int(r, 0, COL_BRING);
	c->has_declaration = true;
	return INTAKE_PENDING;
}

void return_put(const struct candidate *c, struct arena *a, int64_t now_us, struct return_plan *plan, struct db_call *call)
{
	struct db_param *p = plan->params;

	p[0] = db_i16(a, id_bucket(&c->declaration));
	p[1] = db_id(&c->declaration);
	p[2] = db_id(&c->key);
	p[3] = db_id(&c->id);
	p[4] = db_text(c->document);
	p[5] = db_time(a, now_us);
	p[6] = db_time(a, plan->ends_us);
	p[7] = db_i32(a, plan->periods[0]);
	p[8] = db_i32(a, plan->periods[1]);
	db_call_add(call, &put, p);
}
