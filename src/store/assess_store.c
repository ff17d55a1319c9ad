/*
 * What a judgement reads, for a batch of declarations: their rows, deliveries and receipts in one trip, then the filings that
 * are not in memory; and what the sweep finds. What a judgement writes is in assess_write.c.
 */
#include "store/assess_store.h"

/* Each asked one by one through its key: offset 0 keeps the planner from turning it into a join over whole tables, which
 * is what it thinks best while they are small. */
#define WANTED      "unnest($1::smallint[], $2::uuid[]) with ordinality as w(bucket, id, place)"
#define DECLARATION "cross join lateral (select * from declaration k where k.bucket = w.bucket and k.id = w.id offset 0) d"

/*
 * A waybill that waits under its own number counts too when its order number is that of exactly one declaration: until an
 * inventory names it, it shows that the goods flow is there.
 */
static const struct db_stmt load_declarations = {
	.name = "assess_declarations",
	.sql =
	"select w.place, d.platform_code, d.order_no, d.opened_at, d.seq, d.judged_inputs, cardinality(d.filing_ids), d.waybill_taken, d.verdict,"
	"  d.state, d.version, d.basis, d.wait_until, d.direction, d.trade_mode, d.missing::text, d.filing_ids,"
	"  case when d.verdict <> 'MATCHED' then ("
	"    select array_agg(f) from link k cross join lateral unnest(k.filing_ids) as f"
	"    where k.order_no = d.order_no and k.declaration_id is null and (select count(*) from declaration o where o.order_no = d.order_no) = 1) end"
	" from " WANTED " " DECLARATION " order by w.place",
	.param_count = 2,
};

static const struct db_stmt load_filings = {
	.name = "assess_filings",
	.sql =
	"select w.place, f.id, f.kind, f.action, f.revision, f.business_key, f.received_at, f.document"
	" from " WANTED " cross join lateral (select * from filing k where k.bucket = w.bucket and k.id = w.id offset 0) f",
	.param_count = 2,
};

static const struct db_stmt load_deliveries = {
	.name = "assess_deliveries",
	.sql =
	"select w.place, v.authority, v.version, v.state, v.attempts, v.outcome, v.outcome_at,"
	"  v.state = 'due' and v.listed is null and v.lease_until < now(), v.withdrawal, v.reference, v.return_filing"
	" from " WANTED " cross join lateral (select * from delivery k where k.bucket = w.bucket and k.declaration_id = w.id offset 0) v"
	" order by w.place, v.authority, v.version",
	.param_count = 2,
};

static const struct db_stmt load_receipts = {
	.name = "assess_receipts",
	.sql =
	"select w.place, r.authority, r.version, r.outcome, r.at, r.given_by"
	" from " WANTED " cross join lateral (select * from authority_receipt k where k.bucket = w.bucket and k.declaration_id = w.id offset 0) r order by w.place",
	.param_count = 2,
};

static const struct db_stmt attested = {
	.name = "assess_attested",
	.sql =
	"select w.place from unnest($1::bytea[]) with ordinality as w(hash, place)"
	" where exists (select 1 from identity_attestation t where t.identity_hash = w.hash and t.attested_at <= $2::timestamptz"
	"   and (t.valid_to is null or t.valid_to > $2::timestamptz))",
	.param_count = 2,
};

const struct db_stmt assess_store_due = {
	.name = "assess_due",
	.sql =
	"update todo t set lease_until = now() + $2::integer * interval '1 second'"
	" from (select bucket, declaration_id from todo where due_at <= $1::timestamptz and lease_until < now()"
	"   order by due_at limit $3::integer for update skip locked) x"
	" where t.bucket = x.bucket and t.declaration_id = x.declaration_id returning t.declaration_id",
	.param_count = 3,
	.flags = DB_WRITES,
};

const struct db_stmt assess_store_left = {
	.name = "assess_left",
	.sql =
	"update work k set lease_until = now() + $1::integer * interval '1 second'"
	" from (select bucket, id from work where lease_until < now() order by bucket, id limit $2::integer for update skip locked) x"
	" where k.bucket = x.bucket and k.id = x.id returning k.id, k.declaration_ids",
	.param_count = 2,
	.flags = DB_WRITES,
};

const struct db_stmt assess_store_done = {
	.name = "assess_done",
	.sql = "delete from work k using unnest($1::smallint[], $2::uuid[]) as x(bucket, id) where k.bucket = x.bucket and k.id = x.id",
	.param_count = 2,
	.flags = DB_WRITES,
};

const struct db_stmt assess_store_serial = { .name = "assess_serial", .sql = "select nextval('pre_entry_serial')", .flags = DB_WRITES };

void assess_store_put_ids(struct db_param out[2], struct arena *a, const struct id *ids, int count)
{
	struct db_array buckets, keys;

	db_array_begin(&buckets, a, DB_KIND_I16, count, 8 * (size_t)count);
	db_array_begin(&keys, a, DB_KIND_UUID, count, 24 * (size_t)count);
	for (int i = 0; i < count; i++) {
		db_array_i64(&buckets, id_bucket(&ids[i]));
		db_array_id(&keys, &ids[i]);
	}
	out[0] = db_array_end(&buckets);
	out[1] = db_array_end(&keys);
}

void assess_store_load(struct assess_load *l, struct arena *a, const struct id *ids, int count, struct db_call *call)
{
	assess_store_put_ids(l->params, a, ids, count);
	db_call_init(call);
	db_call_add(call, &load_declarations, l->params);
	db_call_add(call, &load_deliveries, l->params);
	db_call_add(call, &load_receipts, l->params);
}

void assess_store_filings(struct assess_load *l, struct arena *a, const struct id *filings, int count, struct db_call *call)
{
	assess_store_put_ids(l->params, a, filings, count);
	db_call_init(call);
	db_call_add(call, &load_filings, l->params);
}

void assess_store_attested(struct attested_query *q, struct arena *a, const struct identity_hash *hashes, int count, int64_t now_us, struct db_call *call)
{
	struct db_array x;

	db_array_begin(&x, a, DB_KIND_BYTEA, count, 40 * (size_t)count);
	for (int i = 0; i < count; i++)
		db_array_text(&x, identity_hash_bytes(&hashes[i]));
	q->params[0] = db_array_end(&x);
	q->params[1] = db_time(a, now_us);
	db_call_init(call);
	db_call_add(call, &attested, q->params);
}
