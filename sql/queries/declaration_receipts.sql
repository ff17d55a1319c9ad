-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client
-- What authorities answered, by their own time.
select json_build_object('items', (
  select coalesce(json_agg(authority_receipt_json(a, d, reader.of_info) order by a.at, a.id), '[]')
  from authority_receipt a where a.bucket = d.bucket and a.declaration_id = d.id))
from declaration d
cross join lateral (select $4::boolean or filed_inventory(d.filing_ids, $3::integer) as of_info) reader
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
