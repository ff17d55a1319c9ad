-- params: 7
-- What was told of the quality of goods, newest first.
-- $1 the caller's codes; $2 sees those of every enterprise; $3 a number of the enterprise; $4 its goods; $5 $6 time and id of the last one shown;
-- $7 how many
-- Three more columns: the key of the last one shown, when more follow.
with page as (
  select e, e.recorded_at as at, e.id, row_number() over (order by e.recorded_at desc, e.id desc) as n
  from quality_event e
  where ($2::boolean or enterprise_is_of(e.enterprise_id, $1::text[]))
    and ($3::text is null or e.enterprise_id = enterprise_by_number($3::text))
    and ($4::text is null or e.item_no = $4::text)
    and (e.recorded_at, e.id) < ($5::timestamptz, $6::uuid)
  order by e.recorded_at desc, e.id desc
  limit $7::integer + 1
), last as (
  select p.at, p.id from page p where p.n = $7::integer and exists (select 1 from page more where more.n > $7::integer)
)
select coalesce((select json_agg(quality_event_json(p.e) order by p.n) from page p where p.n <= $7::integer), '[]'),
  (select at from last), (select id from last), null::integer
