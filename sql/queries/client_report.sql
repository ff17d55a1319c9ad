-- params: 3
-- $1 client; $2 the messages of the data standard: [{"kind","direction","customs_message"},…]; $3 business time
-- What is stored is counted: refused filings are not. Meant for sandbox and test databases: it reads every filing.
with mine as (
  select f.kind, f.direction, f.action, f.revision, f.received_at from filing f where f.client_id = $1::integer
), counted as (
  select kind, direction, count(*) as filings, count(*) filter (where action = 'change') as changes,
    count(*) filter (where action = 'delete') as withdrawals, min(received_at) as first_at, max(received_at) as last_at
  from mine group by kind, direction
), declarations as (
  select d.bucket, d.id, d.state, d.verdict, d.version, d.released_at from declaration d where $1::integer = any (d.client_ids)
), answers as (
  select a.authority, a.outcome, count(*) as n
  from declarations d cross join lateral (
    select a.authority, a.outcome from authority_receipt a where a.bucket = d.bucket and a.declaration_id = d.id
  ) a group by a.authority, a.outcome
)
select json_build_object(
  'name', c.name,
  'state', c.state,
  'environment', (select value from setting where name = 'purpose'),
  'made_at', local_time($3::timestamptz),
  'messages', (
    select json_agg(json_build_object(
      'kind', m.kind,
      'direction', m.direction,
      'customs_message', m.customs_message,
      'filings', coalesce(n.filings, 0),
      'changes', coalesce(n.changes, 0),
      'withdrawals', coalesce(n.withdrawals, 0),
      'first_at', local_time(n.first_at),
      'last_at', local_time(n.last_at)
    ) order by m.customs_message)
    from json_to_recordset($2::text::json) as m(kind text, direction text, customs_message integer)
    left join counted n on n.kind = m.kind and n.direction = m.direction
  ),
  'declarations', (
    select json_build_object(
      'all', count(*),
      'matched', count(*) filter (where verdict = 'MATCHED'),
      'conflict', count(*) filter (where verdict = 'CONFLICT'),
      'missing', count(*) filter (where verdict = 'MISSING'),
      'declared', count(*) filter (where version > 0),
      'declared_again', count(*) filter (where version > 1),
      'rejected', count(*) filter (where state = 'rejected'),
      'released', count(*) filter (where released_at is not null)
    ) from declarations
  ),
  'answers', (
    select coalesce(json_agg(json_build_object('authority', authority, 'outcome', outcome, 'count', n) order by authority, outcome), '[]')
    from answers
  )
)
from client c where c.id = $1::integer and c.role = 'enterprise'
