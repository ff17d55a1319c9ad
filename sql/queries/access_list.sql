-- params: 5
-- $1 $2 from, to; $3 id of the last one shown; $4 how many; $5 name of who read (null: anybody)
-- Newest first. Three more columns: time and id of the last one shown, when more follow; the third has no use here.
with found as (
  select l.at, l.id, l from access_log l
  where l.id < $3::uuid and l.id >= id_floor($1::timestamptz) and l.id < id_floor($2::timestamptz)
    and ($5::text is null or l.client_id = (select c.id from client c where c.name = $5::text))
  order by l.id desc limit $4::integer + 1
), page as (
  select f.*, row_number() over (order by f.id desc) as n from found f
), last as (
  select p.at, p.id from page p where p.n = $4::integer and exists (select 1 from page more where more.n > $4::integer)
)
select coalesce((select json_agg(access_json(p.l, false) order by p.n) from page p where p.n <= $4::integer), '[]'),
  (select at from last), (select id from last), null::integer
