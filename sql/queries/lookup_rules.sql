-- params: 1
-- $1 a time on the day on which they are in force
with d as (select ($1::timestamptz at time zone 'Asia/Shanghai')::date as day)
select json_build_object('on', d.day, 'items', (
  select coalesce(json_agg(json_build_object('id', r.id, 'authority', r.authority, 'question', r.question, 'used', r.used, 'goods_class', r.goods_class,
    'unanswered', r.unanswered, 'valid_s', r.valid_s, 'stale_s', r.stale_s, 'purpose', r.purpose, 'requirement', r.requirement,
    'connected', a.query_url is not null, 'valid_from', r.valid_from, 'valid_to', r.valid_to, 'source', r.source) order by r.id), '[]')
  from lookup_rule r join authority a on a.code = r.authority
  where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)))
from d
