/* A step: what was filed, as rows in the order of its groups; each group's tree goes on from its stored peaks. */
#include "flow/digests.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "model/field.h"
#include "model/merkle.h"
#include "store/filing_document.h"

#define DOCUMENT_BYTES ((size_t)16 << 20) /* of one filing */

enum { READ_PARAMS = 4, WRITE_PARAMS = 12, WRITE_ARRAYS = 10 };

/* $1 how many events, $2 $3 $4 kinds, directions and their fields that are summed */
static const struct db_stmt read_stmt = {
	.name = "digests_read",
	.sql =
	"with w as materialized ("
	"  select p.seq, feed_watermark() as last, least(greatest(p.seq, feed_floor() - 1) + $1::integer, feed_watermark()) as upto from digest_place p),"
	" n as materialized ("
	"  select e.seq, e.filing_id, f.client_id, (f.received_at at time zone 'Asia/Shanghai')::date as day, f.kind, f.direction, f.doc_sha256,"
	"    m.field, case when m.field is not null then f.document end as document"
	"  from w cross join lateral feed_read(w.seq, w.upto) e"
	"  cross join lateral (select * from filing f where f.bucket = id_bucket(e.filing_id) and f.id = e.filing_id offset 0) f"
	"  left join unnest($2::text[], $3::text[], $4::text[]) as m(kind, direction, field) on m.kind = f.kind and m.direction = f.direction"
	"  where e.type = 'filing.accepted'),"
	" x as ("
	"  select n.*, row_number() over (partition by client_id, day, kind, direction order by seq) = 1 as is_first from n)"
	" select w.seq, w.upto, w.last, x.is_first, x.client_id, x.day - date '1970-01-01', x.kind, x.direction, x.seq, x.filing_id, x.doc_sha256, x.field,"
	"   x.document, d.count, d.peaks"
	" from w left join x on true left join lateral ("
	"  select d.count, d.peaks from period_digest d where x.is_first and d.client_id = x.client_id and d.day = x.day and d.kind = x.kind"
	"   and d.direction = x.direction offset 0) d on true"
	" order by x.client_id, x.day, x.kind, x.direction, x.seq",
	.param_count = READ_PARAMS,
};
enum { COL_FROM, COL_UPTO, COL_LAST, COL_FIRST, COL_CLIENT, COL_DAY, COL_KIND, COL_DIRECTION, COL_SEQ, COL_FILING, COL_DIGEST, COL_FIELD, COL_DOCUMENT,
       COL_COUNT, COL_PEAKS };

/* $1 $2 from where, up to where; then a column each */
static const struct db_stmt write_stmt = {
	.name = "digests_write",
	.sql =
	"with g as (update digest_place set seq = $2::bigint where seq = $1::bigint returning seq),"
	" i as ("
	"  insert into period_digest as d (client_id, day, kind, direction, count, amount_of, amount, peaks, root, last_seq)"
	"  select x.client_id, date '1970-01-01' + x.day, x.kind, x.direction, x.count, x.field, x.total::numeric, x.peaks, x.root, x.seq"
	"  from unnest($3::integer[], $4::integer[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::bytea[], $11::bytea[], $12::bigint[])"
	"    as x(client_id, day, kind, direction, count, field, total, peaks, root, seq)"
	"  where exists (select from g) order by 1, 2, 3, 4"
	"  on conflict (client_id, day, kind, direction) do update set count = excluded.count, amount = d.amount + excluded.amount, peaks = excluded.peaks,"
	"    root = excluded.root, last_seq = excluded.last_seq)"
	" select seq from g",
	.param_count = WRITE_PARAMS,
	.flags = DB_WRITES,
};

static const struct {
	enum doc_kind kind;
	enum direction direction;
	enum field field;
} amounts[] = {
	{ DOC_ORDER, DIR_IMPORT, F_ACTUAL_PAID },
	{ DOC_ORDER, DIR_EXPORT, F_GOODS_VALUE },
	{ DOC_PAYMENT, DIR_IMPORT, F_AMOUNT_PAID },
	{ DOC_PAYMENT, DIR_EXPORT, F_AMOUNT_RECEIVED },
};

struct group { /* the one whose rows are being counted */
	struct merkle tree;
	bool is_summed;
	struct decimal total;
};

struct digests {
	struct follower base;
	struct db_param read[READ_PARAMS], write[WRITE_PARAMS];
	bool more;
};

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct digests *d = container_of(call, struct digests, base.call);

	if (follower_is_good(&d->base, a)) /* no row: another daemon was first, and goes on */
		follower_rest(&d->base, db_row_count(a->results[0]) == 1 && d->more);
}

static void begin_group(struct group *g, const struct db_rows *rows, int row)
{
	struct text peaks = db_get_text(rows, row, COL_PEAKS);

	*g = (struct group){ .tree.count = (uint64_t)db_get_int(rows, row, COL_COUNT), .is_summed = !db_is_null(rows, row, COL_FIELD) };
	if (peaks.len > 0 && peaks.len <= sizeof(g->tree.peaks))
		memcpy(g->tree.peaks, peaks.at, peaks.len);
}

/* The member's value, without reading the rest: in canonical text a quote within a value has a backslash before it, so this is a member's name
 * wherever it stands; lines have no member of that name. */
static struct text amount_in(struct text document, struct text field)
{
	char name[64];
	int len = snprintf(name, sizeof(name), "\"" TEXT_FMT "\":\"", TEXT_ARG(field));
	const char *at = memmem(document.at, document.len, name, (size_t)len), *end;

	if (at == NULL)
		return (struct text){ NULL, 0 };
	at += len;
	end = memchr(at, '"', document.len - (size_t)(at - document.at));
	return (struct text){ at, end == NULL ? 0 : (size_t)(end - at) };
}

/* A filing whose document cannot be read counts, its amount is lacking. */
static void add_amount(struct digests *d, struct group *g, const struct db_rows *rows, int row)
{
	struct decimal amount;
	struct text document;
	struct arena a;

	arena_init(&a, DOCUMENT_BYTES);
	if (filing_document_open(d->base.deps.vault, &a, rows, row, COL_FILING, COL_DOCUMENT, &document)
	    && decimal_parse(amount_in(document, db_get_text(rows, row, COL_FIELD)), 30, 5, &amount))
		g->total = decimal_add(g->total, amount);
	arena_done(&a);
}

static void add_leaf(struct merkle *m, const struct db_rows *rows, int row)
{
	const struct text parts[] = { db_get_text(rows, row, COL_FILING), db_get_text(rows, row, COL_DIGEST) };
	struct sha256 leaf = merkle_leaf(parts, COUNTOF(parts));

	merkle_add(m, &leaf);
}

static void put_group(struct arena *a, struct db_array *x, const struct group *g, const struct db_rows *rows, int row)
{
	const struct merkle *m = &g->tree;
	struct sha256 root = merkle_root(m);
	struct buf total;

	buf_init(&total, a, 40);
	decimal_put(&total, g->total);

	db_array_i64(&x[0], db_get_int(rows, row, COL_CLIENT));
	db_array_i64(&x[1], db_get_int(rows, row, COL_DAY));
	db_array_text(&x[2], db_get_text(rows, row, COL_KIND));
	db_array_text(&x[3], db_get_text(rows, row, COL_DIRECTION));
	db_array_i64(&x[4], (int64_t)m->count);
	db_array_text(&x[5], db_get_text(rows, row, COL_FIELD));
	db_array_text(&x[6], g->is_summed ? buf_as_text(&total) : (struct text){ NULL, 0 });
	db_array_bytes(&x[7], m->peaks, sizeof(m->peaks[0]) * (size_t)merkle_peak_count(m->count));
	db_array_bytes(&x[8], root.b, sizeof(root.b));
	db_array_i64(&x[9], db_get_int(rows, row, COL_SEQ));
}

static int group_count(const struct db_rows *rows)
{
	int groups = 0;

	for (int row = 0; row < db_row_count(rows); row++)
		groups += db_get_int(rows, row, COL_FIRST) != 0;
	return groups;
}

static void write_step(struct digests *d, const struct db_rows *rows)
{
	static const enum db_kind kinds[WRITE_ARRAYS] = { DB_KIND_I32, DB_KIND_I32, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_I64, DB_KIND_TEXT, DB_KIND_TEXT,
		                                          DB_KIND_BYTEA, DB_KIND_BYTEA, DB_KIND_I64 };
	int groups = group_count(rows), count = db_row_count(rows);
	struct db_array x[WRITE_ARRAYS];
	struct group g = { .is_summed = false };

	for (int i = 0; i < WRITE_ARRAYS; i++)
		db_array_begin(&x[i], &d->base.arena, kinds[i], groups, 32 * (size_t)groups);
	for (int row = 0; row < count && groups > 0; row++) {
		if (db_get_int(rows, row, COL_FIRST) != 0)
			begin_group(&g, rows, row);
		add_leaf(&g.tree, rows, row);
		if (g.is_summed)
			add_amount(d, &g, rows, row);
		if (row + 1 == count || db_get_int(rows, row + 1, COL_FIRST) != 0)
			put_group(&d->base.arena, x, &g, rows, row);
	}
	d->write[0] = db_i64(&d->base.arena, db_get_int(rows, 0, COL_FROM));
	d->write[1] = db_i64(&d->base.arena, db_get_int(rows, 0, COL_UPTO));
	for (int i = 0; i < WRITE_ARRAYS; i++)
		d->write[2 + i] = db_array_end(&x[i]);
	d->more = db_get_int(rows, 0, COL_UPTO) < db_get_int(rows, 0, COL_LAST);
	follower_ask(&d->base, &write_stmt, d->write, on_written);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void on_read(struct db_call *call, const struct db_answer *a)
{
	struct digests *d = container_of(call, struct digests, base.call);
	const struct db_rows *rows;

	if (!follower_is_good(&d->base, a))
		return;
	rows = a->results[0];
	if (db_row_count(rows) > 0 && db_get_int(rows, 0, COL_UPTO) > db_get_int(rows, 0, COL_FROM))
		write_step(d, rows);
	else
		follower_rest(&d->base, false);
}

static void read_params(struct digests *d)
{
	struct db_array x[3];

	for (int i = 0; i < 3; i++)
		db_array_begin(&x[i], &d->base.arena, DB_KIND_TEXT, COUNTOF(amounts), 128);
	for (size_t i = 0; i < COUNTOF(amounts); i++) {
		db_array_text(&x[0], text_of(doc_kind_name(amounts[i].kind)));
		db_array_text(&x[1], text_of(direction_name(amounts[i].direction)));
		db_array_text(&x[2], text_of(field_name(amounts[i].field)));
	}
	d->read[0] = db_i32(&d->base.arena, d->base.conf.batch);
	for (int i = 0; i < 3; i++)
		d->read[1 + i] = db_array_end(&x[i]);
}

static void begin(struct follower *f)
{
	struct digests *d = container_of(f, struct digests, base);

	read_params(d);
	follower_ask(f, &read_stmt, d->read, on_read);
}

const struct follower_kind digests_kind = {
	.what = "the digests",
	.put_off_event = "digests.put_off",
	.bytes = sizeof(struct digests),
	.step_bytes = (size_t)64 << 20,
	.stands_back = true,
	.begin = begin,
};
