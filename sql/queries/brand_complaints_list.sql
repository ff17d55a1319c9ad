-- params: 7
-- Complaints about brands, newest first.
-- $1 the caller's codes; $2 sees those of every enterprise; $3 a number of the enterprise; $4 its goods; $5 $6 time and id of the last one shown;
-- $7 how many
-- Three more columns: the key of the last one shown, when more follow.
with page as (
  select c, c.recorded_at as at, c.id, row_number() over (order by c.recorded_at desc, c.id desc) as n
  from brand_complaint c
  where ($2::boolean or enterprise_is_of(c.enterprise_id, $1::text[]))
    and ($3::text is null or c.enterprise_id = enterprise_by_number($3::text))
    and ($4::text is null or c.item_no = $4::text)
    and (c.recorded_at, c.id) < ($5::timestamptz, $6::uuid)
  order by c.recorded_at desc, c.id desc
  limit $7::integer + 1
), last as (
  select p.at, p.id from page p where p.n = $7::integer and exists (select 1 from page more where more.n > $7::integer)
)
select coalesce((select json_agg(brand_complaint_json(p.c) order by p.n) from page p where p.n <= $7::integer), '[]'),
  (select at from last), (select id from last), null::integer
