-- params: 3
-- $1 titles by code; $2 what the dispatcher knows just now, by code; $3 business time
-- A backlog is counted up to 100000. The expected wait is how long the one that waits longest has waited so far.
select json_build_object('items', json_agg(json_build_object(
    'code', a.code,
    'title', $1::text::json ->> a.code,
    'connected', a.url is not null,
    'health', case
      when a.url is null then 'off'
      when live.now ->> 'breaker' in ('open', 'down') then 'down'
      when live.now ->> 'breaker' in ('half-open', 'half_open', 'probing') then 'probing'
      else 'up' end,
    'backlog', due.count,
    'oldest_waiting_at', local_time(due.oldest),
    'dead', dead.count,
    'in_flight', coalesce((live.now ->> 'in_flight')::integer, 0),
    'expected_wait_s', case when a.url is not null then
      greatest(0, ceil(coalesce(extract(epoch from $3::timestamptz - due.oldest), 0)))::bigint end
  ) order by a.code))
from authority a
cross join lateral (select $2::text::json -> a.code as now) live
cross join lateral (
  select count(*) as count, min(w.created_at) as oldest from (
    select v.created_at from delivery v where v.authority = a.code and v.listed = 'due' order by v.due_at limit 100000
  ) w
) due
cross join lateral (
  select count(*) as count from (
    select 1 from delivery v where v.authority = a.code and v.listed = 'dead' limit 100000
  ) w
) dead
