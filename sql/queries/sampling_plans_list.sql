-- params: 4
-- Plans of samples, newest first.
-- $1 state; $2 $3 time and id of the last one shown; $4 how many
-- Three more columns: the key of the last one shown, when more follow.
with page as (
  select p, p.recorded_at as at, p.id, row_number() over (order by p.recorded_at desc, p.id desc) as n
  from sampling_plan p
  where ($1::text is null or ($1::text = 'ended') = exists (select from sampling_plan_end e where e.plan_id = p.id))
    and (p.recorded_at, p.id) < ($2::timestamptz, $3::uuid)
  order by p.recorded_at desc, p.id desc
  limit $4::integer + 1
), last as (
  select p.at, p.id from page p where p.n = $4::integer and exists (select 1 from page more where more.n > $4::integer)
)
select coalesce((select json_agg(sampling_plan_json(p.p) order by p.n) from page p where p.n <= $4::integer), '[]'),
  (select at from last), (select id from last), null::integer
