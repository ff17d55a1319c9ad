-- params: 6
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client;
-- $5 $6 titles of states and verdicts. A second column: its seq, for the entity tag. A waybill that waits under its own
-- number is shown where judgement counts it: when its order number is that of one declaration only.
with d as (
  select * from declaration
  where bucket = $1::smallint and id = $2::uuid and ($4::boolean or $3::integer = any (client_ids))
)
select json_build_object(
  'id', d.id,
  'platform_code', d.platform_code,
  'order_no', d.order_no,
  'direction', d.direction,
  'trade_mode', d.trade_mode,
  'opened_at', local_time(d.opened_at),
  'changed_at', local_time(d.changed_at),
  'state', d.state,
  'state_title', $5::text::json ->> d.state,
  'verdict', d.verdict,
  'verdict_title', $6::text::json ->> d.verdict,
  'missing', d.missing,
  'version', d.version,
  'judged', d.judged_seq = d.seq,
  'wait_until', local_time(d.wait_until),
  'released_at', local_time(d.released_at),
  'filings', (
    select coalesce(json_agg(json_build_object(
      'id', f.id,
      'kind', f.kind,
      'direction', f.direction,
      'action', f.action,
      'business_key', f.business_key,
      'revision', f.revision,
      'received_at', local_time(f.received_at),
      'own', f.client_id = $3::integer
    ) order by f.received_at, f.id), '[]')
    from (
      select unnest(d.filing_ids)
      union
      select unnest(l.filing_ids) from link l
      where d.verdict = 'MISSING' and l.order_no = d.order_no and l.declaration_id is null
        and (select count(*) from declaration o where o.order_no = d.order_no) = 1
    ) as n(id)
    cross join lateral (select * from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0) f
  ),
  'parts', (
    select coalesce(json_agg(json_build_object(
      'authority', v.authority,
      'version', v.version,
      'state', v.state,
      'outcome', v.outcome,
      'outcome_at', local_time(v.outcome_at),
      'attempts', v.attempts,
      'due_at', local_time(v.due_at),
      'reason', v.reason
    ) order by v.version, v.authority), '[]')
    from delivery v where v.bucket = d.bucket and v.declaration_id = d.id
  )
), d.seq
from d
