-- params: 7
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client;
-- $5 $6 $7 titles of states, of verdicts and of a return's states. A second column: its seq, for the entity tag. A waybill that waits under its own
-- number is shown where judgement counts it: when its order number is that of one declaration only.
select json_joined(declaration_json(d, $5::text::json, $6::text::json, true), json_build_object(
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
      'outcome', coalesce(g.outcome, v.outcome),
      'outcome_at', local_time(coalesce(g.at, v.outcome_at)),
      'recognised_from', g.giver,
      'withdraws', v.withdrawal is not null,
      'returns', v.return_filing is not null,
      'attempts', v.attempts,
      'due_at', local_time(v.due_at),
      'reason', v.reason
    ) order by v.version, v.authority), '[]')
    from delivery v
    left join recognition g on g.bucket = v.bucket and g.declaration_id = v.declaration_id and g.version = v.version and g.authority = v.authority
    where v.bucket = d.bucket and v.declaration_id = d.id
  ),
  'inspection', (
    select inspection_json(i) from inspection i where i.bucket = d.bucket and i.declaration_id = d.id order by i.version desc limit 1
  ),
  'withdrawal', (
    select json_build_object(
      'version', v.version,
      'filing_id', v.withdrawal,
      'state', case v.outcome when 'clear' then 'approved' when 'rejected' then 'refused' else 'asked' end,
      'reason', (
        select a.info from authority_receipt a
        where a.bucket = v.bucket and a.declaration_id = v.declaration_id and a.authority = v.authority and a.version = v.version
          and a.outcome = v.outcome and a.at = v.outcome_at
          and ($4::boolean or filed_inventory(d.filing_ids, $3::integer))
        order by a.id limit 1)
    )
    from delivery v where v.bucket = d.bucket and v.declaration_id = d.id and v.withdrawal is not null and v.authority = 'CUS'
    order by v.version desc limit 1
  ),
  'returns', (
    select coalesce(json_agg(goods_return_json(r, $7::text::json, $4::boolean or filed_inventory(d.filing_ids, $3::integer))
      order by r.requested_at, r.filing_id), '[]')
    from goods_return r where r.bucket = d.bucket and r.declaration_id = d.id
  )
)), d.seq
from declaration d
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
