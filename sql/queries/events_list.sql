-- params: 9
-- The feed behind $3 (null: behind the last event there is), as the caller may see it.
-- $1 caller's client id; $2 sees events of every client; $4 how many events to look through, $5 how many to show;
-- $6 types, with commas; $7 declaration; $8 kind of filing; $9 authority (null: any)
-- Numbers have no gaps, so that what is looked through is bounded by them. Columns: items as JSON; how many; where to go on; the watermark; the first
-- event that is kept.
with f as materialized (
  select greatest(coalesce($3::bigint, w.last), w.floor - 1) as after, w.last, w.floor
  from (select feed_watermark() as last, feed_floor() as floor) w
), hits as materialized (
  select e.seq, e, d.platform_code, d.order_no
  from f
  cross join lateral feed_read(f.after, least(f.after + $4::integer, f.last)) e
  left join lateral (select d.platform_code, d.order_no, d.client_ids from declaration d
    where d.bucket = id_bucket(e.declaration_id) and d.id = e.declaration_id offset 0) d on true
  where ($2::boolean or e.client_id = $1::integer or $1::integer = any (d.client_ids))
    and ($6::text is null or e.type = any (string_to_array($6::text, ',')))
    and ($7::uuid is null or e.declaration_id = $7::uuid)
    and ($8::text is null or e.kind = $8::text)
    and ($9::text is null or e.authority = $9::text)
  order by e.seq
  limit $5::integer
)
select coalesce((select json_agg(event_json(h.e, h.platform_code, h.order_no) order by h.seq) from hits h), '[]'),
  (select count(*) from hits),
  case when (select count(*) from hits) = $5::integer then (select max(h.seq) from hits h)
    else least(f.after + $4::integer, f.last) end,
  f.last, f.floor
from f
