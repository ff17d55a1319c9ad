-- params: 7
-- Newest first. $1 the caller's codes; $2 it is a bank; $3 sees every consent; $4 the day, counted from 1970-01-01; $5 $6 time and id of the
-- last one shown; $7 how many
-- Three more columns: time and id of the last one shown, when more follow; the third has no use here.
with mine as (
  select coalesce(array_agg(distinct n.enterprise_id), '{}') as ids from enterprise_number n
  where n.kind in ('credit', 'customs') and n.number = any ($1::text[])
), found as (
  select c.given_at, c.id, c from consent c cross join mine
  where ($3::boolean or case when $2::boolean then c.bank = any ($1::text[]) else c.enterprise_id = any (mine.ids) end)
    and (c.given_at, c.id) < ($5::timestamptz, $6::uuid)
  order by c.given_at desc, c.id desc limit $7::integer + 1
), page as (
  select f.*, row_number() over (order by f.given_at desc, f.id desc) as n from found f
), last as (
  select p.given_at, p.id from page p where p.n = $7::integer and exists (select 1 from page more where more.n > $7::integer)
)
select coalesce((select json_agg(consent_json(p.c, date '1970-01-01' + $4::integer) order by p.n) from page p where p.n <= $7::integer), '[]'),
  (select given_at from last), (select id from last), null::integer
