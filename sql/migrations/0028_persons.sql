-- Flags of natural persons: that an identity was abused, and nothing else (RULES 7.6; E101). No score, no list, nothing public.
--
--   a department's decision ──POST /v1/persons/flags──┐
--   a review of a risk case finds a rule right ───────┴─► person_flag ──disputed, upheld, withdrawn──► person_flag_change
--
-- A rule that hits raises none: an officer looked, always. Of the person there is the keyed hash under which risk_trace knows buyers
-- (model/risk_trace.h): who holds the number finds its flags, who holds the flags finds no number. Months of both tables go together.

create table person_flag_kind (     -- dated; closed, never edited: sql/data/person_flag_kinds.tsv
  id integer primary key, kind text not null, days integer not null check (days > 0), rules text[] not null, title_zh text not null, title_en text not null,
  valid_from date not null, valid_to date, source text not null
);
insert into person_flag_kind (kind, id, days, rules, title_zh, title_en, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::integer, string_to_array(f[4], ','), f[5], f[6], f[7]::date, nullif(f[8], '')::date, f[9]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/person_flag_kinds.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create table person_flag (          -- never updated
  id              uuid primary key,
  person          bigint not null,  -- risk_person()
  kind            text not null,
  kind_row        integer not null,
  raised_on       date not null,
  ends_on         date not null check (ends_on > raised_on), -- the first day without it
  decision_no     text,             -- its ground: a department's decision,
  case_id         uuid,             -- or the review of a case
  rules           text[] not null,  -- that the review found right
  reason          text,
  evidence_sha256 bytea,
  recorded_at     timestamptz not null,
  actor           text not null,
  authority       text not null,
  client_id       integer not null,
  check (num_nonnulls(decision_no, case_id) = 1)
) partition by range (id);
create index person_flag_person on person_flag (person);
create table person_flag_rest partition of person_flag default;

create table person_flag_change (   -- never updated
  id          uuid not null,        -- the flag's
  number      integer not null,     -- from 1, without a gap: who takes the same number is too late
  change      text not null,        -- model/person_flag.h
  reason      text not null,
  recorded_at timestamptz not null,
  actor       text not null,
  authority   text,                 -- null: an operator, for the person
  client_id   integer not null,
  primary key (id, number)
) partition by range (id);
create table person_flag_change_rest partition of person_flag_change default;

-- How a flag stands on a day: only what is in force counts.
create function person_flag_state(flag uuid, ends_on date, day date) returns text language sql stable parallel safe as $$
  select case when c.change = 'withdrawn' then 'withdrawn' when day >= ends_on then 'expired' when c.change = 'disputed' then 'disputed' else 'in_force' end
  from (select (select x.change from person_flag_change x where x.id = flag order by x.number desc limit 1) as change) c
$$;

-- Kinds that are in force against a person; null: nobody is known.
create function person_kinds_on(person bigint, day date) returns json language sql stable parallel safe as $$
  select case when person_kinds_on.person is not null then coalesce(json_agg(distinct f.kind), '[]') end
  from person_flag f where f.person = person_kinds_on.person and person_flag_state(f.id, f.ends_on, day) = 'in_force'
$$;

create function person_flag_json(f person_flag, day date, chinese boolean) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', f.id,
    'kind', f.kind,
    'title', (select case when chinese then k.title_zh else k.title_en end from person_flag_kind k where k.id = f.kind_row),
    'state', person_flag_state(f.id, f.ends_on, day),
    'raised_on', f.raised_on,
    'ends_on', f.ends_on,
    'decision_no', f.decision_no,
    'case_id', f.case_id,
    'rules', f.rules,
    'reason', f.reason,
    'evidence_sha256', encode(f.evidence_sha256, 'hex'),
    'recorded_at', local_time(f.recorded_at),
    'actor', f.actor,
    'authority', f.authority,
    'changes', (
      select coalesce(json_agg(json_build_object('change', c.change, 'reason', c.reason, 'at', local_time(c.recorded_at), 'actor', c.actor,
        'authority', c.authority) order by c.number), '[]')
      from person_flag_change c where c.id = f.id)
  )
$$;

-- The flags that a review raises ($1 case, $2 rules found right, $3 reason, $4 now, $5 actor, $6 department, $7 client): of the buyer of the declaration
-- that its risk case is about, one for each kind that names such a rule. Nobody is known any more when the trace's month is gone.
create function person_flags_of_review(uuid, text[], text, timestamptz, text, text, integer) returns setof person_flag language sql stable as $$
  select overlay(id_floor($4)::text placing left(encode(sha256(convert_to($1 || k.kind, 'UTF8')), 'hex'), 12) from 25)::uuid, t.buyer, k.kind, k.id,
    w.day, w.day + k.days, null::text, $1, h.rules, $3, null::bytea, $4, $5, $6, $7
  from (select ($4 at time zone 'Asia/Shanghai')::date as day) w
  join case_file c on c.id = $1 and c.kind = 'risk' and c.subject_kind = 'declaration'
  cross join lateral (select case c.subject_kind when 'declaration' then c.subject::uuid end as id) s
  join declaration d on d.bucket = id_bucket(s.id) and d.id = s.id
  join risk_trace t on t.bucket = d.bucket and t.id = d.id and t.opened_at = d.opened_at and t.buyer is not null
  join person_flag_kind k on k.valid_from <= w.day and (k.valid_to is null or k.valid_to >= w.day)
  cross join lateral (select array(select r from unnest($2) r where r = any (k.rules) order by r) as rules) h
  where cardinality(h.rules) > 0
$$;

select log_cover('person_flag', 'person', 'id', 'recorded_at');
select log_cover('person_flag_change', 'person', 'id', 'recorded_at');
