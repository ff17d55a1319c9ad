-- params: 5
-- $1 subscription; $2 caller's client id; $3 sees subscriptions of every client; $4 number of the last one shown; $5 how many
-- Newest first. Second column: number of the last one shown, when more follow.
with page as (
  select a.*, row_number() over (order by a.id desc) as n from push_attempt a
  where a.subscription_id = $1::uuid and a.id < $4::bigint order by a.id desc limit $5::integer + 1
)
select coalesce((select json_agg(json_build_object(
    'message_id', p.message_id,
    'attempt', p.attempt,
    'at', local_time(p.at),
    'duration_ms', p.duration_ms,
    'status', p.status,
    'outcome', p.outcome,
    'answer', p.answer,
    'reason', p.reason,
    'others', p.others
  ) order by p.n) from page p where p.n <= $5::integer), '[]'),
  (select p.id from page p where p.n = $5::integer and exists (select 1 from page more where more.n > $5::integer))
from subscription s where s.id = $1::uuid and ($3::boolean or s.client_id = $2::integer)
