-- params: 2
-- $1 id; $2 sees the data (a privileged read)
-- A row for each record, one at least: the question; the record (null: none came), its digest, its data as they are stored (encrypted; null: not for
-- this caller).
select payment_query_json(c),
  case when r.call_id is not null then json_build_object('received_at', local_time(r.received_at), 'payment_no', r.payment_no, 'cert_no', r.cert_no,
    'sha256', encode(r.sha256, 'hex'), 'keep_until', local_time(r.keep_until)) end,
  r.sha256, case when $2::boolean then r.body end
from payment_call c left join payment_record r on r.call_id = c.id
where c.id = $1::uuid and c.kind = 'ask'
order by r.received_at, r.sha256
