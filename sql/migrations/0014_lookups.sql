-- Questions to departments (pilot-zone plan, open interfaces): what may be asked, what waits to be asked, what was answered.
--
--   judged, or POST /v1/lookups ──> lookup_question ──asked: flow/lookups──> lookup_answer
--                lookup_waiter ─────────(answered)──────────> todo: judged again
--
-- A person's key is a keyed hash (model/identity.h); name, number and photo stand in none of these tables.

alter table authority
  add query_url text;                             -- where it is asked: the question's name is added. null: it is not

create table lookup_rule (          -- what may be asked, and what an answer is good for; dated, closed and added, never edited
  id          integer primary key check (id > 20000),  -- kept in decision.rule_rows, beside regimes and classes of goods
  authority   text not null references authority (code),
  question    text not null,                      -- the words of model/lookup.h
  used        text not null check (used in ('ask', 'attest', 'check')),  -- on demand; for the payer who is not the buyer; before it is declared
  goods_class text,                               -- check: only of declarations with goods of that class; null: of all
  unanswered  text check (unanswered in ('hold', 'pass')),  -- check: what becomes of a declaration while the department is away
  valid_s     integer not null check (valid_s > 0),         -- how long an answer may be used
  stale_s     integer not null check (stale_s >= 0),        -- and how much longer while the department is away
  purpose     text not null,
  requirement text not null,                      -- which interface of the plan
  valid_from  date not null,
  valid_to    date,
  recorded_at timestamptz not null default now(),
  source      text not null,
  check ((used = 'check') = (unanswered is not null)),
  check (goods_class is null or used = 'check')
);

insert into lookup_rule (id, authority, question, used, goods_class, unanswered, valid_s, stale_s, purpose, requirement, valid_from, source) values
  (20001, 'CUS', 'registration', 'ask', null, null, 86400, 2592000, 'registration and credit level of an enterprise', 'E41', '2016-01-01',
    'pilot-zone plan, interfaces of customs; levels: GACC order 282 (2026), before it 251'),
  (20002, 'CIQ', 'level', 'ask', null, null, 86400, 2592000, 'registration and level of an enterprise at the inspection', 'E43', '2016-01-01',
    'pilot-zone plan, interfaces of the inspection'),
  (20003, 'CIQ', 'negative-list', 'check', null, 'hold', 86400, 86400, 'goods that may not be traded this way', 'E44', '2016-01-01',
    'pilot-zone plan, interfaces of the inspection: a hit blocks. Times: decision of the house'),
  (20004, 'CIQ', 'certificates', 'ask', null, null, 86400, 604800, 'certificate of goods that need one', 'E45', '2016-01-01',
    'pilot-zone plan, interfaces of the inspection'),
  (20005, 'FX', 'directory', 'ask', null, null, 86400, 2592000, 'directory and class of an enterprise', 'E46', '2016-01-01',
    'pilot-zone plan, interfaces of the forex administration; SAFE 2024-11: banks register'),
  (20006, 'TAX', 'grade', 'ask', null, null, 86400, 2592000, 'tax credit grade of an enterprise', 'E49', '2016-01-01',
    'pilot-zone plan, interfaces of the tax administration'),
  (20007, 'POL', 'identity', 'attest', null, null, 2592000, 0, 'identity of a buyer who is not the payer', 'E50', '2019-01-01',
    'GACC 2018-194: the identity is authenticated by the state, or the buyer pays. Times: decision of the house'),
  (20008, 'ECO', 'adverse-records', 'ask', null, null, 86400, 604800, 'adverse records of an enterprise', 'E51', '2016-01-01',
    'pilot-zone plan, interfaces of the economy department'),
  (20009, 'FIN', 'adverse-records', 'ask', null, null, 86400, 604800, 'adverse records of an enterprise', 'E51', '2016-01-01',
    'pilot-zone plan, interfaces of the finance office'),
  (20010, 'SAMR', 'adverse-records', 'ask', null, null, 86400, 604800, 'adverse records of an enterprise', 'E51', '2016-01-01',
    'pilot-zone plan, interfaces of the market regulator'),
  (20011, 'NMPA', 'licences', 'check', 'medicine', 'hold', 86400, 604800, 'licence of medicines', 'E52', '2016-01-01',
    'pilot-zone plan, interfaces of the medicines administration; Drug Administration Law (2019). Times: decision of the house');

create table lookup_question (      -- to be asked: one for a key at a time, over all daemons; gone when it is answered or given up
  id             uuid primary key,                -- that of its answer, too
  rule_id        integer not null references lookup_rule,
  authority      text not null,
  question       text not null,
  key            text not null,                   -- of a person: the keyed hash, in hex
  declaration_id uuid,                            -- of a person: in whose order name and number stand
  purpose        text not null,
  client_id      integer references client,       -- who wants to know; null: the gateway, for a declaration
  wanted_at      timestamptz not null,            -- business time, lastly
  anew           boolean not null default false,  -- asked although a fresh answer is known
  due_at         timestamptz not null,            -- business time
  attempts       integer not null default 0,
  failures       integer not null default 0,      -- in a row, without an answer: then the department counts as away
  failed_at      timestamptz,
  reason         text,                            -- of the last failure
  lease          uuid,
  lease_until    timestamptz not null default '-infinity',  -- database's clock: a daemon has it in hand
  unique (authority, question, key)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index lookup_question_due on lookup_question (authority, due_at);

create table lookup_waiter (        -- declarations that are judged again when it is answered
  question_id    uuid not null,
  bucket         smallint not null,
  declaration_id uuid not null,
  primary key (question_id, bucket, declaration_id)
);

create table lookup_answer (        -- append-only: a later answer stands beside the earlier ones
  id          uuid primary key,
  rule_id     integer not null references lookup_rule,
  authority   text not null,
  question    text not null,
  key         text not null,
  asked_at    timestamptz not null,               -- business time
  as_of       timestamptz not null,               -- the department's own
  answer      json not null,                      -- as it came; of a person the result alone
  valid_until timestamptz not null,               -- it may be used; by the row of lookup_rule that held
  shown_until timestamptz not null,               -- and this long while the department is away
  purpose     text not null,
  client_id   integer references client           -- who asked; null: the gateway, for a declaration
);
create index lookup_answer_key on lookup_answer (authority, question, key, asked_at);

create table lookup_access (        -- who wanted to know of a person what, and why; append-only
  id        bigint generated always as identity primary key,
  at        timestamptz not null,
  client_id integer not null references client,
  authority text not null,
  question  text not null,
  key       text not null,                        -- the keyed hash, in hex
  purpose   text not null
);

-- What callers are shown. on_time: the moment that is asked about; viewer: an enterprise, which learns nothing of who else asked; null: others.
create function lookup_answer_json(a lookup_answer, on_time timestamptz, viewer integer) returns json language sql stable as $$
  select json_build_object('id', a.id, 'state', 'answered', 'authority', a.authority, 'question', a.question,
    'key', case when a.question <> 'identity' then a.key end, 'answer', a.answer, 'as_of', local_time(a.as_of), 'asked_at', local_time(a.asked_at),
    'valid_until', local_time(a.valid_until), 'fresh', a.valid_until > on_time,
    'purpose', case when viewer is null or viewer = a.client_id then a.purpose end,
    'asked_by', case when viewer is null or viewer = a.client_id then coalesce((select c.name from client c where c.id = a.client_id), 'tongguand') end,
    'rule_row', a.rule_id)
$$;

create function lookup_question_json(q lookup_question, viewer integer) returns json language sql stable as $$
  select json_build_object('id', q.id, 'state', 'asking', 'authority', q.authority, 'question', q.question,
    'key', case when q.question <> 'identity' then q.key end, 'wanted_at', local_time(q.wanted_at), 'attempts', q.attempts, 'reason', q.reason,
    'purpose', case when viewer is null or viewer = q.client_id then q.purpose end, 'rule_row', q.rule_id)
$$;
select nextval('rule_revision');
