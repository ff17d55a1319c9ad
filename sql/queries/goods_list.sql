-- params: 7
-- The newest version of each of an enterprise's goods, what changed last first.
-- $1 a number of the enterprise; $2 the caller's codes; $3 sees goods of every enterprise; $4 how the HS code begins;
-- $5 $6 time and serial of the last one shown; $7 how many. No row: it is no enterprise that the caller may look into.
-- Three more columns: time, nothing, and serial of the last one shown, when more follow.
with owner as (
  select e.id from enterprise e
  where e.id = enterprise_by_number($1::text) and ($3::boolean or enterprise_is_of(e.id, $2::text[]))
), page as (
  select g, g.from_at, g.serial, row_number() over (order by g.from_at desc, g.serial desc) as n
  from owner join goods_version g on g.enterprise_id = owner.id
  where (g.from_at, g.serial) < ($5::timestamptz, $6::integer) and ($4::text is null or starts_with(g.hs_code, $4::text))
    and not exists (select 1 from goods_version o where o.enterprise_id = g.enterprise_id and o.item_no = g.item_no and o.version > g.version)
  order by g.from_at desc, g.serial desc
  limit $7::integer + 1
), last as (
  select p.from_at, p.serial from page p where p.n = $7::integer and exists (select 1 from page more where more.n > $7::integer)
)
select coalesce((select json_agg(goods_json(p.g, false) order by p.n) from page p where p.n <= $7::integer), '[]'),
  (select from_at from last), (select '00000000-0000-0000-0000-000000000000'::uuid from last), (select serial from last)
from owner
