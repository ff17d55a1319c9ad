-- params: 5
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client; $5 today. The last decision that chose a lane; lane null: none did.
-- Who does not see every client's is shown the rows in force that look at the trade alone; how many others hit is only counted.
select json_build_object('declaration_id', d.id, 'lane', c.lane, 'decision_id', c.id, 'decided_at', local_time(c.decided_at), 'version', c.version,
  'action', c.risk -> 'action', 'points', c.risk -> 'points', 'by_chance', c.risk -> 'by_chance',
  'draw', case when c.lane is not null then json_build_object('id', d.id, 'day', date '1970-01-01' + (c.risk ->> 'day')::integer, 'drawn', c.risk -> 'drawn',
    'rate_bp', c.risk -> 'rate_bp') end,
  'hits', h.shown, 'more', h.more,
  'credit', case when $4::boolean and c.lane is not null then json_build_object('level', c.risk -> 'credit_level', 'term', c.risk -> 'credit_term',
    'is_listed', c.risk -> 'is_listed') end,
  'sampling', case when $4::boolean then c.risk -> 'sampling' end, 'classes', case when $4::boolean then c.risk -> 'classes' end,
  'alarms', case when $4::boolean then (select coalesce(json_agg(risk_alarm_json(a) order by a.at, a.id), '[]') from risk_alarm a
    where a.subject_kind = 'declaration' and a.subject = d.id::text) end,
  'cleared', case when $4::boolean then c.risk -> 'is_cleared' end,
  'counted', case when $4::boolean then c.risk -> 'counted' end,
  'buyer_flags', case when $4::boolean then (select person_kinds_on(t.buyer, date '1970-01-01' + $5::integer) from risk_trace t
    where t.bucket = d.bucket and t.id = d.id and t.opened_at = d.opened_at) end,
  'rows', case when $4::boolean and c.lane is not null then json_build_array(c.risk -> 'lane_row', c.risk -> 'level_row') end)
from declaration d
left join lateral (
  select x.id, x.lane, x.decided_at, x.version, convert_from(x.risk, 'UTF8')::json as risk from decision x
  where x.bucket = d.bucket and x.declaration_id = d.id and x.lane is not null order by x.seq desc, x.decided_at desc, x.id desc limit 1) c on true
cross join lateral (
  select coalesce(json_agg(json_build_object('row', w.id, 'rule', w.rule, 'node', w.node, 'class', w.class, 'mode', e.hit ->> 'mode',
      'points', e.hit -> 'points', 'blocks', e.hit -> 'blocks', 'counted', e.hit -> 'counted', 'source', w.source) order by e.place)
    filter (where $4::boolean or (e.hit ->> 'mode' = 'active' and w.window_s is null)), '[]') as shown,
    count(*) filter (where not $4::boolean and e.hit ->> 'mode' = 'active' and w.window_s is not null) as more
  from json_array_elements(c.risk -> 'hits') with ordinality as e(hit, place) join risk_rule w on w.id = (e.hit ->> 'row')::integer) h
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
