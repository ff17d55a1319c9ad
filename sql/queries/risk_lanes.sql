-- params: 2
-- $1 $2 decided from, before. How many declarations took each lane, how many only because they were drawn, how many were not drawn because inspectors had
-- enough to do; what share was expected on the last of these days, and whether a lane took more than is to be expected. How inspections ended.
with c as (
  select c.lane, count(*) as n, count(*) filter (where position('"by_chance":true'::bytea in c.risk) > 0) as drawn,
    count(*) filter (where position('"is_spared":true'::bytea in c.risk) > 0) as spared
  from decision c
  where c.decided_at >= $1::timestamptz and c.decided_at < $2::timestamptz and c.lane is not null group by c.lane
), t as (
  select coalesce(sum(n), 0) as n, coalesce(sum(drawn), 0) as drawn, coalesce(sum(spared), 0) as spared, ($2::timestamptz at time zone 'Asia/Shanghai')::date as day
  from c)
select json_build_object('from', local_time($1::timestamptz), 'to', local_time($2::timestamptz), 'judged', t.n, 'drawn', t.drawn, 'spared', t.spared,
  'items', (select json_agg(json_build_object('lane', l.lane, 'declarations', coalesce(c.n, 0), 'drawn', coalesce(c.drawn, 0), 'share_bp', s.bp,
      'expected_bp', r.expected_bp, 'is_off', s.bp * 1000 > r.expected_bp * risk_number_on('share_off_permille', t.day)) order by l.place)
    from unnest(array['green', 'yellow', 'red', 'black', 'reject']) with ordinality as l(lane, place) left join c on c.lane = l.lane
    cross join lateral (select case when t.n > 0 then round(coalesce(c.n, 0) * 10000.0 / t.n)::integer end as bp) s
    left join lateral (
      select r.expected_bp from risk_lane r where r.lane = l.lane and r.valid_from <= t.day and (r.valid_to is null or r.valid_to >= t.day) limit 1) r on true),
  'inspections', (select json_build_object('open', count(*) filter (where i.result = 'open'), 'good', count(*) filter (where i.result = 'good'),
      'bad', count(*) filter (where i.result = 'bad')) from inspection i where i.opened_at >= $1::timestamptz and i.opened_at < $2::timestamptz))
from t
