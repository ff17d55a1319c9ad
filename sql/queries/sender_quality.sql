-- params: 4
-- $1 name of the client; $2 first day of the month; $3 words of rules; $4 titles of faults
-- A month that is closed has its score as it was told; one that is not, as it stands.
with c as (
  select c.id, c.name, c.codes from client c where c.name = $1::text and c.role = 'enterprise'
), m as (
  select date '1970-01-01' + $2::integer as first_day, month_end(date '1970-01-01' + $2::integer) as last_day
), n as (
  select coalesce(sum(d.accepted), 0) as accepted, coalesce(sum(d.refused), 0) as refused, coalesce(sum(d.warned), 0) as warned
  from c cross join m join sender_day d on d.client_id = c.id and d.day between m.first_day and m.last_day
)
select json_build_object(
  'client', c.name,
  'codes', c.codes,
  'month', to_char(m.first_day, 'YYYY-MM'),
  'closed_at', local_time(k.closed_at),
  'accepted', n.accepted,
  'refused', n.refused,
  'warned', n.warned,
  'score', coalesce(k.score, sender_score(n.accepted + n.refused, n.refused, n.warned, m.last_day)),
  'rules', (
    select coalesce(json_agg(json_build_object('id', r.id, 'name', r.name, 'value', r.value, 'source', r.source) order by r.id), '[]')
    from sender_rule r where r.id = any (coalesce(k.rule_rows, sender_score_rows(m.last_day)))),
  'kinds', (
    select coalesce(json_agg(json_build_object('kind', nullif(d.kind, ''), 'accepted', d.accepted, 'refused', d.refused, 'warned', d.warned)
      order by d.kind), '[]')
    from (
      select d.kind, sum(d.accepted) as accepted, sum(d.refused) as refused, sum(d.warned) as warned
      from sender_day d where d.client_id = c.id and d.day between m.first_day and m.last_day group by d.kind) d),
  'faults', (
    select coalesce(json_agg(json_build_object('kind', nullif(f.kind, ''), 'field', nullif(f.field, ''), 'rule', f.rule, 'refused', f.refused,
      'warned', f.warned, 'detail', coalesce($3::text::json -> f.rule ->> 'detail', $4::text::json ->> f.rule),
      'remedy', $3::text::json -> f.rule ->> 'remedy') order by f.refused desc, f.warned desc, f.kind, f.field, f.rule), '[]')
    from sender_faults(c.id, m.first_day, m.last_day) f)
)
from c cross join m cross join n left join sender_month k on k.client_id = c.id and k.month = m.first_day
