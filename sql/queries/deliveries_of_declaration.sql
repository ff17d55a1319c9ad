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
    'created_at', to_char(v.created_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"'),
    'due_at', to_char(v.due_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"'),
    'sent_at', to_char(v.sent_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"'),
    'outcome', v.outcome,
    'outcome_at', to_char(v.outcome_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"'),
    'reason', v.reason
  ) order by v.version, v.authority), '[]')
  from delivery v where v.bucket = d.bucket and v.declaration_id = d.id))
from declaration d
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
