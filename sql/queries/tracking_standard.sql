-- params: 1
-- $1 a day (days since 1970): the rows of tracking in force then, in the order in which a chain is shown.
with d as (select date '1970-01-01' + $1::integer as day)
select json_build_object(
  'on', d.day,
  'steps', coalesce((
    select json_agg(json_build_object('id', s.id, 'trade_mode', s.trade_mode, 'direction', s.direction, 'step', s.step, 'place', s.place,
      'name_zh', s.name_zh, 'name_en', s.name_en, 'needs', s.needs, 'required', s.required, 'limit_from', s.limit_from, 'limit_hours', s.limit_hours,
      'told', s.told, 'valid_from', s.valid_from, 'valid_to', s.valid_to, 'source', s.source) order by s.direction, s.place, s.id)
    from tracking_step s where tracking_is_on(d.day, s.valid_from, s.valid_to)), '[]'),
  'sources', coalesce((
    select json_agg(json_build_object('id', s.id, 'kind', s.kind, 'direction', s.direction, 'message', s.message, 'step', s.step,
      'status_field', s.status_field, 'status_value', s.status_value, 'at_field', s.at_field, 'valid_from', s.valid_from, 'valid_to', s.valid_to,
      'source', s.source) order by s.id)
    from tracking_source s where tracking_is_on(d.day, s.valid_from, s.valid_to)), '[]'))
from d
