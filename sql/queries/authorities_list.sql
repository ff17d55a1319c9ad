-- params: 1
-- $1 business time. For C (api/authorities.c): of each authority code, connected, max_in_flight, max_per_s (0: none), timeout_ms; how
-- many are due (counted up to 100000) and since when the oldest of these; how many are dead; then of all workers that are alive how
-- many, is it away, is it being probed, in flight, queued, answered lately, their time in all, by classes, until when all leave it
-- alone; its outage's begin; the window of maintenance in force, those planned, until when the one in force lasts.
select a.code, a.url is not null, a.max_in_flight, coalesce(a.max_per_s, 0), a.timeout_ms, due.count, due.oldest, dead.count,
  d.workers, coalesce(d.away, false), coalesce(d.probing, false), d.in_flight, d.queued, d.answered, d.elapsed_us, c.classes, d.until,
  o.began_at, m.current, m.planned, m.until
from authority a
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
cross join lateral (
  select count(*)::integer as workers, coalesce(sum(x.in_flight), 0)::integer as in_flight, coalesce(sum(x.queued), 0)::integer as queued,
    coalesce(sum(x.answered), 0)::bigint as answered, coalesce(sum(x.elapsed_us), 0)::bigint as elapsed_us, bool_or(x.state = 'probing') as probing,
    bool_or(x.closed_since is not null and not exists (
      select from dispatcher y where y.authority = a.code and y.live_until > now() and y.reached_at > x.closed_since)) as away,
    case when bool_and(x.until is not null) then min(x.until) end as until
  from dispatcher x where x.authority = a.code and x.live_until > now()
) d
cross join lateral (
  select string_agg(s.count::text, ',' order by s.place) as classes from (
    select n.place, sum(n.count) as count
    from dispatcher x cross join lateral unnest(x.classes) with ordinality as n(count, place)
    where x.authority = a.code and x.live_until > now() group by n.place
  ) s
) c
cross join lateral (
  select json_agg(json_build_object('from', local_time(w.begins_at), 'until', local_time(w.ends_at), 'reason', w.reason) order by w.begins_at)
      filter (where w.begins_at <= $1::timestamptz) as current,
    json_agg(json_build_object('from', local_time(w.begins_at), 'until', local_time(w.ends_at), 'reason', w.reason) order by w.begins_at)
      filter (where w.begins_at > $1::timestamptz) as planned,
    max(coalesce(w.ends_at, 'infinity')) filter (where w.begins_at <= $1::timestamptz) as until
  from maintenance w
  where w.authority = a.code and w.ended_at is null and (w.ends_at is null or w.ends_at > $1::timestamptz)
) m
left join outage o on o.authority = a.code and o.ended_at is null
order by a.code
