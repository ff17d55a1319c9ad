-- params: 5
-- $1 caller's client id; $2 sees jobs of every client; $3 $4 time and id of the last one shown; $5 how many
-- Newest first. Two more columns: time and id of the last one shown, when more follow; the third, which jobs have no need of, is null.
with found as (
  (select j.created_at, j.id, j from job j
    where not $2::boolean and j.client_id = $1::integer and (j.created_at, j.id) < ($3::timestamptz, $4::uuid)
    order by j.created_at desc, j.id desc limit $5::integer + 1)
  union all
  (select j.created_at, j.id, j from job j
    where $2::boolean and (j.created_at, j.id) < ($3::timestamptz, $4::uuid)
    order by j.created_at desc, j.id desc limit $5::integer + 1)
), page as (
  select f.*, row_number() over (order by f.created_at desc, f.id desc) as n from found f
), last as (
  select p.created_at, p.id from page p
  where p.n = $5::integer and exists (select 1 from page more where more.n > $5::integer)
)
select coalesce((select json_agg(job_json(p.j) order by p.n) from page p where p.n <= $5::integer), '[]'),
  (select created_at from last), (select id from last), null::integer
