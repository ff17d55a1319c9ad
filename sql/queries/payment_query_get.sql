-- params: 2
-- $1 id; $2 sees the data (regulators)
select json_joined(payment_query_json(c), json_build_object('records', coalesce((
  select json_agg(json_build_object('received_at', local_time(r.received_at), 'payment_no', r.payment_no, 'cert_no', r.cert_no,
      'sha256', encode(r.sha256, 'hex'), 'keep_until', local_time(r.keep_until),
      'data', case when $2::boolean then r.body::json end) order by r.received_at)
  from payment_record r where r.call_id = c.id), '[]'::json)))
from payment_call c
where c.id = $1::uuid and c.kind = 'ask'
