-- params: 2
-- $1 department (null: all), $2 acknowledged ones, too. The latest thousand, newest first.
select json_build_object('items', coalesce(json_agg(credit_message_json(m) order by m.standing_id desc, m.authority), '[]'))
from (
  select * from credit_message m where ($1::text is null or m.authority = $1::text) and ($2::boolean or m.acknowledged_at is null)
  order by m.standing_id desc, m.authority limit 1000
) m
