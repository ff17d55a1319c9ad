-- params: 2
-- $1 $2 sizes; null: the latest checkpoint's. How far the log is, both sizes, and the notes of these sizes where there are checkpoints.
select h.size, x.a, x.b, a.note, b.note
from tree_head h
cross join lateral (select max(c.size) as size from checkpoint c) l
cross join lateral (select coalesce($1::bigint, l.size) as a, coalesce($2::bigint, l.size) as b) x
left join checkpoint a on a.size = x.a
left join checkpoint b on b.size = x.b
