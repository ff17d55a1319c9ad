-- params: 11
-- Newest first. $1 caller's client id; $2 sees alerts of every client; $3 state (open, closed; null: both); $4 step; $5 declaration;
-- $6 $7 opened from, to; $8 $9 opened and id of the last one shown; $10 how many; $11 carrier (each null: any)
-- Three more columns: the key of the last one shown, when more follow.
with page as (
  select a.opened_at, a.id, tracking_alert_json(a, p.carrier_code, p.waybill_no, d.platform_code, d.order_no) as json,
    row_number() over (order by a.opened_at desc, a.id desc) as n
  from tracking_alert a
  join tracking_parcel p on p.bucket = a.bucket and p.id = a.parcel_id
  left join lateral (select d.platform_code, d.order_no, d.client_ids from declaration d
    where d.bucket = id_bucket(a.declaration_id) and d.id = a.declaration_id offset 0) d on true
  where ($2::boolean or $1::integer = any (d.client_ids) or p.carrier_code = any ((select c.codes from client c where c.id = $1::integer)::text[]))
    and ($3::text is null or (a.closed_at is null) = ($3::text = 'open'))
    and ($4::text is null or a.step = $4::text)
    and ($5::uuid is null or a.declaration_id = $5::uuid)
    and ($11::text is null or p.carrier_code = $11::text)
    and a.opened_at >= $6::timestamptz and a.opened_at < $7::timestamptz
    and (a.opened_at, a.id) < ($8::timestamptz, $9::uuid)
  order by a.opened_at desc, a.id desc
  limit $10::integer + 1
), last as (
  select p.opened_at, p.id from page p
  where p.n = $10::integer and exists (select 1 from page more where more.n > $10::integer)
)
select coalesce((select json_agg(p.json order by p.n) from page p where p.n <= $10::integer), '[]'),
  (select opened_at from last), (select id from last), null::integer
