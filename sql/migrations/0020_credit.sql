-- Credit: one base (what is known of an enterprise, only ever added to), evaluation by dated rules, the negative list, warnings.
--
--   event, change, outside, listing ──raise──► credit_place ──flow/credit──► credit_standing: a row whenever score, level or bar is another
--
-- A standing is a function of these records as they were known on its day and of the rule rows of that day: it can be computed again for any day.
-- Days are days of China. *_on: the day on which it was recorded here; what was recorded later was not known before.

create table credit_rule (          -- dated, as all of these; closed, never edited: sql/data/credit_*.tsv; ids are of one series
  id integer primary key, name text not null, value integer not null, valid_from date not null, valid_to date, source text not null
);
create table credit_degree (
  id integer primary key, degree text not null, hold_days integer not null, end_days integer not null check (end_days > hold_days),
  published_days integer,           -- null: a decision of this degree is never published
  repair_days integer not null,     -- not repaired before so many days
  valid_from date not null, valid_to date, source text not null
);
create table credit_level (
  id integer primary key, level text not null, least_score integer not null, inspection_bp integer not null, guarantee_percent integer not null,
  documents text not null, queue_rank integer not null check (queue_rank between 1 and 3), credit_term integer not null, valid_from date not null, valid_to date, source text not null
);
create table credit_kind (
  id integer primary key, kind text not null, degree text not null, weight integer not null check (weight > 0), against boolean not null,
  bars boolean not null, title_zh text not null, title_en text not null, valid_from date not null, valid_to date, source text not null
);
create table credit_measure (
  id integer primary key, level text not null, authority text not null, measure text not null, title_zh text not null,
  valid_from date not null, valid_to date, source text not null
);
create table credit_receiver (
  id integer primary key, authority text not null, valid_from date not null, valid_to date, source text not null
);

insert into credit_rule (name, id, value, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::integer, f[4]::date, nullif(f[5], '')::date, f[6]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/credit_rules.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;
insert into credit_degree (degree, id, hold_days, end_days, published_days, repair_days, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::integer, f[4]::integer, nullif(f[5], '')::integer, f[6]::integer, f[7]::date, nullif(f[8], '')::date, f[9]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/credit_degrees.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;
insert into credit_level (level, id, least_score, inspection_bp, guarantee_percent, documents, queue_rank, credit_term, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::integer, f[4]::integer, f[5]::integer, f[6], f[7]::integer, f[8]::integer, f[9]::date, nullif(f[10], '')::date,
  f[11]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/credit_levels.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;
insert into credit_kind (kind, id, degree, weight, against, bars, title_zh, title_en, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3], f[4]::integer, f[5]::boolean, f[6]::boolean, f[7], f[8], f[9]::date, nullif(f[10], '')::date, f[11]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/credit_kinds.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;
insert into credit_measure (id, level, authority, measure, title_zh, valid_from, valid_to, source)
select f[1]::integer, f[2], f[3], f[4], f[5], f[6]::date, nullif(f[7], '')::date, f[8]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/credit_measures.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;
insert into credit_receiver (authority, id, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::date, nullif(f[4], '')::date, f[5]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/credit_receivers.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create function credit_rule_on(wanted text, day date) returns integer language sql stable parallel safe as $$
  select value from credit_rule r where r.name = wanted and r.valid_from <= day and (r.valid_to is null or r.valid_to >= day)
$$;

-- the base ------------------------------------------------------------------------------------------------------------------------------
create table credit_subject (       -- who is evaluated; never updated
  code          text primary key,   -- as filings name it
  name          text not null,
  role          text not null,
  registered_on date not null,
  recorded_at   timestamptz not null,
  recorded_by   integer not null
);

create table credit_tie (           -- who stands behind it: of a person only a keyed hash; never updated
  code        text not null references credit_subject (code),
  role        text not null check (role in ('representative', 'controller')),
  person_hash bytea not null,
  recorded_at timestamptz not null,
  recorded_by integer not null,
  primary key (code, role, person_hash)
);
create index credit_tie_person on credit_tie (person_hash);

create table credit_event (         -- never updated
  id              uuid primary key,
  code            text not null references credit_subject (code),
  kind            text not null,
  degree          text not null,
  against         boolean not null,
  weight          integer not null check (weight > 0),
  day             date not null,
  source          text not null,
  decision_no     text not null,
  reason          text,
  evidence_sha256 bytea,
  authorisation   text,             -- of a rating by a third party: the enterprise's
  kind_row        integer not null,
  recorded_at     timestamptz not null,
  recorded_on     date not null,
  recorded_by     integer not null,
  unique (code, kind, decision_no), -- the same decision is one event
  check (recorded_on >= day),
  check ((degree = 'rating') = (authorisation is not null))
);

create table credit_event_change (  -- never updated
  event_id    uuid not null references credit_event (id),
  number      integer not null,
  change      text not null,        -- model/credit_record.h
  day         date not null,        -- from which it holds
  decision_no text not null,
  reason      text,
  recorded_at timestamptz not null,
  recorded_on date not null,
  recorded_by integer not null,
  primary key (event_id, number),
  check (recorded_on >= day)
);

create table credit_outside (       -- what others hold of the enterprise; never updated
  id          uuid primary key,
  code        text not null references credit_subject (code),
  what        text not null check (what in ('customs_level', 'tax_grade', 'quality_ability')),
  value       text not null,
  begins_on   date not null,
  ends_on     date check (ends_on > begins_on), -- the first day without it; null: it goes on
  source      text not null,
  recorded_at timestamptz not null,
  recorded_on date not null,
  recorded_by integer not null,
  unique (code, what, value, begins_on, recorded_on)
);

create table credit_warning (       -- of low risk: a text for everybody, with its end; never updated
  id          uuid primary key,
  code        text not null references credit_subject (code),
  text        text not null,
  begins_on   date not null,
  ends_on     date not null check (ends_on > begins_on),
  decision_no text not null,
  recorded_at timestamptz not null,
  recorded_on date not null,
  recorded_by integer not null,
  unique (code, decision_no)
);

-- the negative list ---------------------------------------------------------------------------------------------------------------------
create table listing (              -- never updated
  id          uuid primary key,
  code        text not null references credit_subject (code),
  event_id    uuid not null unique references credit_event (id),
  decision_no text not null,
  reason      text not null,
  listed_at   timestamptz not null,
  listed_on   date not null,
  repair_from date not null,        -- not off the list before, with a decision on repair
  term_ends   date not null,        -- off the list from here on without one
  reviewed_by integer not null
);
create index listing_code on listing (code);

create table listing_exit (         -- never updated
  listing_id  uuid primary key references listing (id),
  ground      text not null check (ground in ('repair', 'term')),
  decision_no text not null,
  reason      text not null,
  exited_at   timestamptz not null,
  exited_on   date not null,
  reviewed_by integer not null
);

create table listing_search (       -- how far the search for a listed firm's open declarations is; goes when it is over
  listing_id uuid primary key references listing (id),
  bucket     smallint not null default 0,
  after      uuid not null default '00000000-0000-0000-0000-000000000000'
);

create table listing_hold (         -- an open declaration of a listed firm: it is to be inspected
  listing_id     uuid not null references listing (id),
  bucket         smallint not null, -- of the declaration
  declaration_id uuid not null,
  found_at       timestamptz not null,
  asked_at       timestamptz,       -- the answer's own time, once it can be asked for: fixed, so that the same answer is one
  asked_version  integer,
  stored         boolean not null default false, -- that answer is
  ended_at       timestamptz,       -- its declaration or its listing is over
  primary key (listing_id, bucket, declaration_id)
);
create index listing_hold_waits on listing_hold (listing_id, bucket, declaration_id) where ended_at is null;

-- evaluation ----------------------------------------------------------------------------------------------------------------------------
create table credit_place (         -- one row for each enterprise: up to which day it is judged, and how it stands
  code         text primary key references credit_subject (code),
  judged_on    date not null,
  raise        integer not null default 1, -- by every record; the guard of evaluation
  judged_raise integer not null default 0,
  score        integer,
  level        text,
  barred       boolean not null default false
) with (fillfactor = 70);
create index credit_place_judged on credit_place (judged_on);
create index credit_place_raised on credit_place (code) where raise > judged_raise;
create index credit_place_barred on credit_place (code) where barred; -- few of many; daemons read them with every change of the rules

create table credit_standing (      -- a row whenever score, level or bar is another than before; never updated
  id        bigint generated always as identity,
  code      text not null references credit_subject (code),
  day       date not null,
  score     integer not null,
  level     text not null,
  barred    boolean not null,
  positive  integer not null,
  negative  integer not null,
  rating    integer not null,
  released  integer not null,       -- filings, before that day
  events    uuid[] not null,        -- that weighed
  rule_rows integer[] not null,
  made_at   timestamptz not null,
  primary key (code, id)
);

create table credit_message (       -- a level or a bar that changed, to each department: what it is to do, and whether it has said that it knows
  standing_id     bigint not null,
  authority       text not null,
  code            text not null,
  acknowledged_at timestamptz,      -- once
  acknowledged_by integer,
  primary key (standing_id, authority)
) with (fillfactor = 80);
create index credit_message_open on credit_message (authority, standing_id) where acknowledged_at is null;

create table credit_released (      -- declarations released of which the enterprise filed a part, by the day on which they were counted
  code  text not null references credit_subject (code),
  day   date not null,
  count integer not null,
  primary key (code, day)
) with (fillfactor = 70);

create table credit_released_place ( -- one row: up to which event of the feed all are counted
  one boolean primary key default true check (one),
  seq bigint not null default 0
);
insert into credit_released_place default values;

-- Whose new filings are refused: who is barred by a listing or by customs' own list, and whom the same person stands behind.
create view credit_barred as
  with own as (
    select l.code from listing l where not exists (select from listing_exit x where x.listing_id = l.id)
    union
    select p.code from credit_place p where p.barred
  )
  select code from own
  union
  select t.code from own o join credit_tie b on b.code = o.code join credit_tie t on t.person_hash = b.person_hash;

-- of_reasons: for the enterprise and whoever decides about it
create function credit_event_json(e credit_event, kind_title text, of_reasons boolean, of_evidence boolean) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', e.id,
    'code', e.code,
    'kind', e.kind,
    'title', kind_title,
    'degree', e.degree,
    'against', e.against,
    'weight', e.weight,
    'day', e.day,
    'source', e.source,
    'decision_no', e.decision_no,
    'reason', case when of_reasons then e.reason end,
    'authorisation', case when of_reasons then e.authorisation end,
    'evidence_sha256', case when of_evidence then encode(e.evidence_sha256, 'hex') end,
    'recorded_at', local_time(e.recorded_at),
    'changes', (
      select coalesce(json_agg(json_build_object('change', c.change, 'day', c.day, 'decision_no', c.decision_no,
        'reason', case when of_reasons then c.reason end, 'recorded_at', local_time(c.recorded_at)) order by c.number), '[]')
      from credit_event_change c where c.event_id = e.id)
  )
$$;

create function listing_json(l listing) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', l.id,
    'code', l.code,
    'name', s.name,
    'kind', e.kind,
    'event_id', l.event_id,
    'decision_no', l.decision_no,
    'reason', l.reason,
    'listed_on', l.listed_on,
    'repair_from', l.repair_from,
    'term_ends', l.term_ends,
    'state', case when x.listing_id is null then 'barred' else 'exited' end,
    'exit', case when x.listing_id is not null then json_build_object('ground', x.ground, 'decision_no', x.decision_no, 'reason', x.reason,
      'on', x.exited_on) end
  )
  from credit_subject s join credit_event e on e.id = l.event_id left join listing_exit x on x.listing_id = l.id
  where s.code = l.code
$$;

create function credit_message_json(m credit_message) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', m.standing_id || '.' || m.authority,
    'authority', m.authority,
    'subject', m.code,
    'level_old', (select p.level from credit_standing p where p.code = m.code and p.id < m.standing_id order by p.id desc limit 1),
    'level_new', s.level,
    'barred', s.barred,
    'valid_from', s.day,
    'measures', (
      select coalesce(json_agg(json_build_object('measure', r.measure, 'title_zh', r.title_zh, 'rule_row', r.id, 'source', r.source) order by r.id), '[]')
      from credit_measure r
      where (r.level = s.level or (s.barred and r.level = 'NEG')) and r.authority in ('*', m.authority)
        and r.valid_from <= s.day and (r.valid_to is null or r.valid_to >= s.day)),
    'basis', (
      select coalesce(json_agg(json_build_object('kind', e.kind, 'day', e.day, 'decision_no', e.decision_no) order by e.day, e.kind, e.decision_no), '[]')
      from credit_event e where e.id = any (s.events)),
    'decision_no', (
      select l.decision_no from listing l where s.barred and l.code = m.code and l.listed_on <= s.day
        and not exists (select from listing_exit x where x.listing_id = l.id and x.exited_on <= s.day)
      order by l.listed_on desc, l.id limit 1),
    'acknowledged_at', local_time(m.acknowledged_at)
  )
  from credit_standing s where s.code = m.code and s.id = m.standing_id
$$;

-- in the log: all of it that is never updated
select log_cover('credit_subject', 'credit', 'code', 'recorded_at');
select log_cover('credit_tie', 'credit', 'code', 'recorded_at');
select log_cover('credit_event', 'credit', 'id', 'recorded_at');
select log_cover('credit_event_change', 'credit', 'event_id', 'recorded_at');
select log_cover('credit_outside', 'credit', 'id', 'recorded_at');
select log_cover('credit_warning', 'credit', 'id', 'recorded_at');
select log_cover('credit_standing', 'credit', 'code', 'made_at');
select log_cover('listing', 'credit', 'id', 'listed_at');
select log_cover('listing_exit', 'credit', 'listing_id', 'exited_at');

select nextval('rule_revision');
