-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client
select json_build_object('items', (
  select coalesce(json_agg(delivery_json(v) order by v.version, v.authority), '[]')
  from delivery v where v.bucket = d.bucket and v.declaration_id = d.id))
from declaration d
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
