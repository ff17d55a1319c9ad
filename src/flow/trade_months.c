/* A step: the releases of some events, each with its merchant and the order's document, of which value, currency and goods are read. */
#include "flow/trade_months.h"

#include "standard/reader.h"
#include "store/filing_document.h"

#define DOCUMENT_BYTES ((size_t)16 << 20) /* of one order */

enum { WRITE_ARRAYS = 5, WRITE_PARAMS = 9 };

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

/* $1 $2 from where, up to where; then a column each: merchant, month, direction, currency, value; $8 the lines of their goods; $9 today */
static const struct db_stmt write_stmt = {
	.name = "trade_months_write",
	.sql =
	"with g as (update trade_place set seq = $2::bigint where seq = $1::bigint returning seq),"
	" x as materialized ("
	"  select * from unnest($3::text[], $4::integer[], $5::text[], $6::text[], $7::text[]) as x(merchant, month, direction, currency, value)),"
	" i as ("
	"  insert into trade_month as t (merchant_code, month, direction, currency, released, value)"
	"  select x.merchant, date '1970-01-01' + x.month, x.direction, x.currency, count(*), sum(x.value::numeric)"
	"  from x where exists (select from g) group by 1, 2, 3, 4 order by 1, 2, 3, 4"
	"  on conflict (merchant_code, month, direction, currency) do update set released = t.released + excluded.released,"
	"    value = t.value + excluded.value),"
	" y as (" /* by the day of counting: what was told of a day that is over stays true */
	"  insert into trade_day as t (merchant_code, day, direction, currency, released, value)"
	"  select x.merchant, date '1970-01-01' + $9::integer, x.direction, x.currency, count(*), sum(x.value::numeric)"
	"  from x where exists (select from g) group by 1, 2, 3, 4 order by 1, 2, 3, 4"
	"  on conflict (merchant_code, day, direction, currency) do update set released = t.released + excluded.released,"
	"    value = t.value + excluded.value),"
	" l as ("
	"  insert into goods_release (merchant_code, item_no, released_at, declaration_id, line, batches, quantity)"
	"  select j.merchant, j.item, d.released_at, j.declaration, j.line, j.batches, j.quantity"
	"  from g cross join json_to_recordset($8::json) as j(merchant text, item text, declaration uuid, line integer, batches text, quantity numeric)"
	"  cross join lateral (select d.released_at from declaration d where d.bucket = id_bucket(j.declaration) and d.id = j.declaration offset 0) d"
	"  on conflict do nothing)"
	" select seq from g",
	.param_count = WRITE_PARAMS,
	.flags = DB_WRITES,
};

struct trade_months {
	struct follower base;
	struct db_param read[1], write[WRITE_PARAMS];
	bool more;
};

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct trade_months *t = container_of(call, struct trade_months, base.call);

	if (follower_is_good(&t->base, a)) /* no row: another daemon was first, and goes on */
		follower_rest(&t->base, db_row_count(a->results[0]) == 1 && t->more);
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
	const struct document *d = NULL;
	struct decimal amount;
	struct text plain;
	struct arena a;
	struct buf b;

	arena_init(&a, DOCUMENT_BYTES);
	if (filing_document_open(t->base.deps.vault, &a, rows, row, COL_ORDER, COL_DOCUMENT, &plain))
		d = document_read(&a, plain);
	buf_init(&b, &t->base.arena, 32);
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
		db_array_begin(&x[i], &t->base.arena, kinds[i], count, 24 * (size_t)count);
	buf_init(&goods, &t->base.arena, 64 + 256 * (size_t)count);
	buf_char(&goods, '[');
	for (int row = 0; row < count; row++) {
		db_array_text(&x[0], db_get_text(rows, row, COL_MERCHANT));
		db_array_i64(&x[1], db_get_int(rows, row, COL_MONTH));
		db_array_text(&x[2], db_get_text(rows, row, COL_DIRECTION));
		put_order(t, &x[3], &x[4], &goods, rows, row);
	}
	buf_char(&goods, ']');
	t->write[0] = db_i64(&t->base.arena, db_get_int(rows, 0, COL_FROM));
	t->write[1] = db_i64(&t->base.arena, db_get_int(rows, 0, COL_UPTO));
	for (int i = 0; i < WRITE_ARRAYS; i++)
		t->write[2 + i] = db_array_end(&x[i]);
	t->write[2 + WRITE_ARRAYS] = db_text(buf_as_text(&goods));
	t->write[3 + WRITE_ARRAYS] = db_i32(&t->base.arena, clock_day(clock_now_us(t->base.deps.clock)));
	t->more = db_get_int(rows, 0, COL_UPTO) < db_get_int(rows, 0, COL_LAST);
	follower_ask(&t->base, &write_stmt, t->write, on_written);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void on_read(struct db_call *call, const struct db_answer *a)
{
	struct trade_months *t = container_of(call, struct trade_months, base.call);
	const struct db_rows *rows;

	if (!follower_is_good(&t->base, a))
		return;
	rows = a->results[0];
	if (db_row_count(rows) > 0 && db_get_int(rows, 0, COL_UPTO) > db_get_int(rows, 0, COL_FROM))
		write_step(t, rows);
	else
		follower_rest(&t->base, false);
}

static void begin(struct follower *f)
{
	struct trade_months *t = container_of(f, struct trade_months, base);

	t->read[0] = db_i32(&f->arena, f->conf.batch);
	follower_ask(f, &read_stmt, t->read, on_read);
}

const struct follower_kind trade_months_kind = {
	.what = "the months of trade",
	.put_off_event = "trade_months.put_off",
	.bytes = sizeof(struct trade_months),
	.step_bytes = (size_t)64 << 20,
	.stands_back = true,
	.begin = begin,
};
