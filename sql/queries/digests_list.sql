-- params: 6
-- What a client filed on a day, by kind and direction, as it is counted by now.
-- $1 caller's client id; $2 another client's name (null: the caller itself); $3 day, counted from 1970; $4 kind, $5 direction (null: any);
-- $6 business time now. No row: there is no client of that name.
select json_build_object(
  'client', c.name,
  'day', to_char(t.day, 'YYYY-MM-DD'),
  'open', digest_is_open(t.day, $6::timestamptz),
  'counted_to', (select seq from digest_place),
  'items', (
    select coalesce(json_agg(json_build_object(
      'kind', d.kind,
      'direction', d.direction,
      'count', d.count,
      'amount_of', d.amount_of,
      'amount', to_char(d.amount, 'FM999999999999999999999999990.00000'),
      'root', encode(d.root, 'hex'),
      'last_seq', d.last_seq
    ) order by d.kind, d.direction), '[]')
    from period_digest d
    where d.client_id = c.id and d.day = t.day
      and ($4::text is null or d.kind = $4::text)
      and ($5::text is null or d.direction = $5::text)
  )
)
from (select date '1970-01-01' + $3::integer as day) t, client c
where case when $2::text is null then c.id = $1::integer else c.name = $2::text end
