-- params: 1
-- $1 authority. Its hundred latest windows, newest first; no row when there is no such authority.
select json_build_object('items', (
  select coalesce(json_agg(maintenance_json(w) order by w.begins_at desc, w.id desc), '[]')
  from (select * from maintenance m where m.authority = a.code order by m.begins_at desc, m.id desc limit 100) w))
from authority a
where a.code = $1::text
