-- params: 2
-- $1 enterprise, $2 a day (days since 1970). How often its goods are drawn for inspection on that day, and why: its level, its own quality control, what
-- inspections found.
with d as (select date '1970-01-01' + $2::integer as day)
select json_build_object('code', $1::text, 'on', d.day,
  'level', json_build_object('level', l.level, 'rate_bp', l.inspection_bp, 'row', l.id),
  'ability', case when o.value is not null then json_build_object('value', o.value, 'from', o.begins_on, 'source', o.source,
    'permille', coalesce((select f.permille from risk_factor f where f.what = 'ability' and f.value = o.value and f.valid_from <= d.day
      and (f.valid_to is null or f.valid_to >= d.day) order by f.id limit 1), 1000)) end,
  'classes', (select coalesce(json_agg(json_build_object('goods_class', s.goods_class, 'steps', risk_step_on(s, d.day),
      'raised_to', case when s.steps > 0 and s.raised_to >= d.day then s.raised_to end, 'clean', s.clean, 'changed_at', local_time(s.changed_at))
      order by s.goods_class), '[]') from risk_step s where s.code = $1::text))
from d
left join lateral (
  select o.value, o.begins_on, o.source from credit_outside o where o.code = $1::text and o.what = 'quality_ability' and o.begins_on <= d.day
    and (o.ends_on is null or o.ends_on > d.day) order by o.begins_on desc, o.recorded_at desc, o.id desc limit 1) o on true
left join lateral (
  select r.* from credit_level r where r.level = coalesce((select p.level from credit_place p where p.code = $1::text), 'B')
    and r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day) order by r.id limit 1) l on true
