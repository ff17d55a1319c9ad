-- params: 6
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client;
-- $5 $6 titles of states and verdicts. What an authority wrote in free words is for regulators, operators and
-- whoever filed the inventory that it answers.
with d as (
  select * from declaration
  where bucket = $1::smallint and id = $2::uuid and ($4::boolean or $3::integer = any (client_ids))
), f as (
  select f.* from d
  cross join lateral (
    select unnest(d.filing_ids)
    union
    select unnest(l.filing_ids) from link l
    where d.verdict = 'MISSING' and l.order_no = d.order_no and l.declaration_id is null
      and (select count(*) from declaration o where o.order_no = d.order_no) = 1
  ) as n(id)
  cross join lateral (
    select f.id, f.kind, f.action, f.business_key, f.revision, f.received_at, f.client_id
    from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0
  ) f
), reader as (
  select $4::boolean or exists (select 1 from f where f.kind = 'inventory' and f.client_id = $3::integer) as of_info
), contradiction as (  -- opened by the gateway itself; other cases are the departments' own
  select c.* from d join case_file c on c.subject_kind = 'declaration' and c.subject = d.id::text and c.kind = 'contradiction'
    and c.client_id is null
), happened (at, rank, what, rest) as (
  select f.received_at, 1, 'filed', jsonb_build_object('filing_id', f.id, 'kind', f.kind, 'action', f.action,
    'business_key', f.business_key, 'revision', f.revision, 'own', f.client_id = $3::integer)
  from f
  union all
  select c.decided_at, 2, case c.stage when 'match' then 'judged' else 'settled' end,
    jsonb_build_object('verdict', c.outcome, 'verdict_title', $6::text::json ->> c.outcome, 'state', c.state,
      'state_title', $5::text::json ->> c.state, 'version', c.version, 'actor', c.actor)
  from d join decision c on c.bucket = d.bucket and c.declaration_id = d.id
  union all
  select v.created_at, 3, 'delivery_made', jsonb_build_object('authority', v.authority, 'version', v.version)
  from d join delivery v on v.bucket = d.bucket and v.declaration_id = d.id
  union all
  select v.sent_at, 4, 'delivered', jsonb_build_object('authority', v.authority, 'version', v.version, 'attempts', v.attempts)
  from d join delivery v on v.bucket = d.bucket and v.declaration_id = d.id
  where v.sent_at is not null
  union all
  select a.received_at, 5, 'answered', jsonb_build_object('authority', a.authority, 'version', a.version, 'status', a.status,
    'outcome', a.outcome, 'said_at', local_time(a.at), 'info', case when reader.of_info then a.info end)
  from d cross join reader join authority_receipt a on a.bucket = d.bucket and a.declaration_id = d.id
  where not exists (select 1 from ruling r where r.bucket = a.bucket and r.declaration_id = a.declaration_id and r.id = a.id)
  union all
  select r.decided_at, 5, 'decided', jsonb_build_object('authority', r.authority, 'version', r.version, 'decision', r.decision,
    'reason', case when reader.of_info then r.reason end, 'actor', (select c.name from client c where c.id = r.client_id))
  from d cross join reader join ruling r on r.bucket = d.bucket and r.declaration_id = d.id
  union all
  select i.opened_at, 5, 'inspection_opened', jsonb_build_object('authority', i.selected_by[1], 'version', i.version)
  from d join inspection i on i.bucket = d.bucket and i.declaration_id = d.id
  union all
  select i.joined_at, 5, 'inspection_joined', jsonb_build_object('authorities', i.selected_by, 'version', i.version)
  from d join inspection i on i.bucket = d.bucket and i.declaration_id = d.id
  where i.joined_at is not null
  union all
  select i.closed_at, 5, 'inspection_closed', jsonb_build_object('result', i.result, 'version', i.version)
  from d join inspection i on i.bucket = d.bucket and i.declaration_id = d.id
  where i.closed_at is not null
  union all
  select g.at, 6, 'recognised', jsonb_build_object('authority', g.authority, 'version', g.version, 'recognised_from', g.giver, 'outcome', g.outcome)
  from d join recognition g on g.bucket = d.bucket and g.declaration_id = d.id
  union all
  select c.opened_at, 6, 'case_opened', jsonb_build_object('authority', split_part(c.origin, '/', 1), 'version', split_part(c.origin, '/', 2)::integer,
    'reason', c.reason)
  from contradiction c
  union all
  select s.at, 7, 'case_closed', jsonb_build_object('authority', split_part(c.origin, '/', 1), 'version', split_part(c.origin, '/', 2)::integer)
  from contradiction c join case_step s on s.case_id = c.id and s.state = 'closed'
  union all
  select d.released_at, 8, 'released', jsonb_build_object('version', d.version)
  from d where d.released_at is not null
  union all
  select b.status_at, 9, 'taxed', jsonb_build_object('tax_no', b.tax_no, 'status', tax_status_name(b.status))
  from d join tax_bill b on b.declaration_id = d.id and may_see_tax(b, $3::integer, $4::boolean)
  union all
  select r.arrived_at, 9, 'return_arrived', jsonb_build_object('return_id', r.filing_id)
  from d join goods_return r on r.bucket = d.bucket and r.declaration_id = d.id
  where r.arrived_at is not null
  union all
  select r.ends_at, 9, 'return_lapsed', jsonb_build_object('return_id', r.filing_id)
  from d join goods_return r on r.bucket = d.bucket and r.declaration_id = d.id
  where r.lapsed
)
select json_build_object('items', (
  select coalesce(json_agg(jsonb_build_object('at', local_time(h.at),
    'what', h.what) || jsonb_strip_nulls(h.rest) order by h.at, h.rank, h.rest::text), '[]')
  from happened h))
from d
