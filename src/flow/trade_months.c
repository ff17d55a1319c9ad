/* A step: the releases of some events, each with its merchant and the order's document, of which value, currency and goods are read. */
#include "flow/trade_months.h"

#include <stdlib.h>

#include "base/log.h"
#include "standard/reader.h"

#define STEP_BYTES     ((size_t)64 << 20) /* bounded in fact by the batch */
#define DOCUMENT_BYTES ((size_t)16 << 20) /* of one order */

enum { WRITE_ARRAYS = 5, WRITE_PARAMS = 8 };

/* $1 how many events. The merchant is the second part of the inventory's business key. */
static const struct db_stmt read_stmt = {
	.name = "trade_months_read",
	.sql =
	"with w as materialized ("
	"  select p.seq, feed_watermark() as last, least(greatest(p.seq, feed_floor() - 1) + $1::integer, feed_watermark()) as upto from trade_place p)"
	" select w.seq, w.upto, w.last, x.merchant, x.month - date '1970-01-01', x.direction, x.order_id, x.document, x.id"
	" from w left join lateral ("
	"  select f.merchant, date_trunc('month', d.released_at at time zone 'Asia/Shanghai')::date as month, d.direction, f.order_id, f.document, d.id"
	"  from feed_read(w.seq, w.upto) e"
	"  cross join lateral (select * from declaration d where d.bucket = id_bucket(e.declaration_id) and d.id = e.declaration_id offset 0) d"
	"  cross join lateral ("
	"    select (array_agg(split_part(f.business_key, '/', 2) order by f.revision desc) filter (where f.kind = 'inventory'))[1] as merchant,"
	"      (array_agg(f.id order by f.revision desc) filter (where f.kind = 'order'))[1] as order_id,"
	"      (array_agg(f.document order by f.revision desc) filter (where f.kind = 'order'))[1] as document"
	"    from unnest(d.filing_ids) n(id)"
	"    cross join lateral (select * from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0) f) f"
	"  where e.type = 'declaration.released' and d.released_at is not null and f.merchant is not null) x on true",
	.param_count = 1,
};
enum { COL_FROM, COL_UPTO, COL_LAST, COL_MERCHANT, COL_MONTH, COL_DIRECTION, COL_ORDER, COL_DOCUMENT, COL_DECLARATION };

/* $1 $2 from where, up to where; then a column each: merchant, month, direction, currency, value; $8 the lines of their goods */
static const struct db_stmt write_stmt = {
	.name = "trade_months_write",
	.sql =
	"with g as (update trade_place set seq = $2::bigint where seq = $1::bigint returning seq),"
	" i as ("
	"  insert into trade_month as t (merchant_code, month, direction, currency, released, value)"
	"  select x.merchant, date '1970-01-01' + x.month, x.direction, x.currency, count(*), sum(x.value::numeric)"
	"  from unnest($3::text[], $4::integer[], $5::text[], $6::text[], $7::text[]) as x(merchant, month, direction, currency, value)"
	"  where exists (select from g) group by 1, 2, 3, 4 order by 1, 2, 3, 4"
	"  on conflict (merchant_code, month, direction, currency) do update set released = t.released + excluded.released,"
	"    value = t.value + excluded.value),"
	" l as ("
	"  insert into goods_release (merchant_code, item_no, released_at, declaration_id, line, batches, quantity)"
	"  select y.merchant, y.item, d.released_at, y.declaration, y.line, y.batches, y.quantity"
	"  from g cross join json_to_recordset($8::json) as y(merchant text, item text, declaration uuid, line integer, batches text, quantity numeric)"
	"  cross join lateral (select d.released_at from declaration d where d.bucket = id_bucket(y.declaration) and d.id = y.declaration offset 0) d"
	"  on conflict do nothing)"
	" select seq from g",
	.param_count = WRITE_PARAMS,
	.flags = DB_WRITES,
};

struct trade_months {
	struct trade_months_conf conf;
	struct trade_months_deps deps;
	struct loop_timer sweep;
	struct arena arena; /* of the step under way */
	struct db_call call;
	struct db_param read[1], write[WRITE_PARAMS];
	bool asking, quiesced, has_failed, more;
};

static loop_timer_fn on_sweep;

static void rest(struct trade_months *t, bool at_once)
{
	arena_done(&t->arena);
	t->asking = false;
	if (!t->quiesced)
		loop_timer_set(t->deps.loop, &t->sweep, at_once ? 0 : (int64_t)t->conf.sweep_ms * 1000, on_sweep);
}

static bool is_good(struct trade_months *t, const struct db_answer *a)
{
	bool good = a->outcome == DB_DONE;

	if (!good && !t->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "trade_months.put_off", "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	t->has_failed = !good;
	return good;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct trade_months *t = container_of(call, struct trade_months, call);
	bool was_ours = is_good(t, a) && db_row_count(a->results[0]) == 1; /* no row: another daemon was first, and goes on */

	rest(t, was_ours && t->more);
}

static const struct document *open_order(struct trade_months *t, struct arena *a, const struct db_rows *rows, int row)
{
	char text[ID_TEXT_BYTES];
	struct vault_place place;
	struct fault f = { 0 };
	struct text plain;
	struct id id;

	if (!db_get_id(rows, row, COL_ORDER, &id))
		return NULL;
	place = vault_at("filing", &id);
	if (vault_open(t->deps.vault, a, &place, db_get_text(rows, row, COL_DOCUMENT), &plain, &f))
		return document_read(a, plain);
	id_format(&id, text);
	log_event(&(struct log_ids){ .filing = text }, LOG_LEVEL_ERROR, "record.damaged", "%s", f.text);
	return NULL;
}

/* The lines that have a number of the goods: for recalls (sql/migrations/0023_quality.sql). */
static void put_goods(struct buf *b, const struct document *d, const struct db_rows *rows, int row)
{
	struct text batches = document_get(d, F_BATCH_NUMBERS);
	char declaration[ID_TEXT_BYTES];
	struct decimal quantity;
	struct id id;

	if (!db_get_id(rows, row, COL_DECLARATION, &id))
		return;
	id_format(&id, declaration);
	for (int i = 0; i < d->line_count; i++) {
		struct text item = document_line_get(d, i, F_ITEM_NO);

		if (item.len == 0 || !document_line_decimal(d, i, F_QUANTITY, &quantity))
			continue;
		buf_str(b, b->len > 1 ? ",{\"merchant\":" : "{\"merchant\":");
		buf_json(b, db_get_text(rows, row, COL_MERCHANT));
		buf_str(b, ",\"item\":");
		buf_json(b, item);
		buf_printf(b, ",\"declaration\":\"%s\",\"line\":%d,\"batches\":", declaration, i + 1);
		buf_json(b, batches.len == 0 ? (struct text){ NULL, 0 } : batches);
		buf_str(b, ",\"quantity\":");
		decimal_put(b, quantity);
		buf_char(b, '}');
	}
}

/* Without a readable order a release counts, with no value and no goods. */
static void put_order(struct trade_months *t, struct db_array *currency, struct db_array *value, struct buf *goods, const struct db_rows *rows, int row)
{
	const struct document *d;
	struct decimal amount;
	struct arena a;
	struct buf b;

	arena_init(&a, DOCUMENT_BYTES);
	d = open_order(t, &a, rows, row);
	buf_init(&b, &t->arena, 32);
	if (d == NULL || !document_decimal(d, F_GOODS_VALUE, &amount)) {
		db_array_text(currency, TEXT(""));
		db_array_text(value, TEXT("0"));
	} else {
		decimal_put(&b, amount);
		db_array_text(currency, document_get(d, F_CURRENCY));
		db_array_text(value, buf_as_text(&b));
	}
	if (d != NULL)
		put_goods(goods, d, rows, row);
	arena_done(&a);
}

static void write_step(struct trade_months *t, const struct db_rows *rows)
{
	static const enum db_kind kinds[WRITE_ARRAYS] = { DB_KIND_TEXT, DB_KIND_I32, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_TEXT };
	int count = db_is_null(rows, 0, COL_MERCHANT) ? 0 : db_row_count(rows);
	struct db_array x[WRITE_ARRAYS];
	struct buf goods;

	for (int i = 0; i < WRITE_ARRAYS; i++)
		db_array_begin(&x[i], &t->arena, kinds[i], count, 24 * (size_t)count);
	buf_init(&goods, &t->arena, 64 + 256 * (size_t)count);
	buf_char(&goods, '[');
	for (int row = 0; row < count; row++) {
		db_array_text(&x[0], db_get_text(rows, row, COL_MERCHANT));
		db_array_i64(&x[1], db_get_int(rows, row, COL_MONTH));
		db_array_text(&x[2], db_get_text(rows, row, COL_DIRECTION));
		put_order(t, &x[3], &x[4], &goods, rows, row);
	}
	buf_char(&goods, ']');
	t->write[0] = db_i64(&t->arena, db_get_int(rows, 0, COL_FROM));
	t->write[1] = db_i64(&t->arena, db_get_int(rows, 0, COL_UPTO));
	for (int i = 0; i < WRITE_ARRAYS; i++)
		t->write[2 + i] = db_array_end(&x[i]);
	t->write[2 + WRITE_ARRAYS] = db_text(buf_as_text(&goods));
	t->more = db_get_int(rows, 0, COL_UPTO) < db_get_int(rows, 0, COL_LAST);
	if (t->arena.full) {
		rest(t, false);
		return;
	}
	db_call_init(&t->call);
	db_call_add(&t->call, &write_stmt, t->write);
	db_start(t->deps.db, &t->call, on_written);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void on_read(struct db_call *call, const struct db_answer *a)
{
	struct trade_months *t = container_of(call, struct trade_months, call);

	if (is_good(t, a) && db_row_count(a->results[0]) > 0
	    && db_get_int(a->results[0], 0, COL_UPTO) > db_get_int(a->results[0], 0, COL_FROM))
		write_step(t, a->results[0]);
	else
		rest(t, false);
}

static void on_sweep(struct loop_timer *timer)
{
	struct trade_months *t = container_of(timer, struct trade_months, sweep);

	if (t->deps.is_busy(t->deps.arg)) {
		rest(t, false);
		return;
	}
	t->read[0] = db_i32(&t->arena, t->conf.batch);
	if (t->arena.full) {
		rest(t, false);
		return;
	}
	t->asking = true;
	db_call_init(&t->call);
	db_call_add(&t->call, &read_stmt, t->read);
	db_start(t->deps.db, &t->call, on_read);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

struct trade_months *trade_months_new(const struct trade_months_conf *conf, const struct trade_months_deps *deps, struct fault *f)
{
	struct trade_months *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the months of trade");
		return NULL;
	}
	t->conf = *conf;
	t->deps = *deps;
	arena_init(&t->arena, STEP_BYTES);
	rest(t, false);
	return t;
}

void trade_months_quiesce(struct trade_months *t)
{
	t->quiesced = true;
	loop_timer_clear(t->deps.loop, &t->sweep);
}

bool trade_months_idle(const struct trade_months *t)
{
	return !t->asking;
}

void trade_months_free(struct trade_months *t)
{
	if (t == NULL)
		return;
	loop_timer_clear(t->deps.loop, &t->sweep);
	if (t->asking)
		db_cancel(t->deps.db, &t->call);
	arena_done(&t->arena);
	free(t);
}
