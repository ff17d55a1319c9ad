-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client. For C (api/evidence.c): the members it begins with.
select json_build_object('declaration_id', d.id, 'platform_code', d.platform_code, 'order_no', d.order_no, 'direction', d.direction,
  'trade_mode', d.trade_mode, 'state', d.state, 'verdict', d.verdict, 'version', d.version, 'released_at', local_time(d.released_at))::text
from declaration d
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
