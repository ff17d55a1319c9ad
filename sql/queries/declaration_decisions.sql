-- params: 6
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client; $5 $6 titles of states and verdicts.
-- Judgements, regulators' decisions and what an authority recognised of another, in order of time. A regulator's reason is for regulators,
-- operators and whoever filed the inventory.
with d as (
  select d.*, $4::boolean or filed_inventory(d.filing_ids, $3::integer) as of_info
  from declaration d
  where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
), decided (at, rank, item) as (
  select c.decided_at, 1, json_build_object('id', c.id, 'what', 'judged', 'at', local_time(c.decided_at), 'verdict', c.outcome,
    'verdict_title', $6::text::json ->> c.outcome, 'state', c.state, 'state_title', $5::text::json ->> c.state, 'version', c.version,
    'rule_rows', c.rule_rows, 'actor', c.actor)
  from d join decision c on c.bucket = d.bucket and c.declaration_id = d.id
  union all
  select r.decided_at, 2, ruling_json(r, d.of_info)
  from d join ruling r on r.bucket = d.bucket and r.declaration_id = d.id
  union all
  select g.at, 3, json_build_object('what', 'recognised', 'at', local_time(g.at), 'authority', g.authority, 'version', g.version,
    'recognised_from', g.giver, 'outcome', g.outcome, 'rule_id', g.rule_id, 'source', w.source)
  from d join recognition g on g.bucket = d.bucket and g.declaration_id = d.id join recognition_rule w on w.id = g.rule_id
)
select json_build_object('items', (select coalesce(json_agg(x.item order by x.at, x.rank), '[]') from decided x))
from d
