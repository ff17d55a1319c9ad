/* A step: releases of some events beside the plans of their days; inventories are opened only of what is drawn. */
#include "flow/sampler.h"

#include <string.h>

#include "model/lane.h"
#include "standard/reader.h"
#include "store/filing_document.h"

#define DOCUMENT_BYTES ((size_t)16 << 20) /* of one inventory */

enum { PERMILLE = 1000, WRITE_ARRAYS = 9, WRITE_PARAMS = 13 };
_Static_assert(WRITE_PARAMS == 4 + WRITE_ARRAYS, "a parameter each");

/* $1 how many events. A row for each release and plan that may mean it; the document with the first of a release. */
static const struct db_stmt read_stmt = {
	.name = "sampler_read",
	.sql =
	"with w as materialized ("
	"  select p.seq, feed_watermark() as last, least(greatest(p.seq, feed_floor() - 1) + $1::integer, feed_watermark()) as upto from sampling_place p),"
	" r as materialized ("
	"  select e.seq, e.at, d.id, d.direction, d.released_at, (d.released_at at time zone 'Asia/Shanghai')::date as day, d.filing_ids"
	"  from w cross join lateral feed_read(w.seq, w.upto) e"
	"  cross join lateral (select * from declaration d where d.bucket = id_bucket(e.declaration_id) and d.id = e.declaration_id offset 0) d"
	"  where e.type = 'declaration.released' and d.released_at is not null),"
	" m as materialized ("
	"  select r.*, p.id as plan_id, p.enterprise_id, p.item_no, p.share_permille, sampling_prefixes(p, r.day) as prefixes"
	"  from r join sampling_plan p on r.day between p.from_on and p.to_on and p.recorded_at <= r.at and (p.direction is null or p.direction = r.direction)"
	"  join sampling_drawn c on c.plan_id = p.id and c.count < p.most"
	"  where not exists (select from sampling_plan_end e where e.plan_id = p.id)),"
	" x as ("
	"  select m.*, f.merchant, f.inventory_id, f.document, row_number() over (partition by m.seq order by m.plan_id) = 1 as is_first"
	"  from m cross join lateral ("
	"    select (array_agg(split_part(f.business_key, '/', 2) order by f.revision desc))[1] as merchant,"
	"      (array_agg(f.id order by f.revision desc))[1] as inventory_id, (array_agg(f.document order by f.revision desc))[1] as document"
	"    from unnest(m.filing_ids) n(id)"
	"    cross join lateral (select * from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0) f where f.kind = 'inventory') f"
	"  where f.merchant is not null and (m.enterprise_id is null or m.enterprise_id = enterprise_by_number(f.merchant)))"
	" select w.seq, w.upto, w.last, x.is_first, x.id, x.plan_id, x.share_permille, x.prefixes, x.item_no, x.merchant, x.released_at,"
	"   x.day - date '1970-01-01', x.inventory_id, case when x.is_first then x.document end"
	" from w left join x on true order by x.seq, x.plan_id",
	.param_count = 1,
};
enum { COL_FROM, COL_UPTO, COL_LAST, COL_FIRST, COL_DECLARATION, COL_PLAN, COL_SHARE, COL_PREFIXES, COL_ITEM, COL_MERCHANT, COL_RELEASED_AT, COL_DAY,
       COL_INVENTORY, COL_DOCUMENT };

/* $1 $2 from where, up to where; $3 now, $4 id of the change; then a column of the samples each, in the order of the feed. A plan may have been ended
 * since it was read, and has no more than its most; a release that is told once more brings nothing new. */
static const struct db_stmt write_stmt = {
	.name = "sampler_write",
	.sql =
	"with g as (update sampling_place set seq = $2::bigint where seq = $1::bigint returning seq),"
	" x as ("
	"  select x.*, row_number() over (partition by x.plan_id order by x.n) as place"
	"  from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::integer[]) with ordinality"
	"    as x(id, plan_id, declaration_id, merchant_code, item_no, hs_code, lines, released_at, drawn, n)),"
	" i as ("
	"  insert into sample (id, plan_id, declaration_id, merchant_code, item_no, hs_code, lines, released_at, drawn, drawn_at)"
	"  select x.id, x.plan_id, x.declaration_id, x.merchant_code, x.item_no, x.hs_code, x.lines::integer[], x.released_at, x.drawn, $3::timestamptz"
	"  from g cross join x join sampling_plan p on p.id = x.plan_id join sampling_drawn c on c.plan_id = p.id"
	"  where c.count + x.place <= p.most and not exists (select from sampling_plan_end e where e.plan_id = p.id)"
	"  order by x.n on conflict do nothing returning id, plan_id, declaration_id),"
	" u as ("
	"  update sampling_drawn c set count = c.count + k.count from (select plan_id, count(*)::integer as count from i group by plan_id) k"
	"  where c.plan_id = k.plan_id),"
	" e as ("
	"  insert into change (id, made_at, types, declaration_ids, authorities)"
	"  select $4::uuid, $3::timestamptz, array_agg('sample.drawn'::text), array_agg(i.declaration_id order by i.id), array_agg(p.authority order by i.id)"
	"  from i join sampling_plan p on p.id = i.plan_id having count(*) > 0)"
	" select seq from g",
	.param_count = WRITE_PARAMS,
	.flags = DB_WRITES,
};

struct drawn { /* goods that become a sample */
	struct drawn *next;
	struct id plan, declaration;
	struct text merchant, item, hs, lines;
	int64_t released_us;
	int number;
};

struct release { /* whose rows are looked at */
	struct arena a;
	int row;                          /* its first */
	bool is_open;
	const struct document *inventory; /* NULL: it cannot be read */
};

struct sampler {
	struct follower base;
	struct db_param read[1], write[WRITE_PARAMS];
	struct id change;
	struct drawn *first, **last;
	int count;
	bool more;
};

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct sampler *s = container_of(call, struct sampler, base.call);

	if (follower_is_good(&s->base, a)) /* no row: another daemon was first, and goes on */
		follower_rest(&s->base, db_row_count(a->results[0]) == 1 && s->more);
}

static void put_drawn(struct sampler *s, struct db_array *x, const struct drawn *d, int64_t now_us)
{
	struct id_source *ids = s->base.deps.ids;
	struct id id = id_new(ids, now_us, (int16_t)(id_random(ids) % ID_BUCKETS));

	db_array_id(&x[0], &id);
	db_array_id(&x[1], &d->plan);
	db_array_id(&x[2], &d->declaration);
	db_array_text(&x[3], d->merchant);
	db_array_text(&x[4], d->item);
	db_array_text(&x[5], d->hs);
	db_array_text(&x[6], d->lines);
	db_array_i64(&x[7], d->released_us);
	db_array_i64(&x[8], d->number);
}

static void write_step(struct sampler *s, const struct db_rows *rows)
{
	static const enum db_kind kinds[WRITE_ARRAYS] = { DB_KIND_UUID, DB_KIND_UUID, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_TEXT,
		                                          DB_KIND_TEXT, DB_KIND_TIME, DB_KIND_I32 };
	struct arena *a = &s->base.arena;
	int64_t now_us = clock_now_us(s->base.deps.clock);
	struct db_array x[WRITE_ARRAYS];

	if (a->full) { /* samples may be lacking: none of the step is kept */
		follower_put_off(&s->base, "samples", "no memory");
		return;
	}
	s->change = id_new(s->base.deps.ids, now_us, (int16_t)(id_random(s->base.deps.ids) % ID_BUCKETS));
	for (int i = 0; i < WRITE_ARRAYS; i++)
		db_array_begin(&x[i], a, kinds[i], s->count, 32 * (size_t)s->count);
	for (const struct drawn *d = s->first; d != NULL; d = d->next)
		put_drawn(s, x, d, now_us);
	s->write[0] = db_i64(a, db_get_int(rows, 0, COL_FROM));
	s->write[1] = db_i64(a, db_get_int(rows, 0, COL_UPTO));
	s->write[2] = db_time(a, now_us);
	s->write[3] = db_id(&s->change);
	for (int i = 0; i < WRITE_ARRAYS; i++)
		s->write[4 + i] = db_array_end(&x[i]);
	s->more = db_get_int(rows, 0, COL_UPTO) < db_get_int(rows, 0, COL_LAST);
	follower_ask(&s->base, &write_stmt, s->write, on_written);
}

/* --- drawing ------------------------------------------------------------------------------------------------------ */

static int draw(const struct sampler *s, const struct db_rows *rows, int row, const struct id *plan, const struct id *declaration)
{
	struct sha256 secret = lane_secret(s->base.deps.payer_key);
	struct sha256 key = lane_day_key(sha256_bytes(&secret), (int32_t)db_get_int(rows, row, COL_DAY));
	char of[2 * ID_TEXT_BYTES];

	id_format(plan, of);
	of[ID_TEXT_BYTES - 1] = '/';
	id_format(declaration, of + ID_TEXT_BYTES);
	return lane_draw(&key, text_of(of)) % PERMILLE;
}

static bool begins_with(struct text t, struct text beginning)
{
	return beginning.len > 0 && beginning.len <= t.len && memcmp(t.at, beginning.at, beginning.len) == 0;
}

static bool is_meant(const struct db_rows *rows, int row, struct text item, struct text hs)
{
	struct text prefixes = db_get_text(rows, row, COL_PREFIXES), one;

	if (!db_is_null(rows, row, COL_ITEM) && !text_eq(db_get_text(rows, row, COL_ITEM), item))
		return false;
	while (text_next(&prefixes, ' ', &one))
		if (begins_with(hs, one))
			return true;
	return db_is_null(rows, row, COL_PREFIXES);
}

static struct text item_of(const struct document *inventory, int line)
{
	struct text item = document_line_get(inventory, line, F_ITEM_NO);

	return item.at == NULL ? TEXT("") : text_trim(item);
}

static bool same_goods(const struct document *inventory, int a, int b)
{
	return text_eq(item_of(inventory, a), item_of(inventory, b)) &&
	       text_eq(document_line_get(inventory, a, F_HS_CODE), document_line_get(inventory, b, F_HS_CODE));
}

static bool stood_before(const struct document *inventory, int line)
{
	for (int i = 0; i < line; i++)
		if (same_goods(inventory, i, line))
			return true;
	return false;
}

/* The lines of the same goods from there on, as a literal. */
static struct text lines_from(struct arena *a, const struct document *inventory, int line)
{
	struct buf b;

	buf_init(&b, a, 32);
	buf_printf(&b, "{%d", line + 1);
	for (int i = line + 1; i < inventory->line_count; i++)
		if (same_goods(inventory, line, i))
			buf_printf(&b, ",%d", i + 1);
	buf_char(&b, '}');
	return buf_as_text(&b);
}

static void take(struct sampler *s, const struct db_rows *rows, int row, const struct document *inventory, const struct drawn *as)
{
	struct arena *a = &s->base.arena;

	for (int line = 0; line < inventory->line_count; line++) {
		struct text item = item_of(inventory, line), hs = document_line_get(inventory, line, F_HS_CODE);
		struct drawn *d;

		if (!is_meant(rows, row, item, hs) || stood_before(inventory, line))
			continue;
		d = arena_alloc(a, sizeof(*d));
		if (d == NULL)
			return;
		*d = *as;
		d->item = text_dup(a, item);
		d->hs = text_dup(a, hs);
		d->lines = lines_from(a, inventory, line);
		*s->last = d;
		s->last = &d->next;
		s->count++;
	}
}

static void open_inventory(struct sampler *s, struct release *r, const struct db_rows *rows)
{
	struct text plain;

	if (!r->is_open && filing_document_open(s->base.deps.vault, &r->a, rows, r->row, COL_INVENTORY, COL_DOCUMENT, &plain))
		r->inventory = document_read(&r->a, plain);
	r->is_open = true;
}

static void look_at(struct sampler *s, struct release *r, const struct db_rows *rows, int row)
{
	struct drawn as = { .merchant = db_get_text(rows, row, COL_MERCHANT), .released_us = db_get_time(rows, row, COL_RELEASED_AT) };

	if (!db_get_id(rows, row, COL_PLAN, &as.plan) || !db_get_id(rows, row, COL_DECLARATION, &as.declaration))
		return;
	as.number = draw(s, rows, row, &as.plan, &as.declaration);
	if (as.number >= db_get_int(rows, row, COL_SHARE))
		return;
	open_inventory(s, r, rows);
	if (r->inventory != NULL)
		take(s, rows, row, r->inventory, &as);
}

static void draw_all(struct sampler *s, const struct db_rows *rows)
{
	int count = db_is_null(rows, 0, COL_PLAN) ? 0 : db_row_count(rows);
	struct release r = { .inventory = NULL };

	s->first = NULL;
	s->last = &s->first;
	s->count = 0;
	arena_init(&r.a, DOCUMENT_BYTES);
	for (int row = 0; row < count; row++) {
		if (db_get_int(rows, row, COL_FIRST) != 0) {
			arena_done(&r.a);
			r = (struct release){ .row = row };
			arena_init(&r.a, DOCUMENT_BYTES);
		}
		look_at(s, &r, rows, row);
	}
	arena_done(&r.a);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void on_read(struct db_call *call, const struct db_answer *a)
{
	struct sampler *s = container_of(call, struct sampler, base.call);
	const struct db_rows *rows;

	if (!follower_is_good(&s->base, a))
		return;
	rows = a->results[0];
	if (db_row_count(rows) == 0 || db_get_int(rows, 0, COL_UPTO) <= db_get_int(rows, 0, COL_FROM)) {
		follower_rest(&s->base, false);
		return;
	}
	draw_all(s, rows);
	write_step(s, rows);
}

/* Without the secret nothing can be drawn: then it waits where it is. */
static void begin(struct follower *f)
{
	struct sampler *s = container_of(f, struct sampler, base);

	if (f->deps.payer_key.len == 0) {
		follower_rest(f, false);
		return;
	}
	s->read[0] = db_i32(&f->arena, f->conf.batch);
	follower_ask(f, &read_stmt, s->read, on_read);
}

const struct follower_kind sampler_kind = {
	.what = "samples of what was released",
	.put_off_event = "samples.put_off",
	.bytes = sizeof(struct sampler),
	.step_bytes = (size_t)64 << 20,
	.stands_back = true,
	.begin = begin,
};
