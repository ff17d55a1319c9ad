-- Cases: a matter that officers of one or several departments work on, from what was collected to the review that closes it (RULES 8.1).
--
--   case_open(), called in the writer's own statement ──► case_file ──api/cases_steps, one row a step──► case_step
--                                                            │                                            └► case_finding: was each rule right
--                                                            └► case_access: which department may do what
--
-- Which step may follow which is model/case_cycle.h. Every row is kept as written and goes into the log; case_place alone moves: it is how each
-- case stands, for the lists.

create table case_kind (            -- dated; closed, never edited: sql/data/case_kinds.tsv
  id integer primary key, kind text not null, departments text[] not null, title_zh text not null, title_en text not null,
  valid_from date not null, valid_to date, source text not null
);
create table case_limit (           -- the same: sql/data/case_limits.tsv
  id integer primary key, name text not null, value integer not null, valid_from date not null, valid_to date, source text not null
);
insert into case_kind (kind, id, departments, title_zh, title_en, valid_from, valid_to, source)
select f[1], f[2]::integer, string_to_array(f[3], ','), f[4], f[5], f[6]::date, nullif(f[7], '')::date, f[8]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/case_kinds.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;
insert into case_limit (name, id, value, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::integer, f[4]::date, nullif(f[5], '')::date, f[6]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/case_limits.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create table case_file (            -- what it is about, as it was collected; never updated
  id           uuid primary key,    -- case_id(): the same matter is one case
  kind         text not null,
  subject_kind text not null check (subject_kind in ('declaration', 'enterprise', 'goods')),
  subject      text collate "C" not null, -- id of the declaration; credit code; credit code/number of the goods
  origin       text not null,       -- what it was opened for, in the opener's words: TAX/2, R/… , a decision's number
  rules        text[] not null,     -- that hit
  points       integer check (points >= 0), -- these three as the opener counted them; null: it does not count
  class        text,                -- trade economic technical
  grade        text,                -- a lane (model/lane.h)
  reason       text not null,
  kind_row     integer,             -- null: no row of the kind was in force
  opened_at    timestamptz not null,
  opened_by    text not null,
  client_id    integer              -- null: the gateway itself
);
create index case_file_subject on case_file (subject_kind, subject);
create index case_file_opened on case_file (opened_at, id);

create table case_step (            -- never updated
  case_id   uuid not null references case_file (id),
  number    integer not null,       -- from 1, without a gap: who takes the same number is too late
  state     text not null,          -- that it led to
  points    integer,                -- of assessed: what the officer found
  class     text,
  grade     text,
  action    text,                   -- of warned and disposed: what is done
  was_right boolean,                -- of reviewed
  reason    text,
  at        timestamptz not null,
  actor     text not null,
  authority text,
  client_id integer,
  digest    bytea,                  -- of the request: the same again is the same step
  primary key (case_id, number)
);

create table case_finding (         -- of a review: was this rule right to hit; never updated
  case_id     uuid not null references case_file (id),
  rule        text not null,
  was_right   boolean not null,
  reviewed_at timestamptz not null,
  reviewed_on date not null,
  primary key (case_id, rule)
);
create index case_finding_rule on case_finding (reviewed_on, rule);

create table case_access (          -- never updated, the newest row of a department counts
  case_id   uuid not null references case_file (id),
  number    integer not null,
  authority text not null,
  access    text not null check (access in ('none', 'read', 'work')),
  reason    text,
  at        timestamptz not null,
  actor     text not null,
  client_id integer,
  primary key (case_id, number)
);

create table case_place (           -- one row for each: how it stands
  case_id    uuid primary key references case_file (id),
  state      text not null,
  steps      integer not null,
  readers    text[] not null,       -- departments that see it; who works on it reads, too
  workers    text[] not null,
  officer    text,                  -- who took the last step; null: nobody yet
  changed_at timestamptz not null
) with (fillfactor = 70);
create index case_place_open on case_place (case_id) where state <> 'closed';

-- The same matter is the same id; it carries a bucket, as all ids do (base/id.h).
create function case_id(kind text, subject_kind text, subject text, origin text) returns uuid language sql immutable parallel safe as $$
  select (substr(h, 1, 12) || '8' || lpad(to_hex(get_byte(d, 6) & 63), 3, '0') || '8' || substr(h, 18, 15))::uuid
  from (select d, encode(d, 'hex') as h
    from (select sha256(convert_to(kind || chr(31) || subject_kind || chr(31) || subject || chr(31) || origin, 'UTF8')) as d) x) y
$$;

-- Opens a case, unless it is there: its id, or null. Called by other writers in their own statement. `more`: departments besides those of the kind.
-- It must not fail, since the judgements beside it would: without a row of the kind these others are all.
create function case_open(kind text, subject_kind text, subject text, origin text, rules text[], points integer, class text, grade text, reason text,
  more text[], at timestamptz, actor text, client_id integer default null) returns uuid
language plpgsql as $$
declare
  made uuid; row_used case_kind; departments text[];
begin
  select k.* into row_used from case_kind k where k.kind = case_open.kind and k.valid_from <= (at at time zone 'Asia/Shanghai')::date
    and (k.valid_to is null or k.valid_to >= (at at time zone 'Asia/Shanghai')::date);
  select coalesce(array_agg(distinct d order by d), '{}') into departments from unnest(row_used.departments || more) d;
  insert into case_file (id, kind, subject_kind, subject, origin, rules, points, class, grade, reason, kind_row, opened_at, opened_by, client_id)
    values (case_id(kind, subject_kind, subject, origin), kind, subject_kind, subject, origin, rules, points, class, grade, reason, row_used.id, at, actor,
      client_id)
    on conflict do nothing returning id into made;
  if made is not null then
    insert into case_step (case_id, number, state, at, actor, client_id) values (made, 1, 'collected', at, actor, client_id);
    insert into case_access (case_id, number, authority, access, at, actor, client_id)
      select made, d.n, d.authority, 'work', case_open.at, case_open.actor, case_open.client_id from unnest(departments) with ordinality d(authority, n);
    insert into case_place (case_id, state, steps, readers, workers, changed_at) values (made, 'collected', 1, departments, departments, at);
  end if;
  return made;
end $$;

-- $1 of the caller: its department, or that it sees all
create function case_may_read(p case_place, department text, sees_all boolean) returns boolean language sql immutable parallel safe as $$
  select sees_all or department = any (p.readers)
$$;

create function case_subject_json(c case_file) returns json language sql stable parallel safe as $$
  select case c.subject_kind
    when 'declaration' then json_build_object('kind', c.subject_kind, 'declaration_id', c.subject)
    when 'enterprise' then json_build_object('kind', c.subject_kind, 'enterprise', c.subject)
    else json_build_object('kind', c.subject_kind, 'enterprise', split_part(c.subject, '/', 1),
      'item_no', substr(c.subject, strpos(c.subject, '/') + 1)) end
$$;

create function case_json(c case_file, chinese boolean, alone boolean) returns json language sql stable parallel safe as $$
  select json_joined(json_build_object(
    'id', c.id,
    'kind', c.kind,
    'kind_title', coalesce((select case when chinese then k.title_zh else k.title_en end from case_kind k where k.id = c.kind_row), c.kind),
    'subject', case_subject_json(c),
    'origin', c.origin,
    'rules', c.rules,
    'points', coalesce(a.points, c.points),
    'class', coalesce(a.class, c.class),
    'grade', coalesce(a.grade, c.grade),
    'reason', c.reason,
    'state', p.state,
    'opened_at', local_time(c.opened_at),
    'opened_by', c.opened_by,
    'changed_at', local_time(p.changed_at),
    'officer', p.officer,
    'departments', (select coalesce(json_agg(json_build_object('authority', d, 'access', case when d = any (p.workers) then 'work' else 'read' end) order by d), '[]')
      from unnest(p.readers) d)
  ), case when alone then json_build_object(
    'steps', (select json_agg(json_build_object('number', s.number, 'state', s.state, 'points', s.points, 'class', s.class, 'grade', s.grade,
        'action', s.action, 'was_right', s.was_right, 'reason', s.reason, 'at', local_time(s.at), 'actor', s.actor, 'authority', s.authority)
        order by s.number)
      from case_step s where s.case_id = c.id),
    'findings', (select coalesce(json_agg(json_build_object('rule', f.rule, 'was_right', f.was_right) order by f.rule), '[]')
      from case_finding f where f.case_id = c.id),
    'access', (select coalesce(json_agg(json_build_object('authority', x.authority, 'access', x.access, 'reason', x.reason, 'at', local_time(x.at),
        'actor', x.actor) order by x.number), '[]')
      from case_access x where x.case_id = c.id)
  ) end)
  from case_place p left join lateral (
    select s.points, s.class, s.grade from case_step s where s.case_id = c.id and s.state = 'assessed' order by s.number desc limit 1) a on true
  where p.case_id = c.id
$$;

select log_cover('case_file', 'case', 'id', 'opened_at');
select log_cover('case_step', 'case', 'case_id', 'at');
select log_cover('case_finding', 'case', 'case_id', 'reviewed_at');
select log_cover('case_access', 'case', 'case_id', 'at');
