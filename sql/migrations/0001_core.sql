-- The records of the main job.
--
-- Hot tables lead their primary key with bucket (0..63, carried inside every id): unit of order and of
-- parallel work. Big append-only tables are partitioned by time through their time-ordered ids (UUID version 7),
-- so that a look-up by id finds its partition and retention is a DROP. Business times are parameters;
-- only leases use the database's clock. No column that changes often is indexed (HOT updates).

create table setting (              -- what kind of database this is
  name  text primary key,
  value text not null
);
insert into setting values ('purpose', 'production');  -- test and sandbox: set by tongguanctl migrate --purpose

-- who may call -------------------------------------------------------------------------------------------------
create table client (
  id           integer generated always as identity primary key,
  name         text not null unique,
  role         text not null check (role in ('enterprise', 'regulator', 'operator', 'authority')),
  codes        text[] not null default '{}',      -- enterprise: the company codes it may file for
  authority    text,                              -- regulator and authority: role code
  state        text check (state in ('applied', 'tested', 'approved', 'live')), -- enterprise: how far it has come in
  token_sha256 bytea not null unique,
  created_at   timestamptz not null,
  expires_at   timestamptz,
  disabled_at  timestamptz,
  signature_required text not null default 'none'  -- which of its messages must be signed: model/signature.h
    check (signature_required in ('none', 'schema', 'text', 'all')),
  signature_tolerant boolean not null default true, -- blanks that field software adds after signing are passed over
  strict_reading boolean not null default false,    -- customs messages: what is beside the schema is refused, not warned of
  check ((role = 'enterprise') = (state is not null))
);

-- dated rule rows: closed, never edited ------------------------------------------------------------------------
create table code (
  list       text not null,
  code       text not null check (octet_length(code) between 1 and 16),
  name_zh    text not null,
  name_en    text,
  iso        text,                                -- codes of ISO 4217 or 3166 in words, the three-letter one first
  valid_from date not null,
  valid_to   date,
  source     text not null,
  primary key (list, code, valid_from)
);

create table regime (               -- what it asks for is in regime_step
  id          integer primary key,
  trade_mode  text not null,                      -- '*': while no inventory says it
  direction   text not null check (direction in ('import', 'export')),
  wait_hours  integer not null check (wait_hours > 0),
  bonded      boolean not null,
  valid_from  date not null,
  valid_to    date,
  recorded_at timestamptz not null default now(),
  source      text not null
);

create table authority (            -- where each one is and how it wants to be treated
  code                 text primary key,
  url                  text,                      -- null: not connected
  max_in_flight        integer not null default 64 check (max_in_flight > 0), -- requests
  bundle_max           integer not null default 1 check (bundle_max between 1 and 100), -- messages in one request, as a JSON array
  timeout_ms           integer not null default 15000 check (timeout_ms > 0),
  attempts_max         integer not null default 24 check (attempts_max > 0),
  first_wait_ms        integer not null default 1000 check (first_wait_ms > 0),
  longest_wait_ms      integer not null default 3600000 check (longest_wait_ms > 0),
  breaker_failures     integer not null default 10 check (breaker_failures > 0),
  breaker_ms           integer not null default 5000 check (breaker_ms > 0)
);

create sequence rule_revision;      -- raised by whatever changes clients, codes, regimes or authorities: daemons re-read

-- the bucket that an id carries in the twelve bits after its version
create function id_bucket(id uuid) returns smallint language sql immutable parallel safe strict as $$
  select ((get_byte(uuid_send(id), 6) & 15) << 8 | get_byte(uuid_send(id), 7))::smallint
$$;

-- a time as callers are shown it: of the day in China, whatever the session's time zone
create function local_time(t timestamptz) returns text language sql stable parallel safe as $$
  select to_char(t at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"')
$$;

-- what came in -------------------------------------------------------------------------------------------------
create table submission (           -- raw messages as received, once: those of one commit side by side, or one message of several nodes
  bucket      smallint not null,
  id          uuid not null,
  received_at timestamptz not null,
  body        bytea compression lz4 not null,  -- filing.message_from and message_len say which part is whose
  primary key (bucket, id)
) partition by range (id);

create table filing (               -- one business node; never updated
  bucket         smallint not null, -- of kind, direction and business key
  id             uuid not null,
  submission_id  uuid not null,
  message_from   integer not null,  -- of the message in the submission's body: its first byte, counted from 0
  message_len    integer not null,
  node           smallint not null, -- which node of it, counted from 1
  message_tag    bigint not null,   -- first eight bytes of message_sha256: what is indexed
  message_sha256 bytea not null,
  media_type     text not null,
  client_id      integer not null,
  kind           text not null,
  direction      text not null,
  action         text not null,
  business_key   text not null,
  key_id         uuid not null,     -- derived from kind, direction and business key
  revision       integer not null,
  received_at    timestamptz not null,
  declaration_id uuid,              -- null: a waybill or its status: see link
  link_id        uuid,              -- waybill, its status, or an inventory naming one
  doc_sha256     bytea not null,
  document       bytea not null,    -- canonical JSON, UTF-8 (to be encrypted at rest: bytes, not json)
  primary key (id, bucket)          -- by time: new ones stand at the end of the index
) partition by range (id);
create index filing_message on filing (message_tag);

create table filing_key (           -- the same filing twice is one filing, for ever: outlives retention, no personal data
  bucket       smallint not null,
  key_id       uuid not null,       -- derived from kind, direction and business key
  revision     integer not null,
  kind         text not null,
  direction    text not null,
  business_key text not null,
  filing_id    uuid not null,
  client_id    integer not null,
  doc_sha256   bytea not null,
  seal_id      uuid not null,
  receipt_from integer not null,    -- of the receipt in the seal's receipts: its first byte, counted from 0
  receipt_len  integer not null,
  primary key (bucket, key_id, revision)
);

create table seal (                 -- one signed batch of receipts, kept for ever as its keys are; a batch stored in parts has a row for each
  bucket    smallint not null,
  id        uuid not null,
  sealed_at timestamptz not null,
  size      integer not null,       -- leaves of the tree; more than there are receipts here when some were not stored
  root      bytea not null,
  key_id    text not null,
  signature bytea not null,
  receipts  bytea compression lz4 not null, -- side by side; of what was not stored there are zeros
  primary key (bucket, id)
);

create function receipt_of(seal_id uuid, at integer, len integer) returns bytea language sql stable parallel safe as $$
  select substring(s.receipts from at + 1 for len) from seal s where s.bucket = id_bucket(seal_id) and s.id = seal_id
$$;

-- how filings find each other ----------------------------------------------------------------------------------
create table link (                 -- carrier + waybill number; waits until an inventory names it
  bucket         smallint not null,
  id             uuid not null,     -- derived from the key
  carrier_code   text not null,
  waybill_no     text not null,
  order_no       text collate "C", -- as the waybill says
  declaration_id uuid,
  filing_ids     uuid[] not null default '{}',
  client_ids     integer[] not null default '{}',
  primary key (bucket, id)
) with (fillfactor = 80);
create index link_order_no on link (order_no) where order_no is not null;

create table declaration (          -- one per platform + order number
  bucket           smallint not null,
  id               uuid not null,   -- derived from the key
  platform_code    text not null,
  order_no         text collate "C" not null,
  parcel           text not null default '',
  opened_at        timestamptz not null,
  changed_at       timestamptz not null,
  seq              integer not null,            -- raised by every input; the guard of every judgement
  judged_seq       integer not null default 0,
  judged_inputs    integer not null default -1, -- how many filings the match last saw; the set only grows
  moved            smallint not null default 0, -- by the last judgement: 0 nothing, 1 state, verdict or version, 2 released
  filing_ids       uuid[] not null,
  client_ids       integer[] not null,          -- who filed a part of it
  waybill_taken    boolean not null default false,
  -- written by judgement only
  direction        text,
  trade_mode       text,
  verdict          text not null default 'MISSING',
  missing          text[] not null default '{}',
  state            text not null default 'waiting',
  lane             text,                        -- of the risk rules, of what was declared or held last
  tax_total        numeric(19,5),               -- of the tax rules, not set yet
  version          integer not null default 0,  -- what was last declared; 0: nothing yet
  basis            bytea,                       -- digest of the filings declared
  wait_until       timestamptz,
  asks_identity    bytea,                       -- keyed hash of the identity whose attestation would decide
  released_at      timestamptz,
  primary key (bucket, id)
) with (fillfactor = 50); -- half of a page for the judgement that follows: another version of the row, and no index touched (HOT)
create index declaration_order_no on declaration (order_no);
create index declaration_opened on declaration (opened_at, id);
create index declaration_asks_identity on declaration (asks_identity) where asks_identity is not null;

create table work (                 -- declarations that have something new: one row for a whole batch of intake or answers
  bucket          smallint not null,
  id              uuid not null,
  declaration_ids uuid[] not null,
  made_at         timestamptz not null,
  lease_until     timestamptz not null,         -- database's clock: a daemon has it in hand
  handed          boolean not null default false, -- nothing new: deliveries of theirs are in a daemon's hand until then
  primary key (bucket, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create table todo (                 -- declarations to judge at a given time: the end of a waiting window, a new attestation
  bucket         smallint not null,
  declaration_id uuid not null,
  due_at         timestamptz not null,          -- business time
  lease_until    timestamptz not null,          -- database's clock: a daemon has it in hand
  primary key (bucket, declaration_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index todo_due on todo (due_at);

create table decision (             -- every judgement; never updated
  bucket         smallint not null, -- of the declaration
  id             uuid not null,
  declaration_id uuid not null,
  stage          text not null,     -- match, settle
  decided_at     timestamptz not null,
  seq            integer not null,  -- the input it read
  outcome        text not null,     -- verdict
  state          text not null,     -- state it led to
  version        integer not null,
  rule_rows      integer[] not null,-- regime rows used
  inputs         uuid[] not null,   -- filings counted
  reasons        bytea not null,    -- JSON array, UTF-8; no values
  actor          text not null,     -- 'tongguand' or a client
  lane           text,              -- null: no lane was chosen (0021_risk.sql)
  risk_rows      integer[],         -- of risk_rule: those that hit, in force or in shadow
  risk           bytea,             -- JSON, UTF-8: points, draw, rows of the lanes, everything counted; no values
  primary key (bucket, declaration_id, id)
);

create table identity_attestation ( -- buyer is payer unless attested (GACC 2018-194): who says that this name and number belong together, and since when
  identity_hash bytea not null,     -- keyed hash over number and name
  source        text not null,      -- 'POL' (recorded answer) or the registration's name
  attested_at   timestamptz not null,
  valid_to      timestamptz,
  recorded_by   integer not null,
  primary key (identity_hash, source, attested_at)
);

-- what went out and came back ----------------------------------------------------------------------------------
create table delivery (             -- one per declared version and authority
  bucket         smallint not null, -- of the declaration
  declaration_id uuid not null,
  authority      text collate "C" not null,
  version        integer not null,
  message_id     uuid not null,     -- derived: stable over retries
  reference      text collate "C", -- customs: preNo
  state          text not null,     -- waiting due sent dead
  listed         text,              -- due, dead: where it is looked for; null: in a daemon's hand (its work row remembers it), waiting or over
  content_type   text not null,
  document_id    uuid not null,
  document_from  integer not null,  -- of its document in that body: its first byte, counted from 0
  document_len   integer not null,
  attempts       integer not null default 0,
  due_at         timestamptz not null,
  queue_rank     smallint not null default 2 check (queue_rank between 1 and 3), -- of the merchant's level: the lower goes first where many wait
  lease          uuid,
  lease_until    timestamptz,       -- database's clock
  created_at     timestamptz not null,
  sent_at        timestamptz,
  reason         text,              -- of the last failure
  outcome        text not null default 'none',
  outcome_at     timestamptz,       -- the authority's own time
  withdrawal     uuid,              -- the filing that asks to take back what was declared: this version does, and declares nothing
  return_filing  uuid,              -- the filing that asks for a return: this version declares nothing either
  primary key (bucket, declaration_id, authority, version)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- What becomes of most deliveries touches no index: they are written in hand and end there (HOT updates, for which half of a
-- page is left).
create index delivery_due on delivery (authority, due_at) where listed = 'due';
create index delivery_turn on delivery (authority, queue_rank, due_at) where listed = 'due';
create index delivery_dead on delivery (authority, due_at) where listed = 'dead';
create index delivery_reference on delivery (reference) where reference is not null;

create table delivery_document (    -- what is sent: the documents of one batch of judgements side by side; never updated
  bucket     smallint not null,
  id         uuid not null,
  created_at timestamptz not null,
  body       bytea compression lz4 not null,
  primary key (bucket, id)
);

create table authority_receipt (    -- what an authority answered, as received; never updated
  bucket         smallint not null, -- of the declaration
  declaration_id uuid not null,
  id             uuid not null,     -- derived from authority, version, status, its time and its digest: the same answer is one row
  authority      text not null,
  version        integer not null,
  status         text not null,
  at             timestamptz not null,  -- the authority's own time
  digest         bytea not null,
  outcome        text not null,
  info           text,
  given_by       text not null default 'authority', -- itself; or in its name: a person (ruling), a rule of ours
  received_at    timestamptz not null,
  stored_at      timestamptz not null default now(),  -- database's clock, begin of the transaction: its place in what filers poll
  body           bytea not null,
  check (given_by in ('authority', 'person', 'rule')),
  primary key (bucket, declaration_id, id)
);

create sequence pre_entry_serial increment by 1000 minvalue 0 maxvalue 999999000 start 0 cycle;  -- preNo: letter + date + nine digits; drawn in blocks

-- what callers are shown ---------------------------------------------------------------------------------------
-- One object of the members of several, in their order (jsonb would sort them); null: none. None of them may be empty.
create function json_joined(a json, b json, c json default null) returns json language sql stable parallel safe as $$
  select ('{' || concat_ws(', ', substr(left(a::text, -1), 2), substr(left(b::text, -1), 2), substr(left(c::text, -1), 2)) || '}')::json
$$;

create function declaration_json(d declaration, state_titles json, verdict_titles json, alone boolean) returns json
language sql stable parallel safe as $$
  select json_joined(json_build_object(
    'id', d.id,
    'platform_code', d.platform_code,
    'order_no', d.order_no,
    'direction', d.direction,
    'trade_mode', d.trade_mode,
    'opened_at', local_time(d.opened_at),
    'changed_at', local_time(d.changed_at),
    'state', d.state,
    'state_title', state_titles ->> d.state,
    'verdict', d.verdict,
    'verdict_title', verdict_titles ->> d.verdict,
    'missing', d.missing,
    'version', d.version
  ), case when alone then json_build_object('judged', d.judged_seq = d.seq) end, json_build_object(
    'wait_until', local_time(d.wait_until),
    'released_at', local_time(d.released_at)
  ))
$$;

create function delivery_json(v delivery) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', v.declaration_id || '.' || v.authority || '.' || v.version,
    'declaration_id', v.declaration_id,
    'authority', v.authority,
    'version', v.version,
    'message_id', v.message_id,
    'reference', v.reference,
    'state', v.state,
    'attempts', v.attempts,
    'created_at', local_time(v.created_at),
    'due_at', local_time(v.due_at),
    'sent_at', local_time(v.sent_at),
    'outcome', v.outcome,
    'outcome_at', local_time(v.outcome_at),
    'reason', v.reason,
    'withdrawal', v.withdrawal,
    'return_filing', v.return_filing
  )
$$;

create function filing_key_json(k filing_key) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', k.filing_id,
    'kind', k.kind,
    'direction', k.direction,
    'business_key', k.business_key,
    'revision', k.revision,
    'document_sha256', encode(k.doc_sha256, 'hex'),
    'receipt', convert_from(receipt_of(k.seal_id, k.receipt_from, k.receipt_len), 'UTF8')::json
  )
$$;

-- partitions: by month of the id's time, or of a time; made ahead by tongguanctl migrate and by the daemon ------------------
create function id_floor(at timestamptz) returns uuid language sql immutable parallel safe as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;

create function make_partition(parent text, month date) returns void language plpgsql as $$
declare
  part text := parent || to_char(month, '_YYYYMM'); rest text := parent || '_rest'; is_held boolean; key text; first text; next text;
  begins timestamptz := month::timestamp at time zone 'Asia/Shanghai'; ends timestamptz := (month + interval '1 month')::timestamp at time zone 'Asia/Shanghai';
begin
  select a.attname, case a.atttypid when 'uuid'::regtype then id_floor(begins)::text else begins::text end,
      case a.atttypid when 'uuid'::regtype then id_floor(ends)::text else ends::text end  -- by the id's time, or by a time
    into strict key, first, next
    from pg_partitioned_table p join pg_attribute a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0] where p.partrelid = parent::regclass;
  -- What came before its month was made lies in the rest. It moves; apart from its table, for there it may be forbidden to delete.
  execute format('select exists (select from %I where %I >= %L and %I < %L)', rest, key, first, key, next) into is_held;
  if is_held then
    execute format('alter table %I detach partition %I', parent, rest);
  end if;
  execute format('create table %I partition of %I for values from (%L) to (%L)', part, parent, first, next);
  if is_held then
    execute format('with moved as (delete from %I where %I >= %L and %I < %L returning *) insert into %I select * from moved', rest, key, first, key, next, part);
    execute format('alter table %I attach partition %I default', parent, rest);
  end if;
end $$;

-- Answers how many were made, `most` at the most. Each locks its table: who made several in one transaction could come across a statement that
-- holds the second and waits for the first.
create function make_partitions(first_month date, months integer, most integer default null) returns integer language plpgsql as $$
declare
  parent text; month date; made integer := 0;
begin
  for month, parent in
    select m.month::date, c.relname
    from generate_series(date_trunc('month', first_month::timestamp), date_trunc('month', first_month::timestamp) + make_interval(months => months - 1), interval '1 month') m(month)
    cross join pg_partitioned_table p join pg_class c on c.oid = p.partrelid
    where c.relnamespace = current_schema()::regnamespace and to_regclass(c.relname || to_char(m.month, '_YYYYMM')) is null
    order by 1, 2 limit most
  loop
    perform make_partition(parent, month);
    made := made + 1;
  end loop;
  return made;
end $$;

create table submission_rest partition of submission default;  -- a clock far off loses nothing
create table filing_rest partition of filing default;
