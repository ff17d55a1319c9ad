-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client
-- Customs' answers by customs' own time, a row for each: id, direction, record as it is stored (encrypted), what kind of filing it answers
-- (cancellations and returns last, for they are other messages); the record of a ruling instead. One row of nulls: the declaration is there and
-- has none for this caller.
select a.id, d.direction, a.body, delivery_asks(v), case when a.id is not null and a.body is null then ruling_record(a) end
from declaration d
left join authority_receipt a on a.bucket = d.bucket and a.declaration_id = d.id and a.authority = 'CUS'
  and ($4::boolean or filed_inventory(d.filing_ids, $3::integer))
left join delivery v on v.bucket = a.bucket and v.declaration_id = a.declaration_id and v.authority = a.authority and v.version = a.version
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
order by v.withdrawal is not null, v.return_filing is not null, a.at, a.id
limit 100
