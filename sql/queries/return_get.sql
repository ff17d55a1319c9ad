-- params: 5
-- $1 $2 filing of the return: bucket, id; $3 caller's client id; $4 sees declarations of every client; $5 titles of states
select goods_return_json(r, $5::text::json, $4::boolean or filed_inventory(d.filing_ids, $3::integer))
from filing f
join goods_return r on r.bucket = id_bucket(f.declaration_id) and r.declaration_id = f.declaration_id and r.filing_id = f.id
join declaration d on d.bucket = r.bucket and d.id = r.declaration_id
where f.bucket = $1::smallint and f.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
