-- params: 9
-- $1 authority; $2 state; $3 $4 $5 due time, declaration and version of the last one shown; $6 how many;
-- $7 $8 due (of a dead one: given up) from, before; $9 how its reason begins (null: any)
-- Three more columns: the key of the last one shown, when more follow. Due and dead ones have an index each (a due
-- one that a daemon has in hand is not listed: it goes just now); a branch whose state was not asked for is not run.
with found as (
  (select v.due_at, v.declaration_id, v.version, v from delivery v
    where v.authority = $1::text and v.listed = 'due' and $2::text = 'due'
      and v.due_at >= $7::timestamptz and v.due_at < $8::timestamptz and ($9::text is null or starts_with(v.reason, $9::text))
      and (v.due_at, v.declaration_id, v.version) > ($3::timestamptz, $4::uuid, $5::integer)
    order by v.due_at, v.declaration_id, v.version limit $6::integer + 1)
  union all
  (select v.due_at, v.declaration_id, v.version, v from delivery v
    where v.authority = $1::text and v.listed = 'dead' and $2::text = 'dead'
      and v.due_at >= $7::timestamptz and v.due_at < $8::timestamptz and ($9::text is null or starts_with(v.reason, $9::text))
      and (v.due_at, v.declaration_id, v.version) > ($3::timestamptz, $4::uuid, $5::integer)
    order by v.due_at, v.declaration_id, v.version limit $6::integer + 1)
  union all
  (select v.due_at, v.declaration_id, v.version, v from delivery v
    where v.authority = $1::text and v.state = $2::text and $2::text not in ('due', 'dead')
      and v.due_at >= $7::timestamptz and v.due_at < $8::timestamptz and ($9::text is null or starts_with(v.reason, $9::text))
      and (v.due_at, v.declaration_id, v.version) > ($3::timestamptz, $4::uuid, $5::integer)
    order by v.due_at, v.declaration_id, v.version limit $6::integer + 1)
), page as (
  select f.*, row_number() over (order by f.due_at, f.declaration_id, f.version) as n from found f
), last as (
  select p.due_at, p.declaration_id, p.version from page p
  where p.n = $6::integer and exists (select 1 from page more where more.n > $6::integer)
)
select coalesce((select json_agg(delivery_json(p.v) order by p.n) from page p where p.n <= $6::integer), '[]'),
  (select due_at from last), (select declaration_id from last), (select version from last)
