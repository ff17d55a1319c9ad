-- params: 3
-- Open alerts, newest first. $1 $2 time and id of the last one shown; $3 how many
-- Three more columns: time and id of the last one shown, when more follow; the third has no use here.
with found as (
  select a.raised_at, a.id, a, e.credit_code
  from enterprise_alert a join enterprise e on e.id = a.enterprise_id
  where a.resolved_at is null and (a.raised_at, a.id) < ($1::timestamptz, $2::uuid)
  order by a.raised_at desc, a.id desc limit $3::integer + 1
), page as (
  select f.*, row_number() over (order by f.raised_at desc, f.id desc) as n from found f
), last as (
  select p.raised_at, p.id from page p where p.n = $3::integer and exists (select 1 from page more where more.n > $3::integer)
)
select coalesce((
    select json_agg(json_joined(json_build_object('enterprise', p.credit_code), enterprise_alert_json(p.a)) order by p.n)
    from page p where p.n <= $3::integer
  ), '[]'),
  (select raised_at from last), (select id from last), null::integer
