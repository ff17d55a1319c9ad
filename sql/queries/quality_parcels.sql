-- params: 11
-- Released parcels with these goods, newest first, a line of their orders each; no data of persons.
-- $1 the caller's codes; $2 sees those of every enterprise; $3 a number of the enterprise; $4 its goods; $5 batch; $6 $7 days of release, from and to;
-- $8 $9 $10 time, id and line of the last one shown; $11 how many. No row: it is no enterprise that the caller may look into.
with owner as (
  select e.id from enterprise e where e.id = enterprise_by_number($3::text) and ($2::boolean or enterprise_is_of(e.id, $1::text[]))
), page as (
  select a.*, row_number() over (order by a.released_at desc, a.declaration_id desc, a.line desc) as n
  from owner cross join lateral goods_affected(owner.id, $4::text, $5::text, date '1970-01-01' + $6::integer, date '1970-01-01' + $7::integer) a
  where (a.released_at, a.declaration_id, a.line) < ($8::timestamptz, $9::uuid, $10::integer)
  order by a.released_at desc, a.declaration_id desc, a.line desc
  limit $11::integer + 1
), last as (
  select p.released_at, p.declaration_id, p.line from page p where p.n = $11::integer and exists (select 1 from page more where more.n > $11::integer)
)
select coalesce((
    select json_agg(json_build_object('declaration_id', p.declaration_id, 'platform_code', d.platform_code, 'order_no', d.order_no,
      'released_at', local_time(p.released_at), 'line', p.line, 'quantity', trim_scale(p.quantity)::text, 'batches', p.batches, 'certain', p.certain)
      order by p.n)
    from page p cross join lateral (select d.platform_code, d.order_no from declaration d
      where d.bucket = id_bucket(p.declaration_id) and d.id = p.declaration_id offset 0) d
    where p.n <= $11::integer), '[]'),
  (select released_at from last), (select declaration_id from last), (select line from last)
from owner
