-- params: 5
-- $1 $2 filing: bucket, id; $3 caller's client id; $4 sees filings of every client; $5 and their documents
-- The filing, its document as it is stored (encrypted; null: not for this caller), whether it is the caller's own, its owner. A filing null: its month was removed,
-- after so many years.
select json_build_object(
  'id', f.id,
  'kind', f.kind,
  'direction', f.direction,
  'action', f.action,
  'business_key', f.business_key,
  'revision', f.revision,
  'received_at', local_time(f.received_at),
  'declaration_id', coalesce(f.declaration_id,
    (select l.declaration_id from link l where l.bucket = id_bucket(f.link_id) and l.id = f.link_id)),
  'message_sha256', encode(f.message_sha256, 'hex'),
  'document_sha256', encode(f.doc_sha256, 'hex')
), case when $5::boolean or f.client_id = $3::integer then f.document end, f.client_id = $3::integer, array[f.client_id]::text, null::integer
from filing f
where f.bucket = $1::smallint and f.id = $2::uuid and ($4::boolean or f.client_id = $3::integer)
union all
select null, null, false, '{}', r.years
from tombstone t join retention_rule r on r.id = t.rule_id
where t.record = 'filing' and $2::uuid >= id_floor(t.from_time) and $2::uuid < id_floor(t.to_time)
limit 1
