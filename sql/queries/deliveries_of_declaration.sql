-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client
select json_build_object('items', (
  select coalesce(json_agg(json_build_object(
    'id', v.declaration_id || '.' || v.authority || '.' || v.version,
    'declaration_id', v.declaration_id,
    'authority', v.authority,
    'version', v.version,
    'message_id', v.message_id,
    'reference', v.reference,
    'state', v.state,
    'attempts', v.attempts,
    'created_at', local_time(v.created_at),
    'due_at', local_time(v.due_at),
    'sent_at', local_time(v.sent_at),
    'outcome', v.outcome,
    'outcome_at', local_time(v.outcome_at),
    'reason', v.reason
  ) order by v.version, v.authority), '[]')
  from delivery v where v.bucket = d.bucket and v.declaration_id = d.id))
from declaration d
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
