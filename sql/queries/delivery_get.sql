-- params: 6
-- $1 $2 declaration: bucket, id; $3 authority; $4 version; $5 caller's client id; $6 sees declarations of every client,
-- and the documents sent
-- The delivery; what was sent: content type, the row that holds it, where it begins there and ends, that row encrypted (null: not for this caller); the
-- clients whose declaration it is of.
select delivery_json(v), v.content_type, v.document_id, v.document_from, v.document_len,
  case when $6::boolean then (
    select b.body from delivery_document b where b.bucket = id_bucket(v.document_id) and b.id = v.document_id) end, d.client_ids::text
from delivery v
join declaration d on d.bucket = v.bucket and d.id = v.declaration_id
where v.bucket = $1::smallint and v.declaration_id = $2::uuid and v.authority = $3::text and v.version = $4::integer
  and ($6::boolean or $5::integer = any (d.client_ids))
