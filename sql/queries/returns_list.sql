-- params: 10
-- Newest first, by the time they were asked for.
-- $1 caller's client id; $2 sees declarations of every client; $3 state; $4 declaration; $5 $6 requested from, to; $7 $8 time and id of the last
-- one shown; $9 how many; $10 titles of states
-- Three more columns: the key of the last one shown, when more follow.
with page as (
  select r.requested_at, r.filing_id, r, $2::boolean or filed_inventory(d.filing_ids, $1::integer) as shows_words,
    row_number() over (order by r.requested_at desc, r.filing_id desc) as n
  from goods_return r
  cross join lateral (select * from declaration d where d.bucket = r.bucket and d.id = r.declaration_id offset 0) d
  where ($2::boolean or $1::integer = any (d.client_ids))
    and ($4::uuid is null or (r.bucket = id_bucket($4::uuid) and r.declaration_id = $4::uuid))
    and ($3::text is null or goods_return_state(r) = $3::text)
    and r.requested_at >= $5::timestamptz and r.requested_at < $6::timestamptz
    and (r.requested_at, r.filing_id) < ($7::timestamptz, $8::uuid)
  order by r.requested_at desc, r.filing_id desc
  limit $9::integer + 1
), last as (
  select p.requested_at, p.filing_id from page p
  where p.n = $9::integer and exists (select 1 from page more where more.n > $9::integer)
)
select coalesce((select json_agg(goods_return_json(p.r, $10::text::json, p.shows_words) order by p.n) from page p where p.n <= $9::integer), '[]'),
  (select requested_at from last), (select filing_id from last), null::integer
