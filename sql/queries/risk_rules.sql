-- params: 1
-- $1 a day (days since 1970). All rows of the risk rules and lanes in force on it; those that are off say why.
with d as (select date '1970-01-01' + $1::integer as day)
select json_build_object(
  'on', d.day,
  'rules', (select coalesce(json_agg(json_build_object('id', r.id, 'rule', r.rule, 'step', r.step, 'node', r.node, 'class', r.class, 'mode', r.mode,
      'blocks', r.blocks, 'points', r.points, 'window_s', r.window_s, 'parameters', array_remove(r.parameters, null), 'valid_from', r.valid_from,
      'valid_to', r.valid_to, 'recorded_at', local_time(r.recorded_at), 'source', r.source) order by r.rule, r.id), '[]')
    from risk_rule r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)),
  'lanes', (select coalesce(json_agg(json_build_object('id', r.id, 'lane', r.lane, 'least_points', r.least_points, 'action', r.action, 'expected_bp', r.expected_bp,
      'source', r.source) order by r.least_points, r.lane), '[]')
    from risk_lane r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)),
  'numbers', (select coalesce(json_agg(json_build_object('id', r.id, 'name', r.name, 'value', r.value, 'source', r.source) order by r.name), '[]')
    from risk_number r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)),
  'factors', (select coalesce(json_agg(json_build_object('id', r.id, 'what', r.what, 'value', r.value, 'permille', r.permille, 'source', r.source)
      order by r.what, r.value), '[]')
    from risk_factor r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)),
  'levels', (select coalesce(json_agg(json_build_object('id', r.id, 'level', r.level, 'credit_term', r.credit_term, 'rate_bp', r.inspection_bp,
      'source', r.source) order by r.level), '[]')
    from credit_level r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day))
)
from d
