-- params: 4
-- $1 a number of the enterprise, $2 its number of the goods; $3 the caller's codes; $4 sees goods of every enterprise
select json_joined(goods_json(g, true), json_build_object('frozen', goods_frozen_json(g.enterprise_id, g.item_no)))
from goods_version g
where g.enterprise_id = enterprise_by_number($1::text) and g.item_no = $2::text
  and ($4::boolean or enterprise_is_of(g.enterprise_id, $3::text[]))
order by g.version desc limit 1
