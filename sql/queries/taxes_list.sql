-- params: 11
-- Newest first, by the time customs made them.
-- $1 caller's client id; $2 sees bills of every company; $3 declarant; $4 merchant; $5 $6 made from, to; $7 status; $8 whether it waits for its
-- declaration; $9 $10 time and id of the last one shown; $11 how many
-- Three more columns: the key of the last one shown, when more follow.
with page as (
  select b.made_at, b.id, b, row_number() over (order by b.made_at desc, b.id desc) as n
  from tax_bill b
  where may_see_tax(b, $1::integer, $2::boolean)
    and ($3::text is null or b.declarant_code = $3::text)
    and ($4::text is null or b.merchant_code = $4::text)
    and ($7::integer is null or b.status = $7::integer)
    and ($8::boolean is null or (b.declaration_id is null) = $8::boolean)
    and b.made_at >= $5::timestamptz and b.made_at < $6::timestamptz
    and (b.made_at, b.id) < ($9::timestamptz, $10::uuid)
  order by b.made_at desc, b.id desc
  limit $11::integer + 1
), last as (
  select p.made_at, p.id from page p
  where p.n = $11::integer and exists (select 1 from page more where more.n > $11::integer)
)
select coalesce((select json_agg(tax_bill_json(p.b) order by p.n) from page p where p.n <= $11::integer), '[]'),
  (select made_at from last), (select id from last), null::integer
