-- params: 5
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client; $5 business time. For C
-- (api/outage_evidence.c): the statutory periods for its direction and trade mode that were in force on the day it was opened.
select p.id, p.act, p.title_zh, p.title_en, p.authority, p.counts_from, p.unit, p.amount, p.rolls, p.outage_extends, p.source
from declaration d
join statutory_period p on p.direction = d.direction and p.trade_mode in ('*', d.trade_mode)
  and p.valid_from <= (d.opened_at at time zone 'Asia/Shanghai')::date
  and (p.valid_to is null or p.valid_to >= (d.opened_at at time zone 'Asia/Shanghai')::date)
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids)) and $5::timestamptz is not null
order by p.id
