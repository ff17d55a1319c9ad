-- params: 5
-- In the order they were made.
-- $1 role; $2 state; $3 serial of the last one shown; $4 how many; $5 titles of states
-- Three more columns: the key of the last one shown, when more follow (the serial alone names it).
with page as (
  select c, c.id, c.created_at, row_number() over (order by c.id) as n
  from client c
  where ($1::text is null or c.role = $1::text) and ($2::text is null or c.state = $2::text) and c.id > $3::integer
  order by c.id
  limit $4::integer + 1
), last as (
  select p.created_at, p.id from page p where p.n = $4::integer and exists (select 1 from page more where more.n > $4::integer)
)
select coalesce((
    select json_agg(client_json(p.c, $5::text::json, false) order by p.n) from page p where p.n <= $4::integer
  ), '[]'),
  (select created_at from last), (select '00000000-0000-0000-0000-000000000000'::uuid from last), (select id from last)
