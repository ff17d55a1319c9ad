/*
 * The statements that write a batch: key, filing, link, declaration, work, submission, seal, the change for the feed, and the leaves of
 * filings and seal for the log, all in one.
 *
 *   put           whatever was filed: what loses the race for its key (ON CONFLICT DO NOTHING) leaves no trace.
 *   put_new       orders and payments that nobody filed before, each of another declaration: without the pieces that find waybills and
 *                 gather what is one declaration's, and without asking each key first. Where one of them was filed before, PostgreSQL
 *                 refuses the whole batch, and it is put.
 *   put_revision  put, for changes and deletions: while the declaration's state allows it.
 *   lock          first in a guarded write: holds the declaration so that its state cannot move under the revision;
 *                 before it the link that the revision names, in the common order.
 *
 * Setting up the pieces that a batch does not need would cost it a fifth of its time: hence three shapes of one text.
 *
 * Locks are taken in one order everywhere: keys, links, declarations (sorted by bucket and id), then todo.
 * The sessions forbid sequential scans and fix generic plans, so that the shapes cannot flip.
 */
#include <assert.h>
#include <stdlib.h>

#include "store/intake_priv.h"

/*
 * Parameters as in intake_params.c: an array a column, each read once, which is what costs. What decides (won) and what is stored (n)
 * follow from there. Messages and receipts come in one piece each and are stored in one row each; of what lost its race they keep
 * no trace: zeros stand there. Messages are encrypted, so trim (intake_look.c) does it for them.
 */
#define COMMON_VALUES \
	"    $12::uuid[], $13::uuid[], $14::text[], $15::text[], $16::text[], $17::integer[], $18::uuid[], $19::text[], $20::text[]," \
	"    $21::bytea[], $22::bytea[], $23::integer[], $24::integer[], $25::integer[], $26::integer[], $27::bigint[], $28::bytea[], $29::text[]"
#define COMMON_NAMES \
	"    id, key_id, kind, direction, business_key, client_id, declaration_id, platform_code, order_no," \
	"    doc_sha256, document, receipt_from, receipt_len, message_from, message_len, message_tag, message_sha256, media_type"
/* Of what may be repeated, changed or tied: place counts from 1. */
#define ROWS_OF_ANY \
	"select * from unnest(" COMMON_VALUES "," \
	"    $30::text[], $31::integer[], $32::smallint[], $33::uuid[], $34::uuid[], $35::text[], $36::text[]) with ordinality" \
	"    as x(" COMMON_NAMES ", action, revision, node, big_id, link_id, carrier_code, waybill_no, place)"
#define ROWS_OF_NEW \
	"select x.*, 'add' as action, 1 as revision, 1::smallint as node, null::uuid as big_id, null::uuid as link_id" \
	"  from unnest(" COMMON_VALUES ") as x(" COMMON_NAMES ")"

#define KEYS_OF \
	"  insert into filing_key (bucket, key_id, revision, kind, direction, business_key, filing_id, client_id, doc_sha256, seal_id, receipt_from," \
	"    receipt_len)" \
	"  select id_bucket(id), key_id, revision, kind, direction, business_key, id, client_id, doc_sha256, $3::uuid, receipt_from, receipt_len from "

#define FILINGS \
	" f as (" \
	"  insert into filing (bucket, id, submission_id, message_from, message_len, node, message_tag, message_sha256, media_type, client_id, kind," \
	"    direction, action, business_key, key_id, revision, received_at, declaration_id, link_id, doc_sha256, document)" \
	"  select id_bucket(id), id, coalesce(big_id, $3::uuid), coalesce(message_from, 0), message_len, node, message_tag, message_sha256, media_type," \
	"    client_id, kind, direction, action, business_key, key_id, revision, $1::timestamptz, declaration_id, link_id, doc_sha256, document from n),"

#define LINKS(DECLARATION) \
	" l as (" \
	"  insert into link as k (bucket, id, carrier_code, waybill_no, order_no, declaration_id, filing_ids, client_ids)" \
	"  select id_bucket(link_id), link_id, max(carrier_code), max(waybill_no), max(order_no) filter (where kind = 'waybill')," \
	"    (array_agg(declaration_id order by business_key) filter (where kind = 'inventory' and action <> 'delete'))[1]," \
	"    coalesce(array_agg(id) filter (where kind <> 'inventory'), '{}')," \
	"    coalesce(array_agg(client_id) filter (where kind <> 'inventory'), '{}')" \
	"  from n where link_id is not null group by id_bucket(link_id), link_id order by id_bucket(link_id), link_id" \
	"  on conflict (bucket, id) do update set" \
	"    order_no = coalesce(excluded.order_no, k.order_no)," \
	"    declaration_id = " DECLARATION "," \
	"    filing_ids = k.filing_ids || excluded.filing_ids," \
	"    client_ids = k.client_ids || excluded.client_ids" \
	"  returning id, order_no, declaration_id, filing_ids, client_ids),"
#define TIES "coalesce(k.declaration_id, excluded.declaration_id)"
#define UNTIES_DELETED \
	"case when $39::uuid is not null and exists (select 1 from n where n.link_id = k.id and n.kind = 'inventory' and n.action = 'delete'" \
	"    and n.declaration_id = k.declaration_id) then null else coalesce(k.declaration_id, excluded.declaration_id) end"

/*
 * What each declaration gains: its own filings, those of a waybill that is known to be its own, and a nudge
 * where a waiting waybill names the order number of exactly one declaration, or did so until this change.
 */
#define GAINS(NUDGES) \
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
	   NUDGES "),"
#define NOTHING ""
#define NUDGES_BEFORE \
	"  union all" \
	"  select d.bucket, d.id, null, null, null, null, false, false" \
	"  from n cross join lateral (select k.order_no from link k where k.bucket = id_bucket(n.link_id) and k.id = n.link_id and k.declaration_id is null offset 0) k" \
	"  cross join lateral (select d.bucket, d.id from declaration d where d.order_no = k.order_no offset 0) d" \
	"  where n.kind = 'waybill' and n.action <> 'add'"

#define DECLARATIONS(GAINED, SETS) \
	" d as (" \
	"  insert into declaration as k (bucket, id, opened_at, changed_at, seq, platform_code, order_no, filing_ids, client_ids, waybill_taken)" \
	   GAINED \
	"  on conflict (bucket, id) do update set" \
	"    seq = k.seq + 1, changed_at = excluded.changed_at," SETS \
	"    filing_ids = case when k.filing_ids && excluded.filing_ids" \
	"      then (select array_agg(distinct x) from unnest(k.filing_ids || excluded.filing_ids) as x) else k.filing_ids || excluded.filing_ids end," \
	"    client_ids = case when k.client_ids @> excluded.client_ids then k.client_ids" \
	"      else k.client_ids || array(select x from unnest(excluded.client_ids) as x where x <> all (k.client_ids)) end" \
	"  returning bucket, id, cardinality(filing_ids) as filings),"
#define GAINED \
	"  select b, d, $1::timestamptz, $1::timestamptz, 1, coalesce(max(p), ''), coalesce(max(o), '')," \
	"    coalesce(array_agg(f) filter (where f is not null), '{}')," \
	"    coalesce(array_agg(u) filter (where u is not null), '{}'), bool_or(taken)" \
	"  from g group by b, d order by b, d"
#define GAINED_ONE_EACH \
	"  select id_bucket(declaration_id), declaration_id, $1::timestamptz, $1::timestamptz, 1, platform_code, order_no, array[id], array[client_id], false" \
	"  from n order by 1, 2"
#define TAKES_WAYBILL \
	"    waybill_taken = excluded.waybill_taken or (k.waybill_taken and not exists (select 1 from g where g.d = k.id and g.names)),"

#define WORK \
	" t as (" \
	"  insert into work (bucket, id, declaration_ids, made_at, lease_until)" \
	"  select id_bucket($3::uuid), $3::uuid, array_agg(id), $1::timestamptz, now() + $2::integer * interval '1 second' from d having count(*) > 0),"

#define SUBMISSION \
	"  insert into submission (bucket, id, received_at, body)" \
	"  select id_bucket($3::uuid), $3::uuid, $1::timestamptz, $5::bytea"
#define SEAL(RECEIPTS) \
	" e as (" \
	"  insert into seal (bucket, id, sealed_at, size, root, key_id, signature, receipts)" \
	"  select id_bucket($3::uuid), $3::uuid, $1::timestamptz, $6::integer, $7::bytea, $8::text, $9::bytea," RECEIPTS "),"
#define RECEIPTS_OF_STORED \
	"    case when w.all then $4::bytea else (select string_agg(case when won.filing_id is null then decode(repeat('00', x.receipt_len), 'hex')" \
	"      else substring($4::bytea from x.receipt_from + 1 for x.receipt_len) end, '' order by x.receipt_from)" \
	"      from x left join won on won.filing_id = x.id) end" \
	"  from w where w.any returning seal as stored"

#define LEAVES(OF_FILINGS, OF_SEAL, FROM) \
	" r as (" \
	"  insert into leaf (coverage_id, made_at, ids, hashes)" \
	"  select (select max(c.id) from coverage c where c.relation = 'filing'), $1::timestamptz, " OF_FILINGS \
	"  union all select q.id, $1::timestamptz, array[$3::uuid], " OF_SEAL \
	"  from (select max(c.id) as id from coverage c where c.relation = 'seal') q" FROM "),"
#define LEAVES_OF_STORED \
	"array_agg(id order by id), string_agg(substring($10::bytea from place::integer * 32 - 31 for 32), '' order by id) from n having count(*) > 0"

#define CHANGES(VALUES) \
	" c as (" \
	"  insert into change (id, made_at, types, declaration_ids, filing_ids, kinds, client_ids)" \
	"  select $3::uuid, $1::timestamptz, " VALUES ")"
#define CHANGES_OF_STORED \
	"array_agg('filing.accepted'::text), array_agg(coalesce(n.declaration_id, l.declaration_id)), array_agg(n.id)," \
	"    array_agg(n.kind), array_agg(n.client_id)" \
	"  from n left join l on l.id = n.link_id having count(*) > 0"

#define PUT(WHILE, TIE, NUDGES) \
	"with x as materialized (" ROWS_OF_ANY ")," \
	" won as (" KEYS_OF "x" WHILE " on conflict do nothing returning filing_id)," \
	" w as materialized (select count(*) > 0 as any, count(*) = cardinality($12::uuid[]) as all from won)," \
	" n as materialized (select x.* from x join won on won.filing_id = x.id)," \
	   FILINGS LINKS(TIE) GAINS(NUDGES) DECLARATIONS(GAINED, TAKES_WAYBILL) WORK \
	" s as (" SUBMISSION " from w where $5::bytea is not null and w.any" \
	"  union all select id_bucket(x.id), x.id, $1::timestamptz, x.body from unnest($37::uuid[], $38::bytea[]) as x(id, body)" \
	"  where x.id in (select big_id from n) on conflict do nothing)," \
	   SEAL(RECEIPTS_OF_STORED) \
	   LEAVES(LEAVES_OF_STORED, "case when w.all then $11::bytea else log_hash(record_text(q.id, e.stored)) end", ", e, w") \
	   CHANGES(CHANGES_OF_STORED) \
	" select filing_id, null::uuid, null::integer from won union all select null, id, filings from d"

#define WHILE_ALLOWED \
	"   where $39::uuid is null or exists (select 1 from declaration g where g.bucket = id_bucket($39::uuid) and g.id = $39::uuid" \
	"         and g.state = any($40::text[]) and ($41::integer is null or g.seq = $41::integer))"

static const struct db_stmt put = {
	.name = "intake_put",
	.sql = PUT(NOTHING, TIES, NOTHING),
	.param_count = INTAKE_PUT_PARAMS,
	.flags = DB_WRITES,
};

static const struct db_stmt put_new = {
	.name = "intake_put_new",
	.sql =
	"with n as materialized (" ROWS_OF_NEW "),"
	" k as (" KEYS_OF "n),"
	   FILINGS DECLARATIONS(GAINED_ONE_EACH, NOTHING) WORK
	" s as (" SUBMISSION "),"
	   SEAL("$4::bytea")
	   LEAVES("$12::uuid[], $10::bytea", "$11::bytea", NOTHING)
	   CHANGES("array_fill('filing.accepted'::text, array[cardinality($12::uuid[])]), $18::uuid[], $12::uuid[], $14::text[], $17::integer[]")
	" select null::uuid, id, filings from d",
	.param_count = INTAKE_NEW_PARAMS,
	.flags = DB_WRITES,
};

static const struct db_stmt put_revision = {
	.name = "intake_put_revision",
	.sql = PUT(WHILE_ALLOWED, UNTIES_DELETED, NUDGES_BEFORE),
	.param_count = INTAKE_REVISION_PARAMS,
	.flags = DB_WRITES,
};
enum { PUT_FILING, PUT_DECLARATION, PUT_FILINGS };

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

/* --- the call ----------------------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	return id_cmp(a, b);
}

bool intake_may_be_new(struct candidate *const *list, int count, struct arena *a)
{
	struct id *declarations = arena_alloc(a, sizeof(*declarations) * (size_t)count);

	for (int i = 0; i < count; i++) {
		const struct candidate *c = list[i];

		if (declarations == NULL || (c->kind != DOC_ORDER && c->kind != DOC_PAYMENT) || !c->has_declaration || c->of->candidate_count > 1)
			return false;
		declarations[i] = c->declaration;
	}
	qsort(declarations, (size_t)count, sizeof(*declarations), by_id);
	for (int i = 1; i < count; i++)
		if (id_eq(&declarations[i - 1], &declarations[i]))
			return false;
	return true;
}

bool intake_put_call(struct intake_write *w, struct arena *a, struct db_call *call)
{
	static const struct db_stmt *const shapes[] = { [INTAKE_ANY] = &put, [INTAKE_NEW] = &put_new, [INTAKE_REVISION] = &put_revision };

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
	db_call_add(call, shapes[w->shape], w->put);
	return !a->full;
}

/* --- the answer --------------------------------------------------------------------------------------------------- */

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

	for (int i = 0; w->shape == INTAKE_NEW && i < w->count; i++)
		stored(w, w->list[i]);
	for (int row = 0; row < db_row_count(r); row++) {
		struct id id;

		if (db_get_id(r, row, PUT_FILING, &id)) {
			for (int tries = 0; tries < w->count && !id_eq(&w->list[at]->id, &id); tries++)
				at = (at + 1) % w->count;
			assert(id_eq(&w->list[at]->id, &id));
			stored(w, w->list[at]);
		} else if (n < raised->room && db_get_id(r, row, PUT_DECLARATION, &raised->ids[n])) {
			raised->incomplete[n] = db_get_int(r, row, PUT_FILINGS) < RAISED_COMPLETE;
			n++;
		}
	}
	return n;
}
