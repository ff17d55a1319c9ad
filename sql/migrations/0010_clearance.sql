-- One inspection for all departments, one department's outcome recognised by another, what regulators decide, and withdrawals.

create table recognition_rule (     -- dated; closed, never edited: sql/data/recognitions.tsv
  id         integer primary key,
  giver      text not null,                       -- role codes
  taker      text not null check (taker <> giver),
  of         text not null check (of in ('inspection', 'release')),
  stands_for text not null check (stands_for in ('inspection', 'release')),
  valid_from date not null,
  valid_to   date,
  source     text not null
);

insert into recognition_rule (id, giver, taker, of, stands_for, valid_from, valid_to, source)
select f[1]::integer, f[2], f[3], f[4], f[5], f[6]::date, nullif(f[7], '')::date, f[8]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/recognitions.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;
select nextval('rule_revision');

create table inspection (           -- the one appointment of a declared version; written by judgement, time and place by regulators
  bucket         smallint not null,
  declaration_id uuid not null,
  version        integer not null,
  selected_by    text[] not null,   -- the first opened it, the others joined it
  opened_at      timestamptz not null,
  joined_at      timestamptz,       -- the last of the others; null: only one has selected it
  result         text not null default 'open' check (result in ('open', 'good', 'bad')),
  closed_at      timestamptz,
  appointed_at   timestamptz,       -- when it takes place
  place          text,
  appointed_by   integer,           -- client
  primary key (bucket, declaration_id, version)
);

create table recognition (          -- an authority's part that another's outcome stands for; written by judgement
  bucket         smallint not null,
  declaration_id uuid not null,
  version        integer not null,
  authority      text not null,
  giver          text not null,
  outcome        text not null,     -- what the part counts as
  at             timestamptz not null, -- the giver's own time
  rule_id        integer not null,
  primary key (bucket, declaration_id, version, authority)
);

create table ruling (               -- a regulator's decision; never updated. As an answer of its authority it is in authority_receipt
  bucket          smallint not null,-- of the declaration
  declaration_id  uuid not null,
  id              uuid not null,    -- of its row in authority_receipt
  authority       text not null,
  version         integer not null,
  decision        text not null,
  reason          text not null,
  appointed_at    timestamptz,
  place           text,
  client_id       integer not null,
  decided_at      timestamptz not null,
  idempotency_key text,
  digest          bytea not null,   -- of what was decided: version, decision, reason, appointment
  primary key (bucket, declaration_id, id)
);
create unique index ruling_key on ruling (client_id, idempotency_key) where idempotency_key is not null;

create function ruling_json(r ruling, shows_words boolean) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', r.id,
    'what', 'decided',
    'at', local_time(r.decided_at),
    'authority', r.authority,
    'version', r.version,
    'decision', r.decision,
    'reason', case when shows_words then r.reason end,
    'appointment', case when r.appointed_at is not null then json_build_object('at', local_time(r.appointed_at), 'place', r.place) end,
    'actor', (select c.name from client c where c.id = r.client_id)
  )
$$;

create function inspection_json(i inspection) returns json language sql stable parallel safe as $$
  select json_build_object(
    'version', i.version,
    'selected_by', i.selected_by,
    'opened_by', i.selected_by[1],
    'joined_by', i.selected_by[2:],
    'opened_at', local_time(i.opened_at),
    'joined_at', local_time(i.joined_at),
    'at', local_time(i.appointed_at),
    'place', i.place,
    'result', i.result,
    'closed_at', local_time(i.closed_at)
  )
$$;
