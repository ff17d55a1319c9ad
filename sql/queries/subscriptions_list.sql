-- params: 6
-- $1 caller's client id; $2 sees subscriptions of every client; $3 $4 time and id of the last one shown; $5 how many; $6 the gateway's public key
-- Newest first. Three more columns: time and id of the last one shown, when more follow; the third has no use here.
with found as (
  select s.created_at, s.id, s from subscription s
  where ($2::boolean or s.client_id = $1::integer) and (s.created_at, s.id) < ($3::timestamptz, $4::uuid)
  order by s.created_at desc, s.id desc limit $5::integer + 1
), page as (
  select f.*, row_number() over (order by f.created_at desc, f.id desc) as n from found f
), last as (
  select p.created_at, p.id from page p
  where p.n = $5::integer and exists (select 1 from page more where more.n > $5::integer)
)
select coalesce((select json_agg(subscription_json(p.s, $6::text) order by p.n) from page p where p.n <= $5::integer), '[]'),
  (select created_at from last), (select id from last), null::integer
