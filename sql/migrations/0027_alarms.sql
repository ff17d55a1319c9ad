-- Alarms: risk rules whose facts show after a declaration was decided, or belong to none (RULES 8.2: R-LOG-01, R-LOG-02, R-RET-01, R-NET-01; E120).
--
--   tracker, returns, refused signatures ──in their own statement──► risk_signal ──flow/alarms: facts, rules of the day──► risk_alarm ──► a case
--
-- A signal is what somebody saw that a rule may ask about; it goes when it was judged. The same occasion is one alarm, however often it is seen;
-- rows in force and rows on trial have theirs apart. Only an alarm of a row in force opens a case.

create table risk_signal (
  id             bigint generated always as identity primary key,
  what           text not null check (what in ('standstill', 'delivery', 'return', 'signatures')),
  declaration_id uuid,
  client_id      integer,           -- of signatures: whose
  enterprise     text,              -- one of its numbers
  occasion       text,              -- alert, parcel, name of the client; null: the day
  at             timestamptz not null,
  counts         bigint[],          -- hours; minutes and 1 for an export; null: counted when it is judged
  seen           bigint not null default feed_watermark() -- releases up to there must be counted first
);

create table signature_failure (    -- refused signatures of who was known by its token or certificate; by minutes since 1970, business time
  client_id integer not null references client (id),
  minute    integer not null,
  failures  integer not null,
  replays   integer not null,       -- signatures that had been taken before
  primary key (client_id, minute)
) with (fillfactor = 70);
create index signature_failure_minute on signature_failure (minute);

create table risk_alarm (           -- never updated
  id           uuid primary key,    -- of rule, mode, subject and occasion
  rule         text not null,
  rule_row     integer not null,
  mode         text not null check (mode in ('shadow', 'active')),
  subject_kind text not null check (subject_kind in ('declaration', 'enterprise')),
  subject      text collate "C" not null, -- id of the declaration; credit code, of who is not registered the number that was filed
  occasion     text not null,       -- what it hit on: an alert, a parcel, a day
  counted      bigint not null,
  points       integer not null,
  class        text not null,
  at           timestamptz not null,
  case_id      uuid                 -- null: on trial
);
create index risk_alarm_at on risk_alarm (at, id);
create index risk_alarm_subject on risk_alarm (subject_kind, subject);

-- Of rows in force or on trial.
create function risk_window_on(of_rule text, day date) returns interval language sql stable parallel safe as $$
  select coalesce(max(r.window_s), 0) * interval '1 second' from risk_rule r
  where r.rule = of_rule and r.mode <> 'off' and r.valid_from <= day and (r.valid_to is null or r.valid_to >= day)
$$;

create function risk_window_minutes(of_rule text, day date) returns integer language sql stable parallel safe as $$
  select ceil(extract(epoch from risk_window_on(of_rule, day)) / 60)::integer
$$;

create function risk_parameter_most(of_rule text, place integer, day date) returns bigint language sql stable parallel safe as $$
  select max(r.parameters[place]) from risk_rule r
  where r.rule = of_rule and r.mode <> 'off' and r.valid_from <= day and (r.valid_to is null or r.valid_to >= day)
$$;

-- The lane that so many points alone lead to.
create function risk_grade_on(of_points integer, day date) returns text language sql stable parallel safe as $$
  select l.lane from risk_lane l
  where l.lane <> 'reject' and l.least_points <= of_points and l.valid_from <= day and (l.valid_to is null or l.valid_to >= day)
  order by l.least_points desc limit 1
$$;

-- Declarations of a merchant within the window that ends then: of which a return was asked for, and released. Under all of its numbers.
create function risk_returns(of_code text, until timestamptz, out returned bigint, out released bigint) language sql stable as $$
  select
    (select count(distinct g.declaration_id) from goods_return g
      where g.merchant_code = any (n.codes) and g.requested_at > until - w.length and g.requested_at <= until),
    (select coalesce(sum(t.released), 0)::bigint from trade_day t
      where t.merchant_code = any (n.codes) and t.day > tracking_day(until - w.length) and t.day <= tracking_day(until))
  from (select risk_window_on('R-RET-01', tracking_day(until)) as length) w
  cross join (select coalesce(array_agg(n.number), array[of_code]) as codes from enterprise_number n
    where n.enterprise_id = enterprise_by_number(of_code) and n.kind in ('credit', 'customs')) n
$$;

-- Refused signatures of a client within the window whose last minute that is.
create function risk_signatures(of_client integer, last integer, day date, out failures bigint, out replays bigint) language sql stable as $$
  select coalesce(sum(f.failures), 0)::bigint, coalesce(sum(f.replays), 0)::bigint from signature_failure f
  where f.client_id = of_client and f.minute <= last and f.minute > last - risk_window_minutes('R-NET-01', day)
$$;

create function risk_alarm_json(a risk_alarm) returns json language sql stable parallel safe as $$
  select json_build_object('id', a.id, 'rule', a.rule, 'row', a.rule_row, 'mode', a.mode, 'class', a.class, 'points', a.points,
    'subject', case a.subject_kind when 'declaration' then json_build_object('kind', a.subject_kind, 'declaration_id', a.subject)
      else json_build_object('kind', a.subject_kind, 'enterprise', a.subject) end,
    'occasion', a.occasion, 'counted', a.counted, 'at', local_time(a.at), 'case_id', a.case_id)
$$;

select log_cover('risk_alarm', 'risk', 'id', 'at');
select nextval('rule_revision');
