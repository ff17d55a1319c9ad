-- params: 2
-- $1 $2 level and place of perfect subtrees, as columns. For C (api/log_nodes.c), which looks them up in this order.
select n.level, n.place, n.hash
from (select distinct x.level, x.place from unnest($1::smallint[], $2::bigint[]) as x(level, place)) x
cross join lateral (select * from tree_node t where t.level = x.level and t.place = x.place offset 0) n
order by n.level, n.place
