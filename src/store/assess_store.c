/*
 * The statements of judging.
 *
 * load reads, for a batch of declarations, their rows, the filings (only where the match must be judged again),
 * the deliveries and the authorities' receipts. write stores all that follows from them in one statement, guarded by
 * the seq and version that were read: who lost the race changes nothing and judges again.
 */
#include "store/assess_store.h"

#include <assert.h>

/* Each asked one by one through its key: offset 0 keeps the planner from turning it into a join over whole tables, which
 * is what it thinks best while they are small. */
#define WANTED      "unnest($1::smallint[], $2::uuid[]) with ordinality as w(bucket, id, place)"
#define DECLARATION "cross join lateral (select * from declaration k where k.bucket = w.bucket and k.id = w.id offset 0) d"

static const struct db_stmt load_declarations = {
	.name = "assess_declarations",
	.sql =
	"select w.place, d.platform_code, d.order_no, d.opened_at, d.seq, d.judged_inputs, cardinality(d.filing_ids), d.waybill_taken, d.verdict,"
	"  d.state, d.version, d.basis, d.wait_until, d.direction, d.trade_mode, d.missing::text"
	" from " WANTED " " DECLARATION " order by w.place",
	.param_count = 2,
};

/*
 * A waybill that waits under its own number counts here too when its order number is that of exactly one platform:
 * until an inventory names it, it shows that the goods flow is there.
 */
static const struct db_stmt load_filings = {
	.name = "assess_filings",
	.sql =
	"select x.place, f.id, f.kind, f.action, f.revision, f.business_key, f.received_at, f.document from ("
	"  select y.place, y.filing_id, id_bucket(y.filing_id) as bucket from ("
	"    select w.place, unnest(d.filing_ids) as filing_id from " WANTED " " DECLARATION
	"     where d.judged_inputs <> cardinality(d.filing_ids) or d.verdict <> 'MATCHED'"
	"    union"
	"    select w.place, unnest(l.filing_ids) from " WANTED " " DECLARATION
	"     cross join lateral (select k.filing_ids from link k where k.order_no = d.order_no and k.declaration_id is null offset 0) l"
	"     where d.verdict <> 'MATCHED' and (select count(*) from declaration o where o.order_no = d.order_no) = 1"
	"  ) y offset 0"
	" ) x cross join lateral (select * from filing k where k.bucket = x.bucket and k.id = x.filing_id offset 0) f order by x.place, f.id",
	.param_count = 2,
};

static const struct db_stmt load_deliveries = {
	.name = "assess_deliveries",
	.sql =
	"select w.place, v.authority, v.version, v.state, v.attempts, v.outcome, v.outcome_at"
	" from " WANTED " cross join lateral (select * from delivery k where k.bucket = w.bucket and k.declaration_id = w.id offset 0) v"
	" order by w.place, v.authority, v.version",
	.param_count = 2,
};

static const struct db_stmt load_receipts = {
	.name = "assess_receipts",
	.sql =
	"select w.place, r.authority, r.version, r.outcome, r.at"
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

static const struct db_stmt write_all = {
	.name = "assess_write",
	.sql =
	"with j as materialized ("
	"  select * from unnest($1::smallint[], $2::uuid[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],"
	"    $10::integer[], $11::bytea[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::uuid[], $16::text[], $17::text[], $18::text[],"
	"    $19::bytea[], $40::boolean[], $41::bytea[], $42::integer[]) as j(bucket, id, seq, inputs, direction, trade_mode, verdict, missing, state, version, basis,"
	"    wait_until, released_at, todo_at, decision, stage, rule_rows, filings, reasons, drop_todo, asks_identity, version_read)),"
	" u as ("
	"  update declaration d set judged_seq = j.seq, judged_inputs = j.inputs, direction = coalesce(j.direction, d.direction),"
	"    trade_mode = coalesce(j.trade_mode, d.trade_mode), verdict = j.verdict, missing = j.missing::text[], state = j.state, version = j.version,"
	"    asks_identity = case when j.stage = 'match' then j.asks_identity else d.asks_identity end, basis = coalesce(j.basis, d.basis), wait_until = j.wait_until, released_at = coalesce(d.released_at, j.released_at),"
	"    changed_at = case when d.state is distinct from j.state or d.verdict is distinct from j.verdict then $20::timestamptz else d.changed_at end"
	"  from j where d.bucket = j.bucket and d.id = j.id and d.seq = j.seq and d.version = j.version_read returning d.bucket, d.id),"
	" k as materialized (select j.* from j join u on u.id = j.id),"
	" c as ("
	"  insert into decision (bucket, id, declaration_id, stage, decided_at, seq, outcome, state, version, rule_rows, inputs, reasons, actor)"
	"  select bucket, decision, id, stage, $20::timestamptz, seq, verdict, state, version, rule_rows::integer[], filings::uuid[], reasons, 'tongguand'"
	"  from k where decision is not null),"
	" t as (delete from todo t using k where k.drop_todo and t.bucket = k.bucket and t.declaration_id = k.id),"
	" s as ("
	"  insert into todo as t (bucket, declaration_id, due_at, lease_until) select bucket, id, todo_at, '-infinity' from k where todo_at is not null"
	"  on conflict (bucket, declaration_id) do update set due_at = excluded.due_at, lease_until = excluded.lease_until),"
	" vi as ("
	"  insert into delivery (bucket, declaration_id, authority, version, message_id, reference, state, due_at, lease, lease_until, created_at)"
	"  select x.bucket, x.declaration_id, x.authority, x.version, x.message_id, x.reference, x.state, $20::timestamptz, x.lease,"
	"    case when x.lease is null then null else now() + $31::integer * interval '1 second' end, $20::timestamptz"
	"  from unnest($21::smallint[], $22::uuid[], $23::text[], $24::integer[], $25::uuid[], $26::text[], $27::text[], $28::uuid[])"
	"    as x(bucket, declaration_id, authority, version, message_id, reference, state, lease) join u on u.id = x.declaration_id),"
	" vd as ("
	"  insert into delivery_document (bucket, message_id, created_at, content_type, body)"
	"  select u.bucket, x.message_id, $20::timestamptz, x.content_type, x.body"
	"  from unnest($22::uuid[], $25::uuid[], $29::text[], $30::bytea[]) as x(declaration_id, message_id, content_type, body) join u on u.id = x.declaration_id),"
	" p as materialized ("
	"  select x.* from unnest($32::smallint[], $33::uuid[], $34::text[], $35::integer[], $36::text[], $37::timestamptz[], $38::boolean[], $39::boolean[])"
	"    as x(bucket, declaration_id, authority, version, outcome, outcome_at, go, contradicted) join k on k.id = x.declaration_id),"
	" pu as ("
	"  update delivery d set outcome = p.outcome, outcome_at = p.outcome_at,"
	/* an answer is the proof that it was handed over: its attempt recorded nothing else */
	"    state = case when p.go and d.state = 'waiting' then 'due' when p.outcome <> 'none' and d.state = 'due' then 'sent' else d.state end,"
	"    attempts = d.attempts + case when p.outcome <> 'none' and d.state = 'due' then 1 else 0 end,"
	"    sent_at = case when p.outcome <> 'none' and d.state = 'due' then $20::timestamptz else d.sent_at end,"
	"    lease = case when p.outcome <> 'none' then null else d.lease end,"
	"    due_at = case when p.go and d.state = 'waiting' then $20::timestamptz else d.due_at end"
	"  from p where d.bucket = p.bucket and d.declaration_id = p.declaration_id and d.authority = p.authority and d.version = p.version),"
	" e as ("
	"  insert into case_file (bucket, declaration_id, authority, version, opened_at, reason)"
	"  select bucket, declaration_id, authority, version, $20::timestamptz, 'an answer contradicts a final one' from p where contradicted"
	"  on conflict do nothing)"
	" select id from k",
	.param_count = ASSESS_WRITE_PARAMS,
	.flags = DB_WRITES,
};

void assess_store_load(struct assess_load *l, struct arena *a, const struct id *ids, int count, struct db_call *call)
{
	static const struct db_stmt *const stmts[] = { &load_declarations, &load_filings, &load_deliveries, &load_receipts };
	struct db_array buckets, keys;

	db_array_begin(&buckets, a, DB_KIND_I16, count, 8 * (size_t)count);
	db_array_begin(&keys, a, DB_KIND_UUID, count, 24 * (size_t)count);
	for (int i = 0; i < count; i++) {
		db_array_i64(&buckets, id_bucket(&ids[i]));
		db_array_id(&keys, &ids[i]);
	}
	l->params[0] = db_array_end(&buckets);
	l->params[1] = db_array_end(&keys);
	db_call_init(call);
	for (size_t i = 0; i < COUNTOF(stmts); i++)
		db_call_add(call, stmts[i], l->params);
}

void assess_store_attested(struct attested_query *q, struct arena *a, const struct sha256 *hashes, int count, int64_t now_us, struct db_call *call)
{
	struct db_array x;

	db_array_begin(&x, a, DB_KIND_BYTEA, count, 40 * (size_t)count);
	for (int i = 0; i < count; i++)
		db_array_bytes(&x, hashes[i].b, sizeof(hashes[i].b));
	q->params[0] = db_array_end(&x);
	q->params[1] = db_time(a, now_us);
	db_call_init(call);
	db_call_add(call, &attested, q->params);
}

/* --- write: parameters -------------------------------------------------------------------------------------------- */

static void put_time(struct db_array *x, int64_t us)
{
	if (us == INT64_MIN)
		db_array_null(x);
	else
		db_array_i64(x, us);
}

static void put_judgement(struct db_array *x, const struct judgement *j)
{
	db_array_i64(&x[0], id_bucket(&j->declaration));
	db_array_id(&x[1], &j->declaration);
	db_array_i64(&x[2], j->seq);
	db_array_i64(&x[3], j->inputs);
	db_array_text(&x[4], j->direction);
	db_array_text(&x[5], j->trade_mode);
	db_array_text(&x[6], text_of(j->verdict));
	db_array_text(&x[7], j->missing);
	db_array_text(&x[8], text_of(state_name(j->state)));
	db_array_i64(&x[9], j->version);
	db_array_text(&x[10], j->basis);
	put_time(&x[11], j->wait_until_us);
	put_time(&x[12], j->released_us);
	put_time(&x[13], j->todo_us);
	db_array_id(&x[14], j->has_decision ? &j->decision : NULL);
	db_array_text(&x[15], text_of(j->stage));
	db_array_text(&x[16], j->rule_rows);
	db_array_text(&x[17], j->filings);
	db_array_text(&x[18], j->reasons);
	db_array_i64(&x[19], j->drop_todo);
	db_array_text(&x[20], j->asks_identity);
	db_array_i64(&x[21], j->version_read);
}

static void put_delivery(struct db_array *x, const struct new_delivery *v)
{
	db_array_i64(&x[0], id_bucket(&v->declaration));
	db_array_id(&x[1], &v->declaration);
	db_array_text(&x[2], text_of(authority_code(v->authority)));
	db_array_i64(&x[3], v->version);
	db_array_id(&x[4], &v->message_id);
	db_array_text(&x[5], v->reference);
	db_array_text(&x[6], text_of(delivery_state_name(v->state)));
	db_array_id(&x[7], id_is_null(&v->lease) ? NULL : &v->lease);
	db_array_text(&x[8], text_of(v->content_type));
	db_array_bytes(&x[9], v->body.at, v->body.len);
}

static void put_change(struct db_array *x, const struct part_change *c)
{
	db_array_i64(&x[0], id_bucket(&c->declaration));
	db_array_id(&x[1], &c->declaration);
	db_array_text(&x[2], text_of(authority_code(c->authority)));
	db_array_i64(&x[3], c->version);
	db_array_text(&x[4], text_of(outcome_name(c->outcome)));
	put_time(&x[5], c->outcome_us);
	db_array_i64(&x[6], c->go);
	db_array_i64(&x[7], c->contradicted);
}

#define S DB_KIND_TEXT
static const enum db_kind judgement_kinds[22] = { DB_KIND_I16, DB_KIND_UUID, DB_KIND_I32, DB_KIND_I32, S, S, S, S, S, DB_KIND_I32, DB_KIND_BYTEA,
	DB_KIND_TIME, DB_KIND_TIME, DB_KIND_TIME, DB_KIND_UUID, S, S, S, DB_KIND_BYTEA, DB_KIND_BOOL, DB_KIND_BYTEA, DB_KIND_I32 };
static const enum db_kind delivery_kinds[10] = { DB_KIND_I16, DB_KIND_UUID, S, DB_KIND_I32, DB_KIND_UUID, S, S, DB_KIND_UUID, S, DB_KIND_BYTEA };
static const enum db_kind change_kinds[8] = { DB_KIND_I16, DB_KIND_UUID, S, DB_KIND_I32, S, DB_KIND_TIME, DB_KIND_BOOL, DB_KIND_BOOL };
#undef S

static void begin(struct db_array *x, struct arena *a, const enum db_kind *kinds, int columns, int count)
{
	for (int i = 0; i < columns; i++)
		db_array_begin(&x[i], a, kinds[i], count, (kinds[i] == DB_KIND_BYTEA ? 512 : 40) * (size_t)count);
}

static void end(struct db_array *x, struct db_param *out, int columns)
{
	for (int i = 0; i < columns; i++)
		out[i] = db_array_end(&x[i]);
}

void assess_store_write(struct assess_write *w, struct arena *a, struct db_call *call)
{
	struct db_array x[22];

	begin(x, a, judgement_kinds, 22, w->judgement_count);
	for (int i = 0; i < w->judgement_count; i++)
		put_judgement(x, &w->judgements[i]);
	end(x, w->params, 19);
	end(x + 19, w->params + 39, 3);
	w->params[19] = db_time(a, w->now_us);
	begin(x, a, delivery_kinds, 10, w->delivery_count);
	for (int i = 0; i < w->delivery_count; i++)
		put_delivery(x, &w->deliveries[i]);
	end(x, w->params + 20, 10);
	w->params[30] = db_i32(a, w->lease_s);
	begin(x, a, change_kinds, 8, w->change_count);
	for (int i = 0; i < w->change_count; i++)
		put_change(x, &w->changes[i]);
	end(x, w->params + 31, 8);
	db_call_init(call);
	db_call_add(call, &write_all, w->params);
}
