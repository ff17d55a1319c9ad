-- params: 8
-- Newest first; both sides see theirs.
-- $1 the caller's codes; $2 sees every authorisation; $3 $4 numbers of principal and agent; $5 the day, counted from 1970-01-01;
-- $6 $7 time and id of the last one shown; $8 how many
-- Three more columns: time and id of the last one shown, when more follow; the third has no use here.
with mine as (
  select coalesce(array_agg(distinct n.enterprise_id), '{}') as ids from enterprise_number n
  where n.kind in ('credit', 'customs') and n.number = any ($1::text[])
), found as (
  select a.granted_at, a.id, a
  from authorisation a cross join mine
  where ($2::boolean or a.principal_id = any (mine.ids) or a.agent_id = any (mine.ids))
    and ($3::text is null or a.principal_id = (select enterprise_by_number($3::text)))
    and ($4::text is null or a.agent_id = (select enterprise_by_number($4::text)))
    and (a.granted_at, a.id) < ($6::timestamptz, $7::uuid)
  order by a.granted_at desc, a.id desc limit $8::integer + 1
), page as (
  select f.*, row_number() over (order by f.granted_at desc, f.id desc) as n from found f
), last as (
  select p.granted_at, p.id from page p where p.n = $8::integer and exists (select 1 from page more where more.n > $8::integer)
)
select coalesce((
    select json_agg(authorisation_json(p.a, date '1970-01-01' + $5::integer) order by p.n) from page p where p.n <= $8::integer
  ), '[]'),
  (select granted_at from last), (select id from last), null::integer
