-- params: 1
-- $1 size; null: the latest. The signed note with the lines of its witnesses.
select c.note || coalesce((select string_agg(s.line || E'\n', '' order by s.witness_id) from cosignature s where s.size = c.size), ''), c.size
from checkpoint c
where $1::bigint is null or c.size = $1::bigint
order by c.size desc limit 1
