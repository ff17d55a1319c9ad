-- params: 5
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client; $5 unused, as its neighbours have it. For C
-- (api/outage_evidence.c): its filings and what came under its waybill's number, in order of time; the document of inventories.
with d as (
  select * from declaration
  where bucket = $1::smallint and id = $2::uuid and ($4::boolean or $3::integer = any (client_ids)) and $5::timestamptz is not null
), own as (
  select f.id, f.link_id from d
  cross join lateral unnest(d.filing_ids) as n(id)
  cross join lateral (select f.id, f.link_id from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0) f
)
select f.id, f.kind, f.business_key, f.revision, f.received_at, f.doc_sha256, case when f.kind = 'inventory' then f.document end
from (
  select own.id from own
  union
  select unnest(l.filing_ids) from (select distinct link_id from own where link_id is not null) o
  cross join d
  cross join lateral (select l.declaration_id, l.filing_ids from link l where l.bucket = id_bucket(o.link_id) and l.id = o.link_id offset 0) l
  where l.declaration_id = d.id
) as n(id)
cross join lateral (select * from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0) f
order by f.received_at, f.id
