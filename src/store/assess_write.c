/*
 * What a judgement writes: everything that follows from a batch in one statement, guarded by the seq and version that were
 * read. Who lost the race changes nothing and judges again.
 *
 *   u   the declarations that are still as read         c   a decision each       s, t  their waiting windows
 *   vi  new deliveries, vd their documents in one row, h the work row that remembers which of them are in this daemon's hand
 *   r   answers that came in the replies of deliveries  pu  what they and older ones mean for each part
 *   e   cases of contradictions                         q   cases of what its lane holds; no filer is told of them
 *   n   of the few declarations that were selected for inspection, as one text of JSON: ni the inspection, nd, nr what is recognised
 *   g   the leaves for the log of decisions, answers and documents
 *   f   what of all this is told in the feed: what has been answered, then what has come of it
 */
#include "store/assess_store.h"

#include <assert.h>

#include "model/personal.h"
#include "store/assess_record.h"

/* What waited for an older version goes, and what is adrift: it was in the hand of a daemon that is no more. */
#define GOES "(p.go and (d.state = 'waiting' or (d.state = 'due' and d.listed is null and d.lease_until < now())))"
/* Its own answer is the proof that it was handed over: the attempt recorded nothing else. */
#define ENDS "(p.heard and d.state = 'due')"

static const struct db_stmt write_all = {
	.name = "assess_write",
	.sql =
	"with j as materialized ("
	"  select * from unnest($1::smallint[], $2::uuid[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],"
	"    $10::integer[], $11::bytea[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::uuid[], $16::text[], $17::text[], $18::text[],"
	"    $19::bytea[], $20::boolean[], $21::bytea[], $22::integer[], $23::integer[], $24::text[], $25::text[], $26::bytea[], $68::bytea[]) as j(bucket, id, seq, inputs, direction, trade_mode, verdict,"
	"    missing, state, version, basis, wait_until, released_at, todo_at, decision, stage, rule_rows, filings, reasons, drop_todo, asks_identity,"
	"    version_read, more, lane, risk_rows, risk, record)),"
	" u as ("
	"  update declaration d set seq = d.seq + j.more, judged_seq = j.seq + j.more, judged_inputs = j.inputs,"
	"    direction = coalesce(j.direction, d.direction), trade_mode = coalesce(j.trade_mode, d.trade_mode), verdict = j.verdict, lane = coalesce(j.lane, d.lane),"
	"    missing = j.missing::text[], state = j.state, version = j.version,"
	"    asks_identity = case when j.stage = 'match' then j.asks_identity else d.asks_identity end, basis = coalesce(j.basis, d.basis),"
	"    wait_until = j.wait_until, released_at = coalesce(d.released_at, j.released_at),"
	"    moved = case when d.state <> 'released' and j.state = 'released' then 2"
	"      when d.state <> j.state or d.verdict <> j.verdict or d.version <> j.version then 1 else 0 end,"
	"    changed_at = case when j.more > 0 or d.state is distinct from j.state or d.verdict is distinct from j.verdict then $60::timestamptz"
	"      else d.changed_at end"
	"  from j where d.bucket = j.bucket and d.id = j.id and d.seq = j.seq and d.version = j.version_read returning d.bucket, d.id, d.moved),"
	" k as materialized (select j.*, u.moved from j join u on u.id = j.id),"
	" c as ("
	"  insert into decision (bucket, id, declaration_id, stage, decided_at, seq, outcome, state, version, rule_rows, inputs, reasons, actor,"
	"    lane, risk_rows, risk)"
	"  select bucket, decision, id, stage, $60::timestamptz, seq, verdict, state, version, rule_rows::integer[], filings::uuid[], reasons, 'tongguand',"
	"    lane, risk_rows::integer[], risk"
	"  from k where decision is not null),"
	" t as (delete from todo t using k where k.drop_todo and t.bucket = k.bucket and t.declaration_id = k.id),"
	" s as ("
	"  insert into todo as t (bucket, declaration_id, due_at, lease_until) select bucket, id, todo_at, '-infinity' from k where todo_at is not null"
	"  on conflict (bucket, declaration_id) do update set due_at = excluded.due_at, lease_until = excluded.lease_until),"
	" x as materialized ("
	"  select x.* from unnest($27::smallint[], $28::uuid[], $29::text[], $30::integer[], $31::uuid[], $32::text[], $33::text[], $34::uuid[], $35::text[],"
	"    $36::integer[], $37::integer[], $38::integer[]) as x(bucket, declaration_id, authority, version, message_id, reference, state, lease, content_type,"
	"    document_from, document_len, queue_rank) join u on u.id = x.declaration_id),"
	" vi as ("
	"  insert into delivery (bucket, declaration_id, authority, version, message_id, reference, state, listed, content_type, document_id,"
	"    document_from, document_len, due_at, lease, lease_until, created_at, queue_rank, withdrawal, return_filing)"
	"  select bucket, declaration_id, authority, version, message_id, reference, state, case when lease is null and state = 'due' then 'due' end,"
	"    content_type, $62::uuid, document_from, document_len, $60::timestamptz, lease,"
	"    case when lease is null then null else now() + $61::integer * interval '1 second' end, $60::timestamptz, queue_rank,"
	"    ($65::uuid[])[array_position($64::uuid[], declaration_id)], ($67::uuid[])[array_position($64::uuid[], declaration_id)] from x),"
	" vd as ("
	"  insert into delivery_document (bucket, id, created_at, body)"
	"  select id_bucket($62::uuid), $62::uuid, $60::timestamptz, $63::bytea where exists (select 1 from x) returning id),"
	" h as ("
	"  insert into work (bucket, id, declaration_ids, made_at, lease_until, handed)"
	"  select id_bucket($62::uuid), $62::uuid, array_agg(distinct declaration_id), $60::timestamptz, now() + $61::integer * interval '1 second', true"
	"  from x where lease is not null having count(*) > 0),"
	" y as materialized ("
	"  select distinct on (u.bucket, y.declaration_id, y.id) u.bucket, y.*"
	"  from unnest($48::uuid[], $49::uuid[], $50::text[], $51::integer[], $52::text[], $53::timestamptz[], $54::bytea[], $55::text[], $56::text[],"
	"    $57::bytea[], $58::text[], $59::text[], $69::bytea[])"
	"    as y(declaration_id, id, authority, version, status, at, digest, outcome, info, body, inventory_no, given_by, record) join u on u.id = y.declaration_id"
	"  order by u.bucket, y.declaration_id, y.id),"
	" r as ("
	"  insert into authority_receipt (bucket, declaration_id, id, authority, version, status, at, digest, outcome, info, received_at, body,"
	"    inventory_no, given_by)"
	"  select bucket, declaration_id, id, authority, version, status, at, digest, outcome, info, $60::timestamptz, body, inventory_no, given_by"
	"  from y on conflict do nothing returning declaration_id, id, authority, version, outcome),"
	" p as materialized ("
	"  select y.* from unnest($39::smallint[], $40::uuid[], $41::text[], $42::integer[], $43::text[], $44::timestamptz[], $45::boolean[], $46::boolean[], $47::boolean[])"
	"    as y(bucket, declaration_id, authority, version, outcome, outcome_at, go, contradicted, heard) join u on u.id = y.declaration_id),"
	" pu as ("
	"  update delivery d set outcome = p.outcome, outcome_at = p.outcome_at,"
	"    state = case when " GOES " then 'due' when " ENDS " then 'sent' else d.state end,"
	"    listed = case when " GOES " then 'due' when " ENDS " then null else d.listed end,"
	"    attempts = d.attempts + (" ENDS ")::integer, sent_at = case when " ENDS " then $60::timestamptz else d.sent_at end,"
	"    lease = case when " GOES " or p.heard then null else d.lease end,"
	"    due_at = case when " GOES " then $60::timestamptz else d.due_at end"
	"  from p where d.bucket = p.bucket and d.declaration_id = p.declaration_id and d.authority = p.authority and d.version = p.version),"
	" e as materialized ("
	"  select y.declaration_id, y.authority, y.version from ("
	"    select p.*, case_open('contradiction', 'declaration', declaration_id::text, authority || '/' || version, '{}', null, null, null,"
	"      'an answer contradicts a final one', array[authority], $60::timestamptz, 'tongguand') as opened from p where contradicted offset 0) y"
	"  where y.opened is not null),"
	" q as materialized ("
	"  select case_open('risk', 'declaration', k.id::text, 'lane/' || k.lane,"
	"    array(select distinct r.rule from risk_rule r where r.id = any (k.risk_rows::integer[]) and r.mode = 'active' order by 1),"
	"    (convert_from(k.risk, 'UTF8')::json ->> 'points')::integer,"
	"    (select r.class from risk_rule r where r.id = any (k.risk_rows::integer[]) and r.mode = 'active' order by r.blocks desc, r.points desc, r.id limit 1),"
	"    k.lane, 'its lane holds it: ' || k.lane, '{}', $60::timestamptz, 'tongguand')"
	"  from k where k.verdict = 'BLOCKED' and k.lane is not null offset 0),"
	" n as materialized ("
	"  select u.bucket, y.* from json_to_recordset($66::json) as y(declaration_id uuid, version integer, selected_by text[], opened_at timestamptz,"
	"    joined_at timestamptz, result text, closed_at timestamptz, recognised json) join u on u.id = y.declaration_id),"
	" ni as ("
	"  insert into inspection (bucket, declaration_id, version, selected_by, opened_at, joined_at, result, closed_at)"
	"  select bucket, declaration_id, version, selected_by, opened_at, joined_at, result, closed_at from n where selected_by is not null"
	"  on conflict (bucket, declaration_id, version) do update set selected_by = excluded.selected_by, opened_at = excluded.opened_at,"
	"    joined_at = excluded.joined_at, result = excluded.result, closed_at = excluded.closed_at,"
	"    fed = inspection.fed and inspection.result = excluded.result),"
	" nd as ("
	"  delete from recognition g using n where g.bucket = n.bucket and g.declaration_id = n.declaration_id and g.version = n.version"
	"    and not exists (select 1 from json_array_elements(n.recognised) y where y ->> 'authority' = g.authority)),"
	" nr as ("
	"  insert into recognition as g (bucket, declaration_id, version, authority, giver, outcome, at, rule_id)"
	"  select n.bucket, n.declaration_id, n.version, y.* from n,"
	"    json_to_recordset(n.recognised) as y(authority text, giver text, outcome text, at timestamptz, rule_id integer)"
	"  on conflict (bucket, declaration_id, version, authority) do update set giver = excluded.giver, outcome = excluded.outcome, at = excluded.at,"
	"    rule_id = excluded.rule_id),"
	" g as ("
	"  insert into leaf (coverage_id, made_at, ids, hashes)"
	"  select (select max(c.id) from coverage c where c.relation = w.relation), $60::timestamptz, array_agg(w.id order by w.id),"
	"    string_agg(w.record, '' order by w.id)"
	"  from (select 'decision' as relation, decision as id, record from k where decision is not null"
	"    union all select 'authority_receipt', y.id, y.record from r join y on y.declaration_id = r.declaration_id and y.id = r.id"
	"    union all select 'delivery_document', vd.id, $70::bytea from vd) w group by w.relation),"
	" f as ("
	"  insert into change (id, made_at, types, declaration_ids, authorities, versions, states, verdicts, outcomes)"
	"  select $62::uuid, $60::timestamptz, array_agg(type), array_agg(id), array_agg(authority), array_agg(version), array_agg(state), array_agg(verdict),"
	"    array_agg(outcome)"
	"  from (select 'authority.answered' as type, declaration_id as id, authority, version, null as state, null as verdict, outcome from r"
	"    union all select 'case.opened', declaration_id, authority, version, null, null, null from e"
	"    union all select case moved when 2 then 'declaration.released' else 'declaration.changed' end, id, null, version, state, verdict, null"
	"      from k where moved > 0) x having count(*) > 0)"
	" select id from k where (select count(*) from q) >= 0", /* who is not read is not run */
	.param_count = ASSESS_WRITE_PARAMS,
	.flags = DB_WRITES,
};

enum { RECORD_BYTES = 1024 }; /* usual size of a record's text */

/* --- parameters: a set of arrays each, then what all share ------------------------------------------------------------ */

#define TEXT_ DB_KIND_TEXT
static const enum db_kind judgement_kinds[] = { DB_KIND_I16, DB_KIND_UUID, DB_KIND_I32, DB_KIND_I32, TEXT_, TEXT_, TEXT_, TEXT_, TEXT_, DB_KIND_I32,
	DB_KIND_BYTEA, DB_KIND_TIME, DB_KIND_TIME, DB_KIND_TIME, DB_KIND_UUID, TEXT_, TEXT_, TEXT_, DB_KIND_BYTEA, DB_KIND_BOOL, DB_KIND_BYTEA,
	DB_KIND_I32, DB_KIND_I32, TEXT_, TEXT_, DB_KIND_BYTEA };
static const enum db_kind delivery_kinds[] = { DB_KIND_I16, DB_KIND_UUID, TEXT_, DB_KIND_I32, DB_KIND_UUID, TEXT_, TEXT_, DB_KIND_UUID, TEXT_,
	DB_KIND_I32, DB_KIND_I32, DB_KIND_I32 };
static const enum db_kind change_kinds[] = { DB_KIND_I16, DB_KIND_UUID, TEXT_, DB_KIND_I32, TEXT_, DB_KIND_TIME, DB_KIND_BOOL, DB_KIND_BOOL, DB_KIND_BOOL };
static const enum db_kind answer_kinds[] = { DB_KIND_UUID, DB_KIND_UUID, TEXT_, DB_KIND_I32, TEXT_, DB_KIND_TIME, DB_KIND_BYTEA, TEXT_, TEXT_,
	DB_KIND_BYTEA, TEXT_, TEXT_ };
#undef TEXT_

enum { /* where each set begins */
	P_JUDGEMENTS = 0,
	P_DELIVERIES = P_JUDGEMENTS + (int)COUNTOF(judgement_kinds),
	P_CHANGES = P_DELIVERIES + (int)COUNTOF(delivery_kinds),
	P_ANSWERS = P_CHANGES + (int)COUNTOF(change_kinds),
	P_NOW = P_ANSWERS + (int)COUNTOF(answer_kinds), P_LEASE, P_ID, P_DOCUMENTS, P_ASKED, P_WITHDRAWALS, P_JOINT, P_RETURNS,
	P_DECISION_RECORDS, P_ANSWER_RECORDS, P_DOCUMENTS_RECORD, /* what the log has of each */
	SET_MAX = COUNTOF(judgement_kinds)
};
static_assert(P_DOCUMENTS_RECORD + 1 == ASSESS_WRITE_PARAMS, "the statement's parameters");

static void put_hash(struct db_array *x, struct sha256 hash)
{
	db_array_bytes(x, hash.b, sizeof(hash.b));
}

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
	db_array_i64(&x[22], j->answered);
	db_array_text(&x[23], j->lane);
	db_array_text(&x[24], j->risk_rows);
	db_array_text(&x[25], j->risk);
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
	db_array_i64(&x[9], (int64_t)v->body_from);
	db_array_i64(&x[10], (int64_t)v->body.len);
	db_array_i64(&x[11], v->queue_rank);
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
	db_array_i64(&x[8], c->heard);
}

static bool put_answer(struct assess_write *into, struct arena *a, struct db_array *x, struct db_array *records, const struct new_answer *n)
{
	const struct inbox_answer *w = n->answer;
	struct answer_row row = { .id = inbox_answer_id(w), .info = personal_scrub(a, w->info) };

	if (!inbox_seal_body(into->vault, a, &row.id, w->body, &row.body))
		return false;
	put_hash(records, answer_record_hash(n, &row, into->now_us, &into->scratch));
	db_array_id(&x[0], &n->declaration);
	db_array_id(&x[1], &row.id);
	db_array_text(&x[2], text_of(authority_code(w->authority)));
	db_array_i64(&x[3], n->version);
	db_array_text(&x[4], w->status);
	db_array_i64(&x[5], w->at_us);
	db_array_bytes(&x[6], w->digest.b, sizeof(w->digest.b));
	db_array_text(&x[7], text_of(outcome_name(w->outcome)));
	db_array_text(&x[8], row.info);
	db_array_bytes(&x[9], row.body.at, row.body.len);
	db_array_text(&x[10], w->inventory_no);
	db_array_text(&x[11], text_of(answer_giver_name(w->giver)));
	return true;
}

/* One set: begins its arrays, puts each row, ends them as parameters from `first` on. */
#define PUT_SET(first, kinds, rows, count, put_row) \
	do { \
		begin(x, a, kinds, (int)COUNTOF(kinds), count); \
		for (int i = 0; i < (count); i++) \
			put_row(x, &(rows)[i]); \
		end(x, w->params + (first), (int)COUNTOF(kinds)); \
	} while (0)

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

static bool put_answers(struct assess_write *w, struct arena *a)
{
	struct db_array x[COUNTOF(answer_kinds)], records;

	begin(x, a, answer_kinds, (int)COUNTOF(answer_kinds), w->answer_count);
	db_array_begin(&records, a, DB_KIND_BYTEA, w->answer_count, 40 * (size_t)w->answer_count);
	for (int i = 0; i < w->answer_count; i++)
		if (!put_answer(w, a, x, &records, &w->answers[i]))
			return false;
	end(x, w->params + P_ANSWERS, (int)COUNTOF(answer_kinds));
	w->params[P_ANSWER_RECORDS] = db_array_end(&records);
	return true;
}

/* All in one piece, encrypted; each delivery learns where its own is in what it was before. */
static bool put_documents(struct assess_write *w, struct arena *a)
{
	const struct vault_place place = vault_at("delivery_document", &w->id);
	struct text sealed;
	size_t bytes = 1;
	struct buf all;

	w->params[P_DOCUMENTS] = w->params[P_DOCUMENTS_RECORD] = db_null();
	if (w->delivery_count == 0)
		return true;

	for (int i = 0; i < w->delivery_count; i++)
		bytes += w->deliveries[i].body.len;
	buf_init(&all, a, bytes);
	for (int i = 0; i < w->delivery_count; i++) {
		w->deliveries[i].body_from = all.len;
		buf_text(&all, w->deliveries[i].body);
	}
	if (all.full || !vault_seal(w->vault, a, &place, buf_as_text(&all), &sealed))
		return false;
	w->params[P_DOCUMENTS] = db_text(sealed);
	w->documents_record = documents_record_hash(&w->id, w->now_us, sealed, &w->scratch);
	w->params[P_DOCUMENTS_RECORD] = db_bytes(w->documents_record.b, sizeof(w->documents_record.b));
	return true;
}

static void put_decision_records(struct assess_write *w, struct arena *a)
{
	struct db_array records;

	db_array_begin(&records, a, DB_KIND_BYTEA, w->judgement_count, 40 * (size_t)w->judgement_count);
	for (int i = 0; i < w->judgement_count; i++) {
		const struct judgement *j = &w->judgements[i];

		if (j->has_decision)
			put_hash(&records, decision_record_hash(j, w->now_us, &w->scratch));
		else
			db_array_null(&records);
	}
	w->params[P_DECISION_RECORDS] = db_array_end(&records);
}

/* As a rule there are none. */
static void put_requests(struct assess_write *w, struct arena *a)
{
	struct db_array declarations, withdrawals, returns;

	db_array_begin(&declarations, a, DB_KIND_UUID, w->request_count, 24 * (size_t)w->request_count);
	db_array_begin(&withdrawals, a, DB_KIND_UUID, w->request_count, 24 * (size_t)w->request_count);
	db_array_begin(&returns, a, DB_KIND_UUID, w->request_count, 24 * (size_t)w->request_count);
	for (int i = 0; i < w->request_count; i++) {
		const struct new_request *q = &w->requests[i];

		db_array_id(&declarations, &q->declaration);
		db_array_id(&withdrawals, q->returns ? NULL : &q->filing);
		db_array_id(&returns, q->returns ? &q->filing : NULL);
	}
	w->params[P_ASKED] = db_array_end(&declarations);
	w->params[P_WITHDRAWALS] = db_array_end(&withdrawals);
	w->params[P_RETURNS] = db_array_end(&returns);
}

bool assess_store_write(struct assess_write *w, struct arena *a, struct db_call *call)
{
	struct db_array x[SET_MAX];

	buf_init(&w->scratch, a, RECORD_BYTES);
	if (!put_documents(w, a) || !put_answers(w, a))
		return false;
	put_decision_records(w, a);
	PUT_SET(P_JUDGEMENTS, judgement_kinds, w->judgements, w->judgement_count, put_judgement);
	PUT_SET(P_DELIVERIES, delivery_kinds, w->deliveries, w->delivery_count, put_delivery);
	PUT_SET(P_CHANGES, change_kinds, w->changes, w->change_count, put_change);
	w->params[P_NOW] = db_time(a, w->now_us);
	w->params[P_LEASE] = db_i32(a, w->lease_s);
	w->params[P_ID] = db_id(&w->id);
	put_requests(w, a);
	w->params[P_JOINT] = w->joint.at == NULL ? db_null() : db_text(w->joint);
	db_call_init(call);
	db_call_add(call, &write_all, w->params);
	return !a->full;
}
