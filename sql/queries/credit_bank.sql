-- params: 3
-- What a bank reads of an enterprise beside its level (T5); aggregates alone. $1 its number, $2 the day (days since 1970), $3 first day of the first
-- of the twelve months that end with the day's. Columns: months as JSON; the width of a band of scores.
-- Of returns those that customs did not refuse and whose goods did not stay away. A bill is late when it was gathered later than the period pay_tax of the day of
-- release allows, or is still not gathered after it. Refunds are not known here.
with e as (
  select n.number as code from enterprise_number n where n.enterprise_id = enterprise_by_number($1::text) and n.kind in ('credit', 'customs')
), d as (
  select date '1970-01-01' + $2::integer as day, date '1970-01-01' + $3::integer as first_day
), v as (
  select m.direction, m.currency, sum(m.released) as released, sum(m.value) as value
  from d cross join e join trade_month m on m.merchant_code = e.code and m.month between d.first_day and d.day
  group by m.direction, m.currency
), r as (
  select count(*) as requested
  from d cross join e join goods_return g on g.merchant_code = e.code and g.requested_at >= d.first_day::timestamp at time zone 'Asia/Shanghai'
  where goods_return_state(g) not in ('refused', 'lapsed')
), s as (
  select coalesce(sum(v.released), 0) as imports from v where v.direction = 'import'
), b as (
  select count(*) as bills, count(*) filter (where t.status = 2) as gathered,
    count(*) filter (where (case when t.status = 2 then (t.status_at at time zone 'Asia/Shanghai')::date else d.day end)
      > (c.released_at at time zone 'Asia/Shanghai')::date + p.amount) as late
  from d cross join e join tax_bill t on t.merchant_code = e.code and t.made_at >= d.first_day::timestamp at time zone 'Asia/Shanghai' and t.status <> 3
  left join declaration c on c.bucket = id_bucket(t.declaration_id) and c.id = t.declaration_id
  left join lateral (
    select p.amount from statutory_period p where p.act = 'pay_tax' and p.direction = 'import' and p.unit = 'days'
      and p.valid_from <= (c.released_at at time zone 'Asia/Shanghai')::date
      and (p.valid_to is null or p.valid_to >= (c.released_at at time zone 'Asia/Shanghai')::date) order by p.id desc limit 1) p on true
)
select json_build_object(
  'from', to_char(d.first_day, 'YYYY-MM'),
  'to', to_char(d.day, 'YYYY-MM'),
  'value', (select coalesce(json_agg(json_build_object('direction', v.direction, 'currency', nullif(v.currency, ''), 'released', v.released,
    'value', trim_scale(v.value)::text) order by v.direction, v.currency), '[]') from v),
  'returns', (select json_build_object('requested', r.requested, 'released', s.imports,
    'rate', case when s.imports > 0 then round(r.requested::numeric / s.imports, 4)::text end) from r cross join s),
  'tax', (select json_build_object('bills', b.bills, 'gathered', b.gathered, 'late', b.late,
    'on_time', case when b.bills > 0 then b.late = 0 end) from b),
  'refunds', null
), (select q.value from credit_rule q where q.name = 'bank_band' and q.valid_from <= d.day and (q.valid_to is null or q.valid_to >= d.day))
from d
