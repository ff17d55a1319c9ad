-- params: 2
-- $1 $2 decided from, before. Each row of a rule that hit in that time, and how a trial compares with what is in force: also_live counts its
-- hits on declarations that a row in force hit as well, alone the others; live_without those that rows in force hit and it did not. Alarms are told apart:
-- there a row in force is one of the same rule, on the same occasion.
with c as materialized (
  select c.lane, c.risk_rows, exists (select from unnest(c.risk_rows) x(id) join risk_rule w on w.id = x.id where w.mode = 'active') as is_live
  from decision c
  where c.decided_at >= $1::timestamptz and c.decided_at < $2::timestamptz and c.lane is not null
), t as (
  select count(*) as judged, count(*) filter (where is_live) as live from c
), h as (
  select x.id, count(*) as hits, count(*) filter (where c.lane = 'green') as green,
    count(*) filter (where exists (select from unnest(c.risk_rows) y(id) join risk_rule v on v.id = y.id where v.mode = 'active' and v.id <> x.id)) as also_live
  from c cross join unnest(c.risk_rows) x(id) group by x.id
), m as materialized (
  select a.id, a.rule, a.rule_row, a.mode, a.subject, a.occasion from risk_alarm a where a.at >= $1::timestamptz and a.at < $2::timestamptz
), n as (
  select m.rule, m.rule_row as id, count(*) as raised, count(*) filter (where exists (select from m o
    where o.mode = 'active' and o.rule = m.rule and o.subject = m.subject and o.occasion = m.occasion and o.rule_row <> m.rule_row)) as also_live
  from m group by m.rule, m.rule_row
)
select json_build_object('from', local_time($1::timestamptz), 'to', local_time($2::timestamptz), 'judged', t.judged, 'live', t.live,
  'items', (select coalesce(json_agg(json_build_object('row', w.id, 'rule', w.rule, 'step', w.step, 'node', w.node, 'class', w.class, 'mode', w.mode,
      'blocks', w.blocks, 'points', w.points, 'hits', h.hits, 'hits_green', h.green, 'also_live', h.also_live, 'alone', h.hits - h.also_live,
      'live_without', t.live - h.also_live - case when w.mode = 'active' then h.hits - h.also_live else 0 end)
      order by w.mode desc, h.hits desc, w.id), '[]')
    from h join risk_rule w on w.id = h.id),
  'alarms', (select coalesce(json_agg(json_build_object('row', w.id, 'rule', w.rule, 'step', w.step, 'node', w.node, 'class', w.class, 'mode', w.mode,
      'blocks', w.blocks, 'points', w.points, 'raised', n.raised, 'also_live', n.also_live, 'alone', n.raised - n.also_live,
      'live_without', (select count(*) from m where m.rule = n.rule and m.mode = 'active' and m.rule_row <> n.id) - n.also_live)
      order by w.mode desc, n.raised desc, w.id), '[]')
    from n join risk_rule w on w.id = n.id))
from t
