-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client. For C (api/evidence.c): what the declaration
-- rests on, each with its leaf: filings by their receipts, judgements, what authorities answered, what regulators decided. Receipts of others and
-- words of authorities and regulators are for those who see everything and for whoever filed the inventory; others get their hashes.
with d as (
  select d.*, $4::boolean or filed_inventory(d.filing_ids, $3::integer) as of_info
  from declaration d
  where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
), r (rank, at, head, part, receipt, record, shows, leaf_id, coverage_id, made_at, hashes) as (
  select 1, f.received_at, json_build_object('id', f.id, 'kind', f.kind, 'direction', f.direction, 'action', f.action, 'revision', f.revision,
      'received_at', local_time(f.received_at), 'message_sha256', encode(f.message_sha256, 'hex'), 'document_sha256', encode(f.doc_sha256, 'hex'))::text,
    'filing', case when d.of_info or f.client_id = $3::integer then convert_from(receipt_of(k.seal_id, k.receipt_from, k.receipt_len), 'UTF8') end,
    record_text(l.coverage_id, s), true, l.id, l.coverage_id, l.made_at, l.hashes
  from d cross join lateral unnest(d.filing_ids) as i(id)
  join filing f on f.bucket = id_bucket(i.id) and f.id = i.id
  join filing_key k on k.bucket = f.bucket and k.key_id = f.key_id and k.revision = f.revision
  join seal s on s.bucket = id_bucket(k.seal_id) and s.id = k.seal_id
  left join lateral (select * from log_leaf_of('seal', s.sealed_at, s.id) offset 0) l on true
  union all
  select 2, x.decided_at, json_build_object('table', 'decision', 'id', x.id)::text, 'record', null, record_text(l.coverage_id, x), true,
    l.id, l.coverage_id, l.made_at, l.hashes
  from d join decision x on x.bucket = d.bucket and x.declaration_id = d.id
  left join lateral (select * from log_leaf_of('decision', x.decided_at, x.id) offset 0) l on true
  union all
  select 3, x.received_at, json_build_object('table', 'authority_receipt', 'id', x.id)::text, 'record', null, record_text(l.coverage_id, x), d.of_info,
    l.id, l.coverage_id, l.made_at, l.hashes
  from d join authority_receipt x on x.bucket = d.bucket and x.declaration_id = d.id
  left join lateral (select * from log_leaf_of('authority_receipt', x.received_at, x.id) offset 0) l on true
  union all
  select 4, x.decided_at, json_build_object('table', 'ruling', 'id', x.id)::text, 'record', null, record_text(l.coverage_id, x), d.of_info,
    l.id, l.coverage_id, l.made_at, l.hashes
  from d join ruling x on x.bucket = d.bucket and x.declaration_id = d.id
  left join lateral (select * from log_leaf_of('ruling', x.decided_at, x.id) offset 0) l on true
)
select r.head, r.part, r.receipt, r.record, r.shows, c.kind, r.coverage_id, r.made_at, r.hashes, p.seq
from r left join coverage c on c.id = r.coverage_id left join leaf_place p on p.leaf_id = r.leaf_id
order by case when r.part = 'filing' then 0 else 1 end, r.at, r.rank, r.head
