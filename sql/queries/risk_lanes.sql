-- params: 2
-- $1 $2 decided from, before. How many declarations took each lane, and how many only because they were drawn.
with c as (
  select c.lane, count(*) as n, count(*) filter (where position('"by_chance":true'::bytea in c.risk) > 0) as drawn
  from decision c
  where c.decided_at >= $1::timestamptz and c.decided_at < $2::timestamptz and c.lane is not null group by c.lane
), t as (select coalesce(sum(n), 0) as n, coalesce(sum(drawn), 0) as drawn from c)
select json_build_object('from', local_time($1::timestamptz), 'to', local_time($2::timestamptz), 'judged', t.n, 'drawn', t.drawn,
  'items', (select json_agg(json_build_object('lane', l.lane, 'declarations', coalesce(c.n, 0), 'drawn', coalesce(c.drawn, 0),
      'share_bp', case when t.n > 0 then round(coalesce(c.n, 0) * 10000.0 / t.n)::integer end) order by l.place)
    from unnest(array['green', 'yellow', 'red', 'black', 'reject']) with ordinality as l(lane, place) left join c on c.lane = l.lane))
from t
