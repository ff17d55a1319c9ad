-- params: 9
-- Newest first. $1 rule; $2 row; $3 declaration; $4 a number of the enterprise (each null: any); $5 $6 raised from, to; $7 $8 time and id of the last one shown;
-- $9 how many
-- Three more columns: the key of the last one shown, when more follow.
with page as (
  select a.at, a.id, risk_alarm_json(a) as json, row_number() over (order by a.at desc, a.id desc) as n
  from risk_alarm a
  where ($1::text is null or a.rule = $1::text)
    and ($2::integer is null or a.rule_row = $2::integer)
    and ($3::uuid is null or (a.subject_kind = 'declaration' and a.subject = $3::uuid::text))
    and ($4::text is null or (a.subject_kind = 'enterprise'
      and a.subject = coalesce((select e.credit_code from enterprise e where e.id = enterprise_by_number($4::text)), $4::text)))
    and a.at >= $5::timestamptz and a.at < $6::timestamptz
    and (a.at, a.id) < ($7::timestamptz, $8::uuid)
  order by a.at desc, a.id desc
  limit $9::integer + 1
), last as (
  select p.at, p.id from page p where p.n = $9::integer and exists (select 1 from page more where more.n > $9::integer)
)
select coalesce((select json_agg(p.json order by p.n) from page p where p.n <= $9::integer), '[]'),
  (select at from last), (select id from last), null::integer
