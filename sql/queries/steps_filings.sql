-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client. For C (api/steps.c): every filing of the
-- declaration in order of time: id, kind, action, business key, revision, when it came, whether it is the caller's, its canonical
-- document. With what came under the number of its waybill, as far as judgement counts it; a waybill that waits under its own number
-- is shown when its order number is that of one declaration only.
with d as (
  select * from declaration
  where bucket = $1::smallint and id = $2::uuid and ($4::boolean or $3::integer = any (client_ids))
), own as (
  select f.id, f.link_id from d
  cross join lateral unnest(d.filing_ids) as n(id)
  cross join lateral (select f.id, f.link_id from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0) f
)
select f.id, f.kind, f.action, f.business_key, f.revision, f.received_at, f.client_id = $3::integer, f.document
from (
  select own.id from own
  union
  select unnest(l.filing_ids) from (select distinct link_id from own where link_id is not null) o
  cross join d
  cross join lateral (select l.declaration_id, l.filing_ids from link l where l.bucket = id_bucket(o.link_id) and l.id = o.link_id offset 0) l
  where l.declaration_id = d.id
  union
  select unnest(l.filing_ids) from d join link l on l.order_no = d.order_no
  where d.verdict = 'MISSING' and l.declaration_id is null and (select count(*) from declaration o where o.order_no = d.order_no) = 1
) as n(id)
cross join lateral (select * from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0) f
order by f.received_at, f.id
