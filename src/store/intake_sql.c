/*
 * The statements of intake.
 *
 *   put   one statement writes the whole batch: key, filing, link, declaration, work, submission, seal, the change for the feed and the
 *         leaves of filings and seal for the log.
 *         What loses the race for its key (ON CONFLICT DO NOTHING) leaves no trace.
 *   look  what stands under each key now: a later statement sees what others committed.
 *   trim  beside it: the messages of what lost its race leave the row of the batch.
 *   lock  first in a guarded write: holds the declaration so that its state cannot move under the revision;
 *         before it the link that the revision names, in the common order.
 *
 * Locks are taken in one order everywhere: keys, links, declarations (sorted by bucket and id), then todo.
 * The sessions forbid sequential scans and fix generic plans, so that the shapes cannot flip.
 */
#include "store/intake_priv.h"

#include <assert.h>
#include <stdlib.h>

/*
 * Parameters as in intake_params.c: an array a column, each read once (x), which is what costs. What decides (won) and what is stored
 * (n) follow from there. Messages and receipts come in one piece each and are stored in one row each; of what lost its race they keep
 * no trace: zeros stand there. Messages are encrypted, so trim does it for them.
 *
 * A revision is written by the same text with more pieces, which a batch of additions never needs: setting them up would cost each
 * batch some of its time.
 */
#define NOTHING ""
#define WHILE_ALLOWED \
	"   where $39::uuid is null or exists (select 1 from declaration g where g.bucket = id_bucket($39::uuid) and g.id = $39::uuid" \
	"         and g.state = any($40::text[]) and ($41::integer is null or g.seq = $41::integer))"
#define UNTIES_DELETED \
	"case when $39::uuid is not null and exists (select 1 from n where n.link_id = k.id and n.kind = 'inventory' and n.action = 'delete'" \
	"    and n.declaration_id = k.declaration_id) then null else coalesce(k.declaration_id, excluded.declaration_id) end"
#define TIES "coalesce(k.declaration_id, excluded.declaration_id)"
#define NUDGES_BEFORE \
	"  union all" \
	"  select d.bucket, d.id, null, null, null, null, false, false" \
	"  from n cross join lateral (select k.order_no from link k where k.bucket = id_bucket(n.link_id) and k.id = n.link_id and k.declaration_id is null offset 0) k" \
	"  cross join lateral (select d.bucket, d.id from declaration d where d.order_no = k.order_no offset 0) d" \
	"  where n.kind = 'waybill' and n.action <> 'add'"
#define PUT(WHILE, DECLARATION_OF_LINK, NUDGES) \
	"with x as materialized (" \
	"  select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::integer[], $9::uuid[]," \
	"    $10::uuid[], $11::uuid[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bytea[], $17::bytea[], $18::integer[], $19::integer[]," \
	"    $20::integer[], $21::integer[], $22::bigint[], $23::bytea[], $24::text[], $25::smallint[], $37::bytea[])" \
	"    as x(id, key_id, kind, direction, action, business_key, revision, client_id, big_id, declaration_id, link_id, platform_code, order_no," \
	"    carrier_code, waybill_no, doc_sha256, document, receipt_from, receipt_len, batch_from, message_len, message_tag, message_sha256, media_type," \
	"    node, record))," \
	" won as (" \
	"  insert into filing_key (bucket, key_id, revision, kind, direction, business_key, filing_id, client_id, doc_sha256, seal_id, receipt_from," \
	"    receipt_len)" \
	"  select id_bucket(id), key_id, revision, kind, direction, business_key, id, client_id, doc_sha256, $28::uuid, receipt_from, receipt_len from x" \
	   WHILE \
	"  on conflict do nothing returning filing_id)," \
	" w as materialized (select count(*) > 0 as any, count(*) = cardinality($1::uuid[]) as all from won)," \
	" n as materialized (select x.* from x join won on won.filing_id = x.id)," \
	" f as (" \
	"  insert into filing (bucket, id, submission_id, message_from, message_len, node, message_tag, message_sha256, media_type, client_id, kind," \
	"    direction, action, business_key, key_id, revision, received_at, declaration_id, link_id, doc_sha256, document)" \
	"  select id_bucket(id), id, coalesce(big_id, $28::uuid), coalesce(batch_from, 0), message_len, node, message_tag, message_sha256, media_type," \
	"    client_id, kind, direction, action, business_key, key_id, revision, $26::timestamptz, declaration_id, link_id, doc_sha256, document from n)," \
	" l as (" \
	"  insert into link as k (bucket, id, carrier_code, waybill_no, order_no, declaration_id, filing_ids, client_ids)" \
	"  select id_bucket(link_id), link_id, max(carrier_code), max(waybill_no), max(order_no) filter (where kind = 'waybill')," \
	"    (array_agg(declaration_id order by business_key) filter (where kind = 'inventory' and action <> 'delete'))[1]," \
	"    coalesce(array_agg(id) filter (where kind <> 'inventory'), '{}')," \
	"    coalesce(array_agg(client_id) filter (where kind <> 'inventory'), '{}')" \
	"  from n where link_id is not null group by id_bucket(link_id), link_id order by id_bucket(link_id), link_id" \
	"  on conflict (bucket, id) do update set" \
	"    order_no = coalesce(excluded.order_no, k.order_no)," \
	"    declaration_id = " DECLARATION_OF_LINK "," \
	"    filing_ids = k.filing_ids || excluded.filing_ids," \
	"    client_ids = k.client_ids || excluded.client_ids" \
	"  returning id, order_no, declaration_id, filing_ids, client_ids)," \
	/* what each declaration gains: its own filings, those of a waybill that is known to be its own, and a nudge \
	 * where a waiting waybill names the order number of exactly one declaration, or did so until this change */ \
	" g as (" \
	"  select id_bucket(n.declaration_id) as b, n.declaration_id as d, n.platform_code as p, n.order_no as o, n.id as f, n.client_id as u," \
	"    n.kind = 'inventory' and n.action <> 'delete' and l.id is not null and l.declaration_id is distinct from n.declaration_id as taken," \
	"    n.kind = 'inventory' as names" \
	"  from n left join l on l.id = n.link_id where n.declaration_id is not null" \
	"  union all" \
	"  select id_bucket(l.declaration_id), l.declaration_id, null, null, x.f, x.u, false, false" \
	"  from l, unnest(l.filing_ids, l.client_ids) as x(f, u) where l.declaration_id is not null" \
	"  union all" \
	"  select o.b, o.d, null, null, null, null, false, false from (" \
	"    select min(d.bucket) as b, (array_agg(d.id))[1] as d" \
	"    from l cross join lateral (select d.bucket, d.id from declaration d where d.order_no = l.order_no offset 0) d" \
	"    where l.declaration_id is null group by l.id having count(*) = 1) o" \
	   NUDGES ")," \
	" d as (" \
	"  insert into declaration as k (bucket, id, platform_code, order_no, opened_at, changed_at, seq, filing_ids, client_ids, waybill_taken)" \
	"  select b, d, coalesce(max(p), ''), coalesce(max(o), ''), $26::timestamptz, $26::timestamptz, 1," \
	"    coalesce(array_agg(f) filter (where f is not null), '{}')," \
	"    coalesce(array_agg(u) filter (where u is not null), '{}'), bool_or(taken)" \
	"  from g group by b, d order by b, d" \
	"  on conflict (bucket, id) do update set" \
	"    seq = k.seq + 1, changed_at = excluded.changed_at," \
	"    filing_ids = case when k.filing_ids && excluded.filing_ids" \
	"      then (select array_agg(distinct x) from unnest(k.filing_ids || excluded.filing_ids) as x) else k.filing_ids || excluded.filing_ids end," \
	"    client_ids = case when k.client_ids @> excluded.client_ids then k.client_ids" \
	"      else (select array_agg(distinct x) from unnest(k.client_ids || excluded.client_ids) as x) end," \
	"    waybill_taken = excluded.waybill_taken or (k.waybill_taken and not exists (select 1 from g where g.d = k.id and g.names))" \
	"  returning bucket, id, cardinality(filing_ids) as filings)," \
	" t as (" \
	"  insert into work (bucket, id, declaration_ids, made_at, lease_until)" \
	"  select id_bucket($28::uuid), $28::uuid, array_agg(id), $26::timestamptz, now() + $27::integer * interval '1 second' from d having count(*) > 0)," \
	" s as (" \
	"  insert into submission (bucket, id, received_at, body)" \
	"  select id_bucket($28::uuid), $28::uuid, $26::timestamptz, $30::bytea from w where $30::bytea is not null and w.any" \
	"  union all select id_bucket(x.id), x.id, $26::timestamptz, x.body from unnest($35::uuid[], $36::bytea[]) as x(id, body)" \
	"  where x.id in (select big_id from n) on conflict do nothing)," \
	" e as (" \
	"  insert into seal (bucket, id, sealed_at, size, root, key_id, signature, receipts)" \
	"  select id_bucket($28::uuid), $28::uuid, $26::timestamptz, $31::integer, $32::bytea, $33::text, $34::bytea," \
	"    case when w.all then $29::bytea else (select string_agg(case when won.filing_id is null then decode(repeat('00', x.receipt_len), 'hex')" \
	"      else substring($29::bytea from x.receipt_from + 1 for x.receipt_len) end, '' order by x.receipt_from)" \
	"      from x left join won on won.filing_id = x.id) end" \
	"  from w where w.any returning seal as stored)," \
	" r as (" \
	"  insert into leaf (coverage_id, made_at, ids, hashes)" \
	"  select (select max(c.id) from coverage c where c.relation = 'filing'), $26::timestamptz, array_agg(id order by id)," \
	"    string_agg(record, '' order by id) from n having count(*) > 0" \
	"  union all select q.id, $26::timestamptz, array[$28::uuid], case when w.all then $38::bytea else log_hash(record_text(q.id, e.stored)) end" \
	"  from e, w, (select max(c.id) as id from coverage c where c.relation = 'seal') q)," \
	" c as (" \
	"  insert into change (id, made_at, types, declaration_ids, filing_ids, kinds, client_ids)" \
	"  select $28::uuid, $26::timestamptz, array_agg('filing.accepted'::text), array_agg(coalesce(n.declaration_id, l.declaration_id)), array_agg(n.id)," \
	"    array_agg(n.kind), array_agg(n.client_id)" \
	"  from n left join l on l.id = n.link_id having count(*) > 0)" \
	" select filing_id, null::uuid, null::integer from won union all select null, id, filings from d"

static const struct db_stmt put = {
	.name = "intake_put",
	.sql = PUT(NOTHING, TIES, NOTHING),
	.param_count = INTAKE_PUT_PARAMS,
	.flags = DB_WRITES,
};

static const struct db_stmt put_revision = {
	.name = "intake_put_revision",
	.sql = PUT(WHILE_ALLOWED, UNTIES_DELETED, NUDGES_BEFORE),
	.param_count = INTAKE_REVISION_PARAMS,
	.flags = DB_WRITES,
};

static const struct db_stmt look = {
	.name = "intake_look",
	.sql =
	"select c.place, k.filing_id, k.doc_sha256,"
	"  case when k.filing_id = any($3::uuid[]) then null else receipt_of(k.seal_id, k.receipt_from, k.receipt_len) end"
	" from unnest($1::smallint[], $2::uuid[]) with ordinality as c(bucket, key_id, place)"
	" cross join lateral (select * from filing_key f where f.bucket = c.bucket and f.key_id = c.key_id offset 0) k order by c.place, k.revision",
	.param_count = INTAKE_LOOK_PARAMS,
};
enum { LOOK_PLACE, LOOK_FILING, LOOK_DIGEST, LOOK_RECEIPT };

/* The messages of a batch once more, with zeros in the place of those that lost. */
static const struct db_stmt trim = {
	.name = "intake_trim",
	.sql = "update submission set body = $3::bytea where bucket = $1::smallint and id = $2::uuid",
	.param_count = INTAKE_TRIM_PARAMS,
	.flags = DB_WRITES,
};

static const struct db_stmt lock_link = {
	.name = "intake_lock_link",
	.sql = "select declaration_id from link where bucket = $1::smallint and id = $2::uuid for no key update",
	.param_count = 2,
	.flags = DB_WRITES,
};

static const struct db_stmt lock = {
	.name = "intake_lock",
	.sql = "select state from declaration where bucket = $1::smallint and id = $2::uuid for no key update",
	.param_count = 2,
	.flags = DB_WRITES,
};

static int by_key(const struct candidate *x, const struct candidate *y)
{
	int16_t a = id_bucket(&x->key), b = id_bucket(&y->key);

	return a != b ? (a < b ? -1 : 1) : id_cmp(&x->key, &y->key);
}

static int by_key_for_sort(const void *a, const void *b)
{
	const struct candidate *x = *(struct candidate *const *)a, *y = *(struct candidate *const *)b;
	int order = by_key(x, y);

	return order != 0 ? order : id_cmp(&x->id, &y->id);
}

void intake_sort(struct candidate **list, int count)
{
	qsort(list, (size_t)count, sizeof(list[0]), by_key_for_sort);
}

bool intake_same_key(const struct candidate *a, const struct candidate *b)
{
	return by_key(a, b) == 0;
}

bool intake_seal(struct intake_write *w, struct arena *a, struct signer *signer)
{
	struct receipt_batch *batch = receipt_batch_new(a, w->count);

	for (int i = 0; batch != NULL && i < w->count; i++) {
		const struct candidate *c = w->list[i];
		struct receipt_core core = {
			.id = c->id, .kind = c->kind, .direction = c->direction, .action = c->action,
			.business_key = c->business_key, .filer = c->filer, .revision = c->revision,
			.received_us = w->now_us, .message_sha256 = c->of->body_sha256, .document_sha256 = c->doc_sha256,
		};

		if (c->has_declaration)
			core.declaration = c->declaration;
		if (!receipt_batch_add(batch, &core))
			return false;
	}
	if (batch == NULL || !receipt_batch_seal(batch, signer))
		return false;
	for (int i = 0; i < w->count; i++)
		w->list[i]->receipt = receipt_batch_get(batch, i);
	w->root = receipt_batch_root(batch);
	receipt_batch_signature(batch, w->signature);
	w->key_id = signer_key_id(signer);
	w->seal_size = w->count;
	return true;
}

/* --- calls ----------------------------------------------------------------------------------------------------- */

bool intake_put_call(struct intake_write *w, struct arena *a, struct db_call *call)
{
	if (!intake_put_params(w, a))
		return false;
	db_call_init(call);
	if (w->guard != NULL && w->list[0]->has_link) {
		w->lock_link[0] = db_i16(a, id_bucket(&w->list[0]->link));
		w->lock_link[1] = db_id(&w->list[0]->link);
		db_call_add(call, &lock_link, w->lock_link);
	}
	if (w->guard != NULL) {
		w->lock[0] = db_i16(a, id_bucket(w->guard));
		w->lock[1] = db_id(w->guard);
		db_call_add(call, &lock, w->lock);
	}
	w->put_place = call->stmt_count;
	db_call_add(call, w->is_revision ? &put_revision : &put, w->put);
	return !a->full;
}

bool intake_look_call(struct intake_write *w, struct arena *a, struct db_call *call)
{
	struct db_array buckets, keys, own;
	int n = 0;

	w->asked = arena_alloc(a, sizeof(*w->asked) * (size_t)w->count);
	for (int i = 0; w->asked != NULL && i < w->count; i++)
		if (w->list[i]->outcome == INTAKE_PENDING)
			w->asked[n++] = w->list[i];
	w->asked_count = n;
	db_array_begin(&buckets, a, DB_KIND_I16, n, 8 * (size_t)n);
	db_array_begin(&keys, a, DB_KIND_UUID, n, 24 * (size_t)n);
	db_array_begin(&own, a, DB_KIND_UUID, n, 24 * (size_t)n);
	for (int i = 0; i < n; i++) {
		db_array_i64(&buckets, id_bucket(&w->asked[i]->key));
		db_array_id(&keys, &w->asked[i]->key);
		db_array_id(&own, &w->asked[i]->id);
	}
	w->look[0] = db_array_end(&buckets);
	w->look[1] = db_array_end(&keys);
	w->look[2] = db_array_end(&own);
	db_call_init(call);
	db_call_add(call, &look, w->look);
	if (intake_trim_params(w, a))
		db_call_add(call, &trim, w->trim);
	return !a->full;
}

/* --- answers ------------------------------------------------------------------------------------------------ */

static void stored(const struct intake_write *w, struct candidate *c)
{
	c->outcome = INTAKE_STORED;
	if (w->recent != NULL)
		recent_put(w->recent, &(struct recent_filing){ .id = c->id, .kind = c->kind, .action = c->action, .revision = c->revision,
			.received_us = w->now_us, .business_key = c->business_key, .document = c->document });
}

/* Rows come in the order of the batch, so the search starts where the last one ended. */
int intake_put_read(struct intake_write *w, const struct db_answer *a, struct intake_raised *raised)
{
	const struct db_rows *r = a->results[w->put_place];
	int n = 0, at = 0;

	for (int row = 0; row < db_row_count(r); row++) {
		struct id id;

		if (db_get_id(r, row, 0, &id)) {
			for (int tries = 0; tries < w->count && !id_eq(&w->list[at]->id, &id); tries++)
				at = (at + 1) % w->count;
			assert(id_eq(&w->list[at]->id, &id));
			stored(w, w->list[at]);
		} else if (n < raised->room && db_get_id(r, row, 1, &raised->ids[n])) {
			raised->incomplete[n] = db_get_int(r, row, 2) < RAISED_COMPLETE;
			n++;
		}
	}
	return n;
}

static void settle_candidate(struct candidate *c, const struct db_rows *r, int row)
{
	struct id filing;
	struct text digest = db_get_text(r, row, LOOK_DIGEST);

	if (c->outcome != INTAKE_PENDING || !db_get_id(r, row, LOOK_FILING, &filing))
		return;
	if (id_eq(&filing, &c->id)) { /* ours, from a try whose outcome was unknown */
		c->outcome = INTAKE_STORED;
		return;
	}
	if (id_is_null(&c->first_id))
		c->first_id = filing;
	if (digest.len == sizeof(c->doc_sha256.b) && memcmp(digest.at, c->doc_sha256.b, digest.len) == 0) {
		c->outcome = INTAKE_REPEAT;
		c->first_id = filing;
		c->receipt = db_get_text(r, row, LOOK_RECEIPT);
	}
}

void intake_look_read(struct intake_write *w, const struct db_answer *a)
{
	const struct db_rows *r = a->results[0];

	for (int row = 0; row < db_row_count(r); row++) {
		int64_t place = db_get_int(r, row, LOOK_PLACE);

		assert(place >= 1 && place <= w->asked_count);
		settle_candidate(w->asked[place - 1], r, row);
	}
}
