-- params: 13
-- Newest first, by the time they were opened.
-- $1 caller's client id; $2 sees declarations of every client; $3 platform; $4 order number; $5 state; $6 verdict;
-- $7 $8 opened from, to; $9 $10 opened and id of the last one shown; $11 how many; $12 $13 titles of states and verdicts
-- Three more columns: the key of the last one shown, when more follow.
with page as (
  select d.opened_at, d.id, d, row_number() over (order by d.opened_at desc, d.id desc) as n
  from declaration d
  where ($2::boolean or $1::integer = any (d.client_ids))
    and $4::text is null
    and ($3::text is null or d.platform_code = $3::text)
    and ($5::text is null or d.state = $5::text)
    and ($6::text is null or d.verdict = $6::text)
    and d.opened_at >= $7::timestamptz and d.opened_at < $8::timestamptz
    and (d.opened_at, d.id) < ($9::timestamptz, $10::uuid)
  order by d.opened_at desc, d.id desc
  limit $11::integer + 1
), last as (
  select p.opened_at, p.id from page p
  where p.n = $11::integer and exists (select 1 from page more where more.n > $11::integer)
)
select coalesce((
    select json_agg(declaration_json(p.d, $12::text::json, $13::text::json, false) order by p.n)
    from page p where p.n <= $11::integer
  ), '[]'),
  (select opened_at from last), (select id from last), null::integer
