/*
 * What a judgement writes: everything that follows from a batch in one statement, guarded by the seq and version that were
 * read. Who lost the race changes nothing and judges again. Its values are those of assess_params.c.
 *
 *   u   the declarations that are still as read         c   a decision each       s, t  their waiting windows
 *   vi  new deliveries, vd their documents in one row, h the work row that remembers which of them are in this daemon's hand
 *   r   answers that came in the replies of deliveries  pu  what they and older ones mean for each part
 *   e   cases of contradictions                         q   cases of what its lane holds; no filer is told of them
 *   n   of the few declarations that were selected for inspection, as one text of JSON: ni the inspection, nd, nr what is recognised
 *   g   the leaves for the log of decisions, answers and documents
 *   f   what of all this is told in the feed: what has been answered, then what has come of it
 */
#include "store/assess_priv.h"

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
	"    union all select 'authority_receipt', id, record from y where ((declaration_id, id) in (select declaration_id, id from r)) is true" /* hashed: a join would not be */
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

bool assess_store_write(struct assess_write *w, struct arena *a, struct db_call *call)
{
	if (!assess_write_params(w, a))
		return false;
	db_call_init(call);
	db_call_add(call, &write_all, w->params);
	return !a->full;
}
