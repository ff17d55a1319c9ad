-- params: 2
-- $1 client; $2 how many at most
select json_build_object('items', coalesce(json_agg(client_key_json(k) order by k.added_at desc, k.key_id), '[]'))
from (select * from client_key where client_id = $1::integer order by added_at desc, key_id limit $2::integer) k
