-- params: 11
-- Newest first.
-- $1 the caller's department; $2 sees every case; $3 state (open: every one but closed); $4 a department that takes part; $5 officer; $6 declaration;
-- $7 a number of the enterprise, for cases about it or its goods; $8 $9 time and id of the last one shown; $10 how many; $11 titles in Chinese
-- Three more columns: the key of the last one shown, when more follow.
with page as (
  select c, c.opened_at, c.id, row_number() over (order by c.opened_at desc, c.id desc) as n
  from case_file c join case_place p on p.case_id = c.id
  where case_may_read(p, $1::text, $2::boolean)
    and ($3::text is null or p.state = $3::text or ($3::text = 'open' and p.state <> 'closed'))
    and ($4::text is null or $4::text = any (p.readers))
    and ($5::text is null or p.officer = $5::text)
    and ($6::uuid is null or (c.subject_kind = 'declaration' and c.subject = $6::uuid::text))
    and ($7::text is null or (c.subject_kind <> 'declaration'
      and split_part(c.subject, '/', 1) = (select e.credit_code from enterprise e where e.id = enterprise_by_number($7::text))))
    and (c.opened_at, c.id) < ($8::timestamptz, $9::uuid)
  order by c.opened_at desc, c.id desc
  limit $10::integer + 1
), last as (
  select p.opened_at, p.id from page p where p.n = $10::integer and exists (select 1 from page more where more.n > $10::integer)
)
select coalesce((select json_agg(case_json(p.c, $11::boolean, false) order by p.n) from page p where p.n <= $10::integer), '[]'),
  (select opened_at from last), (select id from last), null::integer
