-- params: 5
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client; $5 business time. For C
-- (api/outage_evidence.c): the declaration, when it was first put to an authority, and the calendar: days since 1970, each with w
-- (worked) or h (holiday).
select d.platform_code, d.order_no, d.direction, d.trade_mode, d.state, d.opened_at,
  (select min(v.created_at) from delivery v where v.bucket = d.bucket and v.declaration_id = d.id), d.released_at,
  (select string_agg((c.day - date '1970-01-01')::text || case when c.worked then 'w' else 'h' end, ',' order by c.day)
    from calendar_day c where c.withdrawn_at is null and c.day > ($5::timestamptz)::date - 4000)
from declaration d
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
