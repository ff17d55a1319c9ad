-- params: 8
-- In the order they were registered; of each what departments share.
-- $1 the caller's codes; $2 sees every enterprise; $3 state; $4 role; $5 park; $6 id of the last one shown; $7 how many; $8 titles of states
-- Three more columns: the key of the last one shown, when more follow (the serial alone names it).
with page as (
  select e, e.enterprise_id as id, e.registered_at, row_number() over (order by e.enterprise_id) as n
  from enterprise_now e
  where ($2::boolean or enterprise_is_of(e.enterprise_id, $1::text[]))
    and ($3::text is null or e.state = $3::text)
    and ($4::text is null or $4::text = any (e.roles))
    and ($5::text is null or e.park = $5::text)
    and e.enterprise_id > $6::integer
  order by e.enterprise_id
  limit $7::integer + 1
), last as (
  select p.registered_at, p.id from page p
  where p.n = $7::integer and exists (select 1 from page more where more.n > $7::integer)
)
select coalesce((
    select json_agg(enterprise_summary(p.e, $8::text::json, 2) order by p.n) from page p where p.n <= $7::integer
  ), '[]'),
  (select registered_at from last), (select '00000000-0000-0000-0000-000000000000'::uuid from last), (select id from last)
