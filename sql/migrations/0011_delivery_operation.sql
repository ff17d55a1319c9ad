-- How deliveries are operated: limits, maintenance, outages, what each dispatcher tells of itself; statutory periods and the
-- calendar they are counted by.

alter table authority
  add max_per_s integer check (max_per_s > 0),    -- of all daemons together; null: no limit
  add burst     integer check (burst > 0);        -- at once, after a pause; null: a tenth of a second's worth

create table maintenance (          -- when an authority is left alone on purpose; closed, never edited
  id          bigint generated always as identity primary key,
  authority   text not null references authority (code),
  begins_at   timestamptz not null,               -- business time
  ends_at     timestamptz,                        -- as planned; null: until somebody ends it
  reason      text not null check (octet_length(reason) between 1 and 300),
  recorded_at timestamptz not null,
  recorded_by text not null,
  ended_at    timestamptz,                        -- closed by hand, before its time or called off
  ended_by    text,
  check (ends_at is null or ends_at > begins_at),
  check ((ended_at is null) = (ended_by is null))
);
create index maintenance_open on maintenance (authority, begins_at) where ended_at is null;

create function maintenance_json(m maintenance) returns json language sql stable parallel safe as $$
  select json_build_object('window', m.id, 'authority', m.authority, 'from', local_time(m.begins_at), 'until', local_time(m.ends_at),
    'reason', m.reason, 'recorded_at', local_time(m.recorded_at), 'recorded_by', m.recorded_by, 'ended_at', local_time(m.ended_at),
    'ended_by', m.ended_by)
$$;

create table dispatcher (           -- one row for each worker and authority, updated in place: what it knows just now
  authority   text not null,
  worker      uuid not null,                      -- drawn anew at each start
  live_until  timestamptz not null,               -- database's clock: who has told nothing by then is no more
  state       text not null,                      -- open recovering probing closed paused maintenance
  in_flight   integer not null,
  queued      integer not null,
  answered    bigint not null,                    -- in the last five minutes: taken or refused
  elapsed_us  bigint not null,                    -- of these together
  classes     integer[] not null,                 -- of these, by duration: model/tally.h
  until       timestamptz,                        -- business time; left alone until then, as far as the worker knows
  closed_since timestamptz,                       -- business time; its breaker is open since then
  reached_at  timestamptz,                        -- business time; the last answer it had
  primary key (authority, worker)
) with (fillfactor = 50);

create table outage_rule (          -- how long an authority is away before it counts as an outage; dated
  id          integer primary key,
  authority   text not null,                      -- '*': all that have no row of their own
  after_s     integer not null check (after_s >= 0),
  valid_from  date not null,
  valid_to    date,
  recorded_at timestamptz not null default now(),
  source      text not null
);
insert into outage_rule (id, authority, after_s, valid_from, source) values
  (1, '*', 300, '2015-01-01', 'decision of the house: five minutes; no authority has published a threshold');

create table outage (               -- an authority could not be reached; one open row for each at most, whoever notices
  id         bigint generated always as identity primary key,
  authority  text not null,
  began_at   timestamptz not null,                -- business time; the first failure in a row
  noticed_at timestamptz not null,
  ended_at   timestamptz,                         -- the first answer after it
  failures   integer not null,                    -- in a row, when it was noticed
  evidence   text not null,                       -- what the last of them was
  check (ended_at >= began_at)
);
create unique index outage_open on outage (authority) where ended_at is null;
create index outage_began on outage (authority, began_at);

-- Both kinds of time in which an authority took nothing. ended_at null: it goes on, or has no end yet.
create view outage_period as
  select authority, 'unplanned' as kind, began_at, noticed_at, ended_at, failures, evidence from outage
  union all
  select authority, 'maintenance', begins_at, recorded_at, least(ends_at, ended_at), null, reason from maintenance
  where ended_at is null or ended_at > begins_at;

create table statutory_period (     -- dated; closed and added, never edited
  id             integer primary key,
  act            text not null,                   -- what is to be done in time
  title_zh       text not null,
  title_en       text not null,
  trade_mode     text not null,                   -- '*': all
  direction      text not null check (direction in ('import', 'export')),
  authority      text not null,                   -- whose outage counts
  counts_from    text not null check (counts_from in ('entry', 'declared', 'released')),
  unit           text not null check (unit in ('hours', 'days', 'working_days', 'months', 'day_of_next_month')),
  amount         integer not null check (amount > 0),
  rolls          boolean not null,                -- a last day that is not worked gives way to the next worked one
  outage_extends boolean not null,                -- only where a source grants it
  valid_from     date not null,                   -- by the day of the declaration
  valid_to       date,
  recorded_at    timestamptz not null default now(),
  source         text not null
);
insert into statutory_period (id, act, title_zh, title_en, trade_mode, direction, authority, counts_from, unit, amount, rolls, outage_extends,
  valid_from, valid_to, source)
select f[1]::integer, f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10]::integer, f[11]::boolean, f[12]::boolean, f[13]::date,
  nullif(f[14], '')::date, f[15]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/statutory_periods.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create table calendar_day (         -- days that are worked or not against what their weekday says
  day          date not null,
  worked       boolean not null,
  name         text not null,
  source       text not null,
  recorded_at  timestamptz not null default now(),
  withdrawn_at timestamptz,                       -- a notice was changed: closed, never edited
  primary key (day, recorded_at)
);
create unique index calendar_day_current on calendar_day (day) where withdrawn_at is null;
insert into calendar_day (day, worked, name, source)
select d::date, f[3]::boolean, f[4], f[5]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/calendar_days.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows
cross join lateral generate_series(f[1]::date, f[2]::date, interval '1 day') d;
