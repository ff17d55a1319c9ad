-- params: 4
-- $1 $2 filing: bucket, id; $3 caller's client id; $4 sees filings of every client. For C (api/evidence.c): the receipt, and its batch's seal
-- as the log has it.
select json_build_object('id', f.id, 'kind', f.kind, 'direction', f.direction, 'business_key', f.business_key, 'revision', f.revision)::text, 'filing',
  convert_from(receipt_of(k.seal_id, k.receipt_from, k.receipt_len), 'UTF8'), record_text(l.coverage_id, s), true, c.kind, l.coverage_id, l.made_at,
  l.hashes, p.seq
from filing f
join filing_key k on k.bucket = f.bucket and k.key_id = f.key_id and k.revision = f.revision
join seal s on s.bucket = id_bucket(k.seal_id) and s.id = k.seal_id
left join lateral (select * from log_leaf_of('seal', s.sealed_at, s.id) offset 0) l on true
left join coverage c on c.id = l.coverage_id
left join leaf_place p on p.leaf_id = l.id
where f.bucket = $1::smallint and f.id = $2::uuid and ($4::boolean or f.client_id = $3::integer)
