#include "store/delivery_store.h"

/*
 * Those that wait longest, $6 of them, so that nobody waits for ever; the rest by who is trusted (E78), then by how long they wait.
 * SKIP LOCKED: several daemons claim side by side without waiting for each other.
 */
#define IS_WAITING "k.authority = $1::text and k.listed = 'due' and k.due_at <= $4::timestamptz and (k.lease_until is null or k.lease_until < now())"
static const struct db_stmt claim = {
	.name = "delivery_claim",
	.sql =
	"with c as ("
	"  update delivery d set lease = $2::uuid, lease_until = now() + $3::integer * interval '1 second'"
	"  from (select bucket, declaration_id, version from ("
	"      select x.*, 0 as place from ("
	"        select k.bucket, k.declaration_id, k.version, k.due_at from delivery k where " IS_WAITING
	"        order by k.due_at limit $6::integer for update skip locked) x"
	"      union all"
	"      select y.* from (select x.*, r.queue_rank from generate_series(1, 3) as r(queue_rank) cross join lateral ("
	"        select k.bucket, k.declaration_id, k.version, k.due_at from delivery k where " IS_WAITING " and k.queue_rank = r.queue_rank"
	"        order by k.due_at limit $5::integer for update skip locked) x limit $5::integer) y) z"
	"    group by bucket, declaration_id, version, due_at order by min(place), due_at limit $5::integer) x"
	"  where d.bucket = x.bucket and d.declaration_id = x.declaration_id and d.authority = $1::text and d.version = x.version"
	"  returning d.bucket, d.declaration_id, d.version, d.message_id, d.attempts, d.reference, d.content_type, d.document_id, d.document_from, d.document_len,"
	"   d.queue_rank)"
	" select c.document_id, c.declaration_id, c.version, c.message_id, c.attempts, c.content_type, c.document_from, c.document_len, c.reference, null::bytea,"
	"  c.queue_rank from c"
	" union all select x.document_id, null, null, null, null, null, null, null, null, m.body, x.queue_rank from (select distinct document_id, queue_rank from c) x"
	" cross join lateral (select m.body from delivery_document m where m.bucket = id_bucket(x.document_id) and m.id = x.document_id offset 0) m"
	" order by 11, 1, 2 nulls first",
	.param_count = 6,
	.flags = DB_WRITES,
};

void delivery_store_claim(struct delivery_claim *c, struct arena *a, enum authority authority, int lease_s, int64_t now_us, struct delivery_share share,
                          struct db_call *call)
{
	c->params[0] = db_text(text_of(authority_code(authority)));
	c->params[1] = db_id(&c->lease);
	c->params[2] = db_i32(a, lease_s);
	c->params[3] = db_time(a, now_us);
	c->params[4] = db_i32(a, share.limit);
	c->params[5] = db_i32(a, share.oldest);
	db_call_init(call);
	db_call_add(call, &claim, c->params);
}

/* The state stands in the text, not in a parameter: only so the partial index serves it. */
#define RANGE(state) \
	"authority = $1::text and listed = '" state "' and due_at >= $2::timestamptz and due_at < $3::timestamptz" \
	" and ($4::text is null or starts_with(reason, $4::text))"
#define RETRY(state) \
	"with x as (" \
	"  select bucket, declaration_id, version, due_at from delivery where " RANGE(state) " and (lease_until is null or lease_until < now())" \
	"  order by due_at limit $5::integer for update skip locked)," \
	" n as (select *, row_number() over (order by due_at, declaration_id, version) - 1 as place from x)," \
	" u as (" \
	"  update delivery d set state = 'due', listed = 'due', due_at = $6::timestamptz + n.place * $7::integer * interval '1 microsecond'," \
	"    reason = case when d.state = 'dead' then null else d.reason end, attempts = case when d.state = 'dead' then 0 else d.attempts end" \
	"  from n where d.bucket = n.bucket and d.declaration_id = n.declaration_id and d.authority = $1::text and d.version = n.version returning 1)" \
	" select (select count(*) from u)," \
	"   (select count(*) from (select 1 from delivery where " RANGE(state) " limit 100000) l) - (select count(*) from u)"

const struct db_stmt delivery_store_retry_dead = {
	.name = "delivery_retry_dead",
	.sql = RETRY("dead"),
	.param_count = 7,
	.flags = DB_WRITES,
};

const struct db_stmt delivery_store_retry_due = {
	.name = "delivery_retry_due",
	.sql = RETRY("due"),
	.param_count = 7,
	.flags = DB_WRITES,
};
