-- params: 1
-- The parks in force on a day. $1 the day, counted from 1970-01-01
select json_build_object('items', coalesce(json_agg(park_json(p) order by p.code), '[]'))
from park p
where date '1970-01-01' + $1::integer between p.valid_from and coalesce(p.valid_to, 'infinity')
