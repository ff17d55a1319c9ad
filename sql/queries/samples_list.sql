-- params: 10
-- Samples, newest first.
-- $1 caller's client id; $2 sees those of every enterprise; $3 the caller's codes; $4 plan; $5 declaration; $6 state; $7 a number of the merchant;
-- $8 $9 time and id of the last one shown; $10 how many
-- Three more columns: the key of the last one shown, when more follow.
with page as (
  select s, s.drawn_at as at, s.id, row_number() over (order by s.drawn_at desc, s.id desc) as n
  from sample s
  where ($2::boolean or sample_is_of(s, $1::integer, $3::text[]))
    and ($4::uuid is null or s.plan_id = $4::uuid)
    and ($5::uuid is null or s.declaration_id = $5::uuid)
    and ($6::text is null or sample_state(s) = $6::text)
    and ($7::text is null or enterprise_by_number(s.merchant_code) = enterprise_by_number($7::text))
    and (s.drawn_at, s.id) < ($8::timestamptz, $9::uuid)
  order by s.drawn_at desc, s.id desc
  limit $10::integer + 1
), last as (
  select p.at, p.id from page p where p.n = $10::integer and exists (select 1 from page more where more.n > $10::integer)
)
select coalesce((select json_agg(sample_json(p.s) order by p.n) from page p where p.n <= $10::integer), '[]'),
  (select at from last), (select id from last), null::integer
