#include "store/delivery_store.h"

/* SKIP LOCKED: several daemons claim side by side without waiting for each other. */
static const struct db_stmt claim = {
	.name = "delivery_claim",
	.sql =
	"with c as ("
	"  update delivery d set lease = $2::uuid, lease_until = now() + $3::integer * interval '1 second'"
	"  from (select bucket, declaration_id, version from delivery"
	"    where authority = $1::text and listed = 'due' and due_at <= $4::timestamptz and (lease_until is null or lease_until < now())"
	"    order by due_at limit $5::integer for update skip locked) x"
	"  where d.bucket = x.bucket and d.declaration_id = x.declaration_id and d.authority = $1::text and d.version = x.version"
	"  returning d.bucket, d.declaration_id, d.version, d.message_id, d.attempts, d.reference, d.content_type, d.document_id, d.document_from, d.document_len)"
	" select c.declaration_id, c.version, c.message_id, c.attempts, c.content_type, substring(m.body from c.document_from + 1 for c.document_len),"
	"  c.reference"
	" from c join delivery_document m on m.bucket = id_bucket(c.document_id) and m.id = c.document_id",
	.param_count = 5,
	.flags = DB_WRITES,
};

void delivery_store_claim(struct delivery_claim *c, struct arena *a, enum authority authority, int lease_s, int64_t now_us, int limit,
                          struct db_call *call)
{
	c->params[0] = db_text(text_of(authority_code(authority)));
	c->params[1] = db_id(&c->lease);
	c->params[2] = db_i32(a, lease_s);
	c->params[3] = db_time(a, now_us);
	c->params[4] = db_i32(a, limit);
	db_call_init(call);
	db_call_add(call, &claim, c->params);
}
