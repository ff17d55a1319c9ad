/*
 * The traces of a batch and what came before it: ten statements, one trip, one transaction.
 *
 *   lock ─► traces written ─► which of them were cleared ─► trades of the same buyers ─► counts at addresses, telephones, accounts, shops ─► prices ─► credit ─► sampling ─► registered goods
 *
 * One batch at a time, over all daemons: of two trades of one buyer in two batches the later one sees the earlier. The lock lasts for
 * milliseconds, because its transaction does not wait for the disk: the judgement that follows does, and what was written before it is
 * on the disk by then.
 */
#include "store/risk_store.h"

#include <stdlib.h>

#include "base/clock.h"
#include "store/assess_store.h"

#define LATE_US (7 * US_PER_DAY) /* so much before it was paid a trade may have been opened here */

static const struct db_stmt lock = {
	.name = "risk_lock",
	.sql = "select set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(7236021)",
};

/* $1 to $12 a column each. A revision takes the place of what it revises. */
static const struct db_stmt trace = {
	.name = "risk_trace_put",
	.sql =
	"insert into risk_trace as t (bucket, id, opened_at, at, buyer, registration, address, phone, account, shop, total_fen, goods)"
	" select * from unnest($1::smallint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],"
	"   $9::bigint[], $10::bigint[], $11::bigint[], $12::bytea[])"
	" on conflict (bucket, id, opened_at) do update set at = excluded.at, buyer = excluded.buyer, registration = excluded.registration,"
	"   address = excluded.address, phone = excluded.phone, account = excluded.account, shop = excluded.shop, total_fen = excluded.total_fen,"
	"   goods = excluded.goods, withdrawn = false, cleared = false"
	" where (t.at, t.buyer, t.registration, t.address, t.phone, t.account, t.shop, t.total_fen, t.goods, t.withdrawn) is distinct from"
	"   (excluded.at, excluded.buyer, excluded.registration, excluded.address, excluded.phone, excluded.account, excluded.shop, excluded.total_fen,"
	"   excluded.goods, false)",
	.param_count = RISK_TRACE_PARAMS,
	.flags = DB_WRITES,
};

/* Of those just written: which a review let go as they are. */
static const struct db_stmt cleared = {
	.name = "risk_cleared",
	.sql =
	"select w.place from unnest($1::uuid[], $2::timestamptz[]) with ordinality as w(id, opened_at, place)"
	" cross join lateral (select from risk_trace t where t.id = w.id and t.opened_at = w.opened_at and t.cleared offset 0) t",
	.param_count = 2,
};

#define KNOWN(from, to) " and not t.withdrawn and t.opened_at between " from "::timestamptz and " to "::timestamptz"

/* $1 declarations, $2 buyers, $3 since, $4 until; $5 $6 opened between; $7 how many of each */
static const struct db_stmt buyers = {
	.name = "risk_buyers",
	.sql =
	"select w.place, b.at, b.registration, b.total_fen, b.goods"
	" from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::timestamptz[]) with ordinality as w(id, buyer, since, at, place)"
	" cross join lateral ("
	"  select t.at, t.registration, t.total_fen, t.goods from risk_trace t"
	"  where t.buyer = w.buyer and t.at > w.since and t.at <= w.at and t.id <> w.id" KNOWN("$5", "$6")
	"  order by t.at desc limit $7::integer) b"
	" order by w.place, b.at desc",
	.param_count = RISK_BUYER_PARAMS,
};

/* How many buyers share what stands under a key: of at most five hundred trades. */
#define SHARED(column) \
	"(select count(distinct x.buyer)::integer as n from (select t.buyer from risk_trace t where t." column " = w." column \
	" and t.at > w." column "_since and t.at <= w.at" KNOWN("$11", "$12") " limit 500) x)"

/*
 * $1 until, then key and since of address, telephone, account and shop; $10 who pays for himself; $11 $12 opened between; $13 how many orders of a shop,
 * $14 opened since then: its window is short, and the month before this one need not be searched for it
 */
static const struct db_stmt counts = {
	.name = "risk_counts",
	.sql =
	"select w.place, a.n, p.n, k.n, s.n"
	" from unnest($1::timestamptz[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::timestamptz[], $6::bigint[], $7::timestamptz[], $8::bigint[],"
	"  $9::timestamptz[], $10::boolean[]) with ordinality"
	"  as w(at, address, address_since, phone, phone_since, account, account_since, shop, shop_since, pays_for_himself, place)"
	" cross join lateral " SHARED("address") " a"
	" cross join lateral " SHARED("phone") " p"
	" cross join lateral ("
	"  select x.n + case when w.pays_for_himself then 1 else exists (select from risk_trace t where t.buyer = w.account and t.at > w.account_since"
	"    and t.at <= w.at" KNOWN("$11", "$12") ")::integer end as n from " SHARED("account") " x) k"
	" cross join lateral ("
	"  select count(*)::integer as n from (select from risk_trace t where t.shop = w.shop and t.at > w.shop_since and t.at <= w.at" KNOWN("$14", "$12")
	"   limit $13::integer) x) s"
	" where a.n > 1 or p.n > 1 or k.n > 1 or s.n > 1",
	.param_count = RISK_COUNT_PARAMS,
};

static const struct db_stmt prices = {
	.name = "risk_prices",
	.sql =
	"select p.* from unnest($1::bigint[]) as w(goods)"
	" cross join lateral (select p.goods, p.released, p.median_fen from risk_price p where p.goods = w.goods offset 0) p"
	" order by p.goods",
	.param_count = 1,
};

static const struct db_stmt standings = {
	.name = "risk_standings",
	.sql =
	"select p.*, o.value from unnest($1::text[]) as w(code)"
	" cross join lateral (select p.code, p.level, p.barred from credit_place p where p.code = w.code offset 0) p"
	" left join lateral ("
	"  select o.value from credit_outside o where o.code = w.code and o.what = 'quality_ability' and o.begins_on <= date '1970-01-01' + $2::integer"
	"   and (o.ends_on is null or o.ends_on > date '1970-01-01' + $2::integer) order by o.begins_on desc, o.recorded_at desc, o.id desc limit 1) o on true",
	.param_count = 2,
};

/* $1 merchants, $2 the day */
static const struct db_stmt steps = {
	.name = "risk_steps",
	.sql =
	"select s.code, s.goods_class, s.steps from unnest($1::text[]) as w(code)"
	" cross join lateral (select s.code, s.goods_class, risk_step_on(s, date '1970-01-01' + $2::integer) as steps from risk_step s"
	"  where s.code = w.code offset 0) s"
	" where s.steps <> 0",
	.param_count = 2,
};

/* Lines of registered merchants: $1 whose trade's, $2 enterprise, $3 item, $4 commodity code. What is withdrawn, or was never registered, differs from nothing. */
static const struct db_stmt filed = {
	.name = "risk_filed",
	.sql =
	"select distinct w.place from unnest($1::integer[], $2::integer[], $3::text[], $4::text[]) as w(place, enterprise, item, hs)"
	" cross join lateral (select g.hs_code, g.withdrawn from goods_version g where g.enterprise_id = w.enterprise and g.item_no = w.item"
	"  order by g.version desc limit 1) g"
	" where not g.withdrawn and g.hs_code <> w.hs",
	.param_count = RISK_FILED_PARAMS,
};

/* $1 since, $2 how many matter */
static const struct db_stmt inspected = {
	.name = "risk_inspected",
	.sql =
	"select count(*)::integer from (select from decision c where c.decided_at > $1::timestamptz"
	"  and position('\"action\":\"inspect\"'::bytea in c.risk) > 0 limit $2::integer) x",
	.param_count = 2,
};

/* Only while it is withdrawn: whoever files again has another trace soon. */
static const struct db_stmt withdraw = {
	.name = "risk_withdraw",
	.sql =
	"update risk_trace t set withdrawn = true from unnest($1::smallint[], $2::uuid[]) as x(bucket, id)"
	" cross join lateral (select d.opened_at, d.state from declaration d where d.bucket = x.bucket and d.id = x.id offset 0) d"
	" where d.state = 'withdrawn' and t.bucket = x.bucket and t.id = x.id and t.opened_at = d.opened_at and not t.withdrawn",
	.param_count = 2,
	.flags = DB_WRITES,
};

static const enum db_kind trace_kinds[RISK_TRACE_PARAMS] = { DB_KIND_I16, DB_KIND_UUID, DB_KIND_TIME, DB_KIND_TIME, DB_KIND_I64, DB_KIND_I64, DB_KIND_I64,
	DB_KIND_I64, DB_KIND_I64, DB_KIND_I64, DB_KIND_I64, DB_KIND_BYTEA };
enum { COUNT_ARRAYS = 10 };
static const enum db_kind count_kinds[COUNT_ARRAYS] = { DB_KIND_TIME, DB_KIND_I64, DB_KIND_TIME, DB_KIND_I64, DB_KIND_TIME, DB_KIND_I64, DB_KIND_TIME, DB_KIND_I64,
	DB_KIND_TIME, DB_KIND_BOOL };

static void put_hash(struct db_array *x, int64_t hash)
{
	if (hash == 0)
		db_array_null(x);
	else
		db_array_i64(x, hash);
}

static void begin(struct db_array *x, struct arena *a, const enum db_kind *kinds, int columns, int count)
{
	for (int i = 0; i < columns; i++)
		db_array_begin(&x[i], a, kinds[i], count, (kinds[i] == DB_KIND_BYTEA ? 100 : 24) * (size_t)count);
}

static void put_traces(struct risk_query *q, struct arena *a, const struct risk_weighed *list, int count)
{
	struct db_array x[RISK_TRACE_PARAMS];

	begin(x, a, trace_kinds, RISK_TRACE_PARAMS, count);
	for (int i = 0; i < count; i++) {
		const struct risk_trace *t = &list[i].trace;
		const int64_t hashes[] = { t->buyer, t->registration, t->address, t->phone, t->account };

		db_array_i64(&x[0], id_bucket(&list[i].declaration));
		db_array_id(&x[1], &list[i].declaration);
		db_array_i64(&x[2], list[i].opened_us);
		db_array_i64(&x[3], t->at_us);
		for (size_t k = 0; k < COUNTOF(hashes); k++)
			put_hash(&x[4 + k], hashes[k]);
		db_array_i64(&x[9], t->shop);
		db_array_i64(&x[10], t->total_fen);
		db_array_text(&x[11], t->goods);
	}
	for (int i = 0; i < RISK_TRACE_PARAMS; i++)
		q->traces[i] = db_array_end(&x[i]);
}

/* A key, and since when trades under it count; a rule that is off asks about none. */
static void put_key(struct db_array *key, struct db_array *since, int64_t hash, int64_t at_us, int window_s)
{
	put_hash(key, window_s == 0 ? 0 : hash);
	db_array_i64(since, at_us - window_s * US_PER_S);
}

static void put_counts(struct risk_query *q, struct arena *a, const struct risk_weighed *list, int count)
{
	struct db_array x[COUNT_ARRAYS];

	begin(x, a, count_kinds, COUNT_ARRAYS, count);
	for (int i = 0; i < count; i++) {
		const struct risk_trace *t = &list[i].trace;
		const struct risk_day *d = list[i].day;

		db_array_i64(&x[0], t->at_us);
		put_key(&x[1], &x[2], t->address, t->at_us, risk_day_window(d, "R-ORD-02"));
		put_key(&x[3], &x[4], t->phone, t->at_us, risk_day_window(d, "R-ORD-03"));
		put_key(&x[5], &x[6], t->account != 0 ? t->account : t->buyer, t->at_us, risk_day_window(d, "R-PAY-03"));
		put_key(&x[7], &x[8], t->shop, t->at_us, risk_day_window(d, "R-ORD-08"));
		db_array_i64(&x[9], t->account == 0);
	}
	for (int i = 0; i < COUNT_ARRAYS; i++)
		q->counts[i] = db_array_end(&x[i]);
}

static void put_buyers(struct risk_query *q, struct arena *a, const struct risk_weighed *list, int count)
{
	struct db_array keys, since;

	db_array_begin(&keys, a, DB_KIND_I64, count, 24 * (size_t)count);
	db_array_begin(&since, a, DB_KIND_TIME, count, 24 * (size_t)count);
	for (int i = 0; i < count; i++)
		put_key(&keys, &since, list[i].trace.buyer, list[i].trace.at_us, risk_buyer_window(list[i].day));
	q->buyers[0] = q->traces[1];
	q->buyers[1] = db_array_end(&keys);
	q->buyers[2] = db_array_end(&since);
	q->buyers[3] = q->traces[3];
}

static int by_number(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

/* Each goods once. */
static void put_prices(struct risk_query *q, struct arena *a, const struct risk_weighed *list, int count)
{
	int lines = 0, n = 0;
	struct db_array x;
	int64_t *skus;

	for (int i = 0; i < count; i++)
		lines += risk_goods_count(list[i].trace.goods);
	skus = arena_alloc(a, sizeof(*skus) * (size_t)(lines + 1));
	if (skus == NULL)
		return;
	lines = 0;
	for (int i = 0; i < count; i++)
		for (int k = 0; k < risk_goods_count(list[i].trace.goods); k++)
			skus[lines++] = risk_goods_get(list[i].trace.goods, k).sku;
	qsort(skus, (size_t)lines, sizeof(*skus), by_number);
	for (int i = 0; i < lines; i++)
		if (n == 0 || skus[n - 1] != skus[i])
			skus[n++] = skus[i];
	db_array_begin(&x, a, DB_KIND_I64, n, 16 * (size_t)n);
	for (int i = 0; i < n; i++)
		db_array_i64(&x, skus[i]);
	q->prices[0] = db_array_end(&x);
}

static bool is_named_before(const struct risk_weighed *list, int at)
{
	for (int i = at - 1; i >= 0; i--)
		if (text_eq(list[i].merchant, list[at].merchant))
			return true;
	return false;
}

static void put_standings(struct risk_query *q, struct arena *a, const struct risk_weighed *list, int count)
{
	struct db_array x;
	int n = 0;

	for (int i = 0; i < count; i++)
		n += !is_named_before(list, i);
	db_array_begin(&x, a, DB_KIND_TEXT, n, 32 * (size_t)n);
	for (int i = 0; i < count; i++)
		if (!is_named_before(list, i))
			db_array_text(&x, list[i].merchant);
	q->standings[0] = db_array_end(&x);
}

static void put_filed(struct risk_query *q, struct arena *a, const struct risk_weighed *list, int count)
{
	static const enum db_kind kinds[RISK_FILED_PARAMS] = { DB_KIND_I32, DB_KIND_I32, DB_KIND_TEXT, DB_KIND_TEXT };
	struct db_array x[RISK_FILED_PARAMS];
	int lines = 0;

	for (int i = 0; i < count; i++)
		lines += list[i].enterprise == 0 ? 0 : list[i].inventory->line_count;
	begin(x, a, kinds, RISK_FILED_PARAMS, lines);
	for (int i = 0; i < count; i++)
		for (int line = 0; list[i].enterprise != 0 && line < list[i].inventory->line_count; line++) {
			db_array_i64(&x[0], i + 1);
			db_array_i64(&x[1], list[i].enterprise);
			db_array_text(&x[2], document_line_get(list[i].inventory, line, F_ITEM_NO));
			db_array_text(&x[3], document_line_get(list[i].inventory, line, F_HS_CODE));
		}
	for (int i = 0; i < RISK_FILED_PARAMS; i++)
		q->filed[i] = db_array_end(&x[i]);
}

/* No more are counted than any of the trades' days asks about. */
static int most_inspected(const struct risk_weighed *list, int count)
{
	int most = 0;

	for (int i = 0; i < count; i++)
		if (list[i].day->sampling.inspections_an_hour > most)
			most = list[i].day->sampling.inspections_an_hour;
	return most;
}

static int64_t earlier(int64_t a_us, int64_t b_us)
{
	return a_us < b_us ? a_us : b_us;
}

void risk_store_weigh(struct risk_query *q, struct arena *a, const struct risk_weighed *list, int count, bool counts_inspected, int64_t now_us,
                      struct db_call *call)
{
	int64_t first_us = now_us, shop_us = now_us;

	for (int i = 0; i < count; i++) {
		first_us = earlier(first_us, list[i].trace.at_us - risk_day_longest(list[i].day) * US_PER_S);
		shop_us = earlier(shop_us, list[i].trace.at_us - risk_day_window(list[i].day, "R-ORD-08") * US_PER_S);
	}
	put_traces(q, a, list, count);
	put_buyers(q, a, list, count);
	put_counts(q, a, list, count);
	put_prices(q, a, list, count);
	put_standings(q, a, list, count);
	put_filed(q, a, list, count);
	q->standings[1] = q->steps[1] = db_i32(a, clock_day(now_us));
	q->steps[0] = q->standings[0];
	q->inspected[0] = db_time(a, now_us - US_PER_HOUR);
	q->inspected[1] = db_i32(a, most_inspected(list, count));
	q->cleared[0] = q->traces[1];
	q->cleared[1] = q->traces[2];
	q->buyers[4] = q->counts[10] = db_time(a, first_us - LATE_US);
	q->buyers[5] = q->counts[11] = db_time(a, now_us);
	q->buyers[6] = db_i32(a, RISK_SEEN_MAX);
	q->counts[12] = db_i32(a, 1000);
	q->counts[13] = db_time(a, shop_us - LATE_US);
	db_call_init(call);
	db_call_add(call, &lock, NULL);
	db_call_add(call, &trace, q->traces);
	db_call_add(call, &cleared, q->cleared);
	db_call_add(call, &buyers, q->buyers);
	db_call_add(call, &counts, q->counts);
	db_call_add(call, &prices, q->prices);
	db_call_add(call, &standings, q->standings);
	db_call_add(call, &steps, q->steps);
	db_call_add(call, &filed, q->filed);
	if (counts_inspected)
		db_call_add(call, &inspected, q->inspected);
}

void risk_store_withdraw(struct risk_withdrawal *w, struct arena *a, const struct id *declarations, int count, struct db_call *call)
{
	assess_store_put_ids(w->params, a, declarations, count);
	db_call_add(call, &withdraw, w->params);
}
