-- params: 3
-- $1 SHA-256 of the message in hex; $2 caller's client id; $3 sees filings of every client
-- The filings of a message as it was sent; nodes that were repeats of earlier filings are found under their keys.
select json_build_object('items', coalesce(json_agg(json_build_object(
    'id', k.filing_id,
    'kind', k.kind,
    'direction', k.direction,
    'business_key', k.business_key,
    'revision', k.revision,
    'document_sha256', encode(k.doc_sha256, 'hex'),
    'receipt', convert_from(k.receipt, 'UTF8')::json
  ) order by s.received_at, s.id, n.place), '[]'))
from submission s
cross join lateral unnest(s.filing_ids) with ordinality as n(id, place)
cross join lateral (
  select f.bucket, f.key_id, f.revision
  from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0
) f
join filing_key k on k.bucket = f.bucket and k.key_id = f.key_id and k.revision = f.revision
where s.sha256 = decode($1::text, 'hex') and ($3::boolean or s.client_id = $2::integer)
