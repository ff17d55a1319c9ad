-- params: 2
-- What an enterprise is evaluated by beside what credit_store reads of it. $1 its code, $2 the day (days since 1970). One row: sums are over days before
-- the day, so that they stand still once it began; what tax holds of it is that of the day. Nothing here reads what is updated afterwards: a tax bill is
-- folded from customs' messages again, and of returns it is counted that they were asked for. Columns: src/api/credit_indicators.c.
with d as (
  select date '1970-01-01' + $2::integer as day, (date '1970-01-01' + $2::integer)::timestamp at time zone 'Asia/Shanghai' as began, r.id as rule_row,
    r.value as months, (date '1970-01-01' + $2::integer - r.value * interval '1 month')::date as first_day
  from credit_rule r
  where r.name = 'indicator_months' and r.valid_from <= date '1970-01-01' + $2::integer
    and (r.valid_to is null or r.valid_to >= date '1970-01-01' + $2::integer)
), w as materialized (
  select d.*, d.first_day::timestamp at time zone 'Asia/Shanghai' as first_at, enterprise_codes_before($1::text, d.day) as codes from d
), released as (
  select coalesce(sum(r.count), 0) as count from w join credit_released r on r.code = $1::text and r.day >= w.first_day and r.day < w.day
), filings as ( -- of closed months that lie in the window as a whole
  select coalesce(sum(m.accepted + m.refused), 0) as filings, coalesce(sum(m.refused), 0) as refused, coalesce(sum(m.warned), 0) as warned
  from w join client c on $1::text = any (c.codes) join sender_month m on m.client_id = c.id
    and m.month >= w.first_day and m.month < w.day and m.closed_at < w.began
), named as materialized (
  select c.code, w.* from w cross join unnest(w.codes) as c(code)
), trade as (
  select coalesce(sum(t.released) filter (where t.direction = 'import'), 0) as imports,
    coalesce(sum(t.released) filter (where t.currency = '142'), 0) as in_yuan, coalesce(sum(t.value) filter (where t.currency = '142'), 0) as yuan
  from named w cross join lateral (select * from trade_day t where t.merchant_code = w.code and t.day >= w.first_day and t.day < w.day offset 0) t
), returns as (
  select count(*) as requested from named w cross join lateral (
    select 1 from goods_return g where g.merchant_code = w.code and g.requested_at >= w.first_at and g.requested_at < w.began offset 0) g
), samples as (
  select count(*) as reported, count(*) filter (where r.is_bad) as bad
  from named w cross join lateral (select s.id from sample s where s.merchant_code = w.code offset 0) s
  cross join lateral (select * from sample_report r where r.sample_id = s.id offset 0) r
  where r.reported_at >= w.first_at and r.reported_at < w.began
), bills as materialized ( -- a bill is made with the release: its day is the one that the time to pay is counted from
  select (b.at at time zone 'Asia/Shanghai')::date as made_on, b.status, (b.status_at at time zone 'Asia/Shanghai')::date as status_on
  from w
  cross join lateral (
    select distinct m.tax_no from unnest(w.codes) as c(code) cross join lateral (select m.tax_no from tax_message m
      where m.kind = 'bill' and m.merchant_code = c.code and m.at >= w.first_at and m.at < w.began and m.received_at < w.began offset 0) m) n
  cross join lateral (
    select (array_agg(m.at order by m.at desc, m.id desc) filter (where m.kind = 'bill'))[1] as at,
      (array_agg(m.merchant_code order by m.at desc, m.id desc) filter (where m.kind = 'bill'))[1] as merchant_code,
      (array_agg(m.status order by m.at desc, m.status desc, m.id desc))[1] as status, max(m.at) as status_at
    from tax_message m where m.tax_no = n.tax_no and m.received_at < w.began) b
  where b.merchant_code = any (w.codes) and b.at >= w.first_at and b.at < w.began and b.status <> 3
), days as materialized ( -- a merchant may have very many bills
  select made_on, case when status = 2 then status_on end as gathered_on, count(*) as bills from bills group by 1, 2
), paid as ( -- a bill that is neither gathered nor late yet says nothing
  select coalesce(sum(b.bills) filter (where b.gathered_on <= b.made_on + p.amount), 0) as on_time,
    coalesce(sum(b.bills) filter (where coalesce(b.gathered_on, w.day) > b.made_on + p.amount), 0) as late,
    array_agg(distinct p.id order by p.id) as rule_rows
  from w cross join days b cross join lateral ( -- to pay, of the day on which they were made
    select p.id, p.amount from statutory_period p where p.act = 'pay_tax' and p.direction = 'import' and p.unit = 'days'
      and p.valid_from <= b.made_on and (p.valid_to is null or p.valid_to >= b.made_on) order by p.id desc limit 1) p
), held as ( -- as credit has it: the last one that began by the day, as far as it was recorded by it, while it lasts
  select o.id, o.value, o.begins_on, o.ends_on from w join credit_outside o on o.code = $1::text and o.what = 'tax_grade'
    and o.recorded_on <= w.day and o.begins_on <= w.day
  order by o.begins_on desc, o.recorded_at desc, o.id desc limit 1
)
select w.rule_row, w.months, w.first_day - date '1970-01-01', to_json(w.codes)::text, released.count::bigint, filings.filings::bigint,
  filings.refused::bigint, filings.warned::bigint, returns.requested, trade.imports::bigint, samples.reported, samples.bad, paid.on_time::bigint, paid.late::bigint,
  coalesce(to_json(paid.rule_rows)::text, '[]'),
  trade.in_yuan::bigint, round(trade.yuan)::bigint, trim_scale(trade.yuan)::text, held.id, held.value, held.begins_on - date '1970-01-01'
from w cross join released cross join filings cross join trade cross join returns cross join samples cross join paid
left join held on held.ends_on is null or held.ends_on > w.day
