-- params: 5
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client; $5 business time. For C
-- (api/outage_evidence.c): of each authority that got the declared version its delivery, and a row for each time since the declaration
-- was opened in which it took nothing (the hundred latest); whether the delivery waited just then.
select v.authority, v.version, v.state, v.attempts, v.created_at, v.sent_at, p.kind, p.began_at, p.noticed_at,
  case when p.ended_at <= $5::timestamptz then p.ended_at end, p.failures, p.evidence,
  p.began_at < coalesce(v.sent_at, $5::timestamptz) and coalesce(p.ended_at, 'infinity') > v.created_at
from declaration d
join delivery v on v.bucket = d.bucket and v.declaration_id = d.id and v.version = (
  select max(w.version) from delivery w where w.bucket = d.bucket and w.declaration_id = d.id and w.withdrawal is null and w.return_filing is null)
cross join lateral (
  select * from outage_period o
  where o.authority = v.authority and o.began_at <= $5::timestamptz and coalesce(o.ended_at, 'infinity') > d.opened_at
  order by o.began_at desc limit 100
) p
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
order by v.authority, p.began_at, p.kind
