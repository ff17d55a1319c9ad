-- params: 3
-- What of an enterprise was released, month by month; an aggregate alone. $1 its number, $2 $3 first days of the first and last month
select json_build_object('enterprise', e.credit_code, 'from', to_char(date '1970-01-01' + $2::integer, 'YYYY-MM'),
  'to', to_char(date '1970-01-01' + $3::integer, 'YYYY-MM'), 'counted_to', (select seq from trade_place), 'items', (
    select coalesce(json_agg(json_build_object('month', to_char(t.month, 'YYYY-MM'), 'direction', t.direction, 'currency', nullif(t.currency, ''),
      'released', t.released, 'value', trim_scale(t.value)::text) order by t.month, t.direction, t.currency), '[]')
    from (
      select m.month, m.direction, m.currency, sum(m.released) as released, sum(m.value) as value
      from enterprise_number n join trade_month m on m.merchant_code = n.number
      where n.enterprise_id = e.id and n.kind in ('credit', 'customs')
        and m.month between date '1970-01-01' + $2::integer and date '1970-01-01' + $3::integer
      group by m.month, m.direction, m.currency) t))
from enterprise e
where e.id = enterprise_by_number($1::text)
