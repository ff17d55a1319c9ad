-- params: 1
-- $1 the day. Of every rule the hits that were reviewed in the days before and on it, and how many of them were false.
with t as (
  select date '1970-01-01' + $1::integer as day
), l as (
  select l.* from t, case_limit l where l.valid_from <= t.day and (l.valid_to is null or l.valid_to >= t.day)
), n as (
  select t.day, (select l.value from l where l.name = 'revision_days') as days, (select l.value from l where l.name = 'revision_percent') as percent
  from t
), r as (
  select f.rule, count(*) as reviewed, count(*) filter (where not f.was_right) as wrong
  from n join case_finding f on f.reviewed_on > n.day - n.days and f.reviewed_on <= n.day
  group by f.rule
)
select json_build_object('on', n.day, 'revision_days', n.days, 'revision_percent', n.percent,
  'limits', (select json_agg(json_build_object('id', l.id, 'name', l.name, 'value', l.value, 'source', l.source) order by l.id) from l),
  'items', (select coalesce(json_agg(json_build_object('rule', r.rule, 'reviewed', r.reviewed, 'false_hits', r.wrong,
      'false_percent', round(100.0 * r.wrong / r.reviewed, 1), 'to_be_revised', 100 * r.wrong > n.percent * r.reviewed) order by r.rule), '[]') from r))
from n
