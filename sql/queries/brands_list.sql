-- params: 6
-- Recordals, newest first.
-- $1 brand, as it is recorded but for case; $2 in force on that day, null: all; $3 $4 time and id of the last one shown; $5 how many; $6 the number of
-- one. Three more columns: the key of the last one shown, when more follow.
with page as (
  select b, b.recorded_at, b.id, row_number() over (order by b.recorded_at desc, b.id desc) as n
  from brand_recordal b
  where ($1::text is null or lower(b.brand) = lower($1::text)) and ($6::text is null or b.recordal_no = $6::text)
    and ($2::integer is null or date '1970-01-01' + $2::integer between b.valid_from and b.valid_to)
    and (b.recorded_at, b.id) < ($3::timestamptz, $4::uuid)
  order by b.recorded_at desc, b.id desc
  limit $5::integer + 1
), last as (
  select p.recorded_at, p.id from page p where p.n = $5::integer and exists (select 1 from page more where more.n > $5::integer)
)
select coalesce((select json_agg(brand_recordal_json(p.b) order by p.n) from page p where p.n <= $5::integer), '[]'),
  (select recorded_at from last), (select id from last), null::integer
