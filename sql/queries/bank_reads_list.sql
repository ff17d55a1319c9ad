-- params: 4
-- What banks read, and wanted to read, of the caller's enterprises, newest first. $1 its codes; $2 $3 time and id of the last one shown;
-- $4 how many
-- Three more columns: time and id of the last one shown, when more follow; the third has no use here.
with found as (
  select r.at, r.id, r, e.credit_code from bank_read r join enterprise e on e.id = r.enterprise_id
  where r.enterprise_id in (select n.enterprise_id from enterprise_number n where n.kind in ('credit', 'customs') and n.number = any ($1::text[]))
    and (r.at, r.id) < ($2::timestamptz, $3::uuid)
  order by r.at desc, r.id desc limit $4::integer + 1
), page as (
  select f.*, row_number() over (order by f.at desc, f.id desc) as n from found f
), last as (
  select p.at, p.id from page p where p.n = $4::integer and exists (select 1 from page more where more.n > $4::integer)
)
select coalesce((
    select json_agg(json_build_object('id', (p.r).id, 'enterprise', p.credit_code, 'at', local_time(p.at), 'bank', (p.r).bank, 'client', (p.r).client,
      'scope', (p.r).scope, 'purpose', (p.r).purpose, 'from', to_char((p.r).from_month, 'YYYY-MM'), 'to', to_char((p.r).to_month, 'YYYY-MM'),
      'allowed', (p.r).consent_id is not null, 'consent', (p.r).consent_id) order by p.n)
    from page p where p.n <= $4::integer
  ), '[]'),
  (select at from last), (select id from last), null::integer
