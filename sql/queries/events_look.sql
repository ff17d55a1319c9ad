-- params: 4
-- The feed for streams of several callers: $1 behind which event (null: behind the last one), $2 how many to look through, $3 their client
-- ids, $4 whether one of them sees events of every client.
-- Columns: what was looked through ends here; the watermark; the first event that is kept; then of one event that somebody may see: number,
-- type, declaration, kind, authority, the clients who may (" 3 7 "), JSON. A row with these null when there is none.
with f as materialized (
  select greatest(coalesce($1::bigint, w.last), w.floor - 1) as after, w.last, w.floor
  from (select feed_watermark() as last, feed_floor() as floor) w
)
select least(f.after + $2::integer, f.last), f.last, f.floor,
  x.seq, x.type, x.declaration_id, x.kind, x.authority, x.clients, x.json
from f
left join lateral (
  select e.seq, e.type, e.declaration_id, e.kind, e.authority, concat(' ', e.client_id, ' ', array_to_string(d.client_ids, ' '), ' ') as clients,
    event_json(e, d.platform_code, d.order_no) as json
  from feed_read(f.after, least(f.after + $2::integer, f.last)) e
  left join lateral (select d.platform_code, d.order_no, d.client_ids from declaration d
    where d.bucket = id_bucket(e.declaration_id) and d.id = e.declaration_id offset 0) d on true
  where $4::boolean or e.client_id = any ($3::integer[]) or d.client_ids && $3::integer[]
) x on true
order by x.seq
