-- The log that anyone can check: a Merkle tree (RFC 6962 hashing) over every record that is never updated.
--
--   a writer ──its rows──► table ──trigger, in the writer's own transaction──► leaf ──appender, one at a time──► leaf_place, tree_node, checkpoint
--
-- What one statement wrote into one covered table is one leaf: it holds the hash of each row, and the leaf's own bytes hold the root over
-- these hashes. So the log grows by a few leaves for a hundred filings, a row's proof is its path in the leaf and the leaf's path in the
-- log, and nobody who writes a covered table can forget the log, or write to one of the two alone; where writers make the leaves themselves
-- (by_writer), fsck finds what was forgotten. Leaves are numbered like the feed:
-- only those of transactions below the oldest that still runs, in the order of transactions. docs/EVIDENCE.md has the bytes.

create table coverage (             -- which tables the log covers and in which form; added, never updated
  id          integer primary key,
  relation    text not null,
  kind        text not null,        -- of its leaves
  key         text not null,        -- the column that names a record, or several
  at          text not null,        -- the column of its business time
  columns     text[] not null,      -- in their order: name:form
  recorded_at timestamptz not null default now()
);

create table leaf (                 -- what one statement wrote; never updated
  id          bigint generated always as identity primary key,
  xid         xid8 not null default pg_current_xact_id(),
  coverage_id integer not null,
  made_at     timestamptz not null, -- business time; the latest of its records
  ids         uuid[] not null,      -- of its records, in order; log_key() of what names them
  hashes      bytea not null        -- of its records in that order, 32 bytes each
);
create index leaf_xid on leaf (xid);
create index leaf_made on leaf (made_at); -- from a record to its leaf

create table leaf_place (           -- its number in the log, counted from 0
  seq     bigint primary key,
  leaf_id bigint not null unique    -- nothing is numbered twice
);

create table tree_node (            -- roots of the perfect subtrees; level 0 are the leaves: what a proof needs is a few of these
  level smallint not null,
  place bigint not null,            -- from the left, counted from 0
  hash  bytea not null check (length(hash) = 32),
  primary key (level, place)
);

create table tree_head (            -- one row: how far the log is
  one     boolean primary key default true check (one),
  size    bigint not null default 0,
  peaks   bytea not null default '',   -- model/merkle.h
  horizon xid8 not null default '0',   -- of all transactions below it the leaves have their numbers
  system  bigint not null default 0    -- the cluster whose transaction numbers these are; 0: none yet
);
insert into tree_head default values;

create table checkpoint (           -- signed tree heads; never updated
  size   bigint primary key check (size > 0),
  root   bytea not null check (length(root) = 32),
  at     timestamptz not null,      -- business time
  key_id text not null,
  note   text not null              -- the signed note (C2SP), without cosignatures
);

create table witness (              -- who may cosign: a client with a key of its own
  id          integer generated always as identity primary key,
  name        text not null unique check (name ~ '^[^[:space:]+]{1,100}$'),
  client_id   integer not null references client,
  public_key  bytea not null unique check (length(public_key) = 32),
  added_at    timestamptz not null,
  disabled_at timestamptz
);

create table cosignature (          -- never updated
  size       bigint not null references checkpoint,
  witness_id integer not null references witness,
  line       text not null,         -- as it stands in the note
  signed_at  timestamptz not null,  -- the witness's own time
  stored_at  timestamptz not null,  -- business time
  primary key (size, witness_id)
);

create table signing_key (          -- the gateway's public keys, each from its first use on; what an old one signed stays signed
  key_id     text primary key,
  public_key bytea not null check (length(public_key) = 32),
  since      timestamptz not null,
  retired_at timestamptz            -- signs nothing that was made later
);

-- the one name of a record in leaves: of numbers and texts, too
create function log_key(id uuid) returns uuid language sql immutable parallel safe as $$ select id $$;
create function log_key(id bigint) returns uuid language sql immutable parallel safe as $$ select lpad(to_hex(id), 32, '0')::uuid $$;
create function log_key(id text) returns uuid language sql immutable parallel safe as $$
  select left(encode(sha256(convert_to(id, 'UTF8')), 'hex'), 32)::uuid
$$;
create function log_key(id bytea) returns uuid language sql immutable parallel safe as $$ select left(encode(sha256(id), 'hex'), 32)::uuid $$;

create function log_hash(record text) returns bytea language sql immutable parallel safe as $$ select sha256('\x00'::bytea || convert_to(record, 'UTF8')) $$;

-- A record's text, as an expression over row variable `v`; tongguanctl fsck makes the same by itself. Forms: plain, as JSON has it; time, in China
-- to the microsecond; hex, of bytes; sha256, of bytes that the log shall not hold; digest, the same of text.
create function log_record_sql(relation text, columns text[], v text) returns text language sql immutable as $$
  select format('json_build_object(''table'', %L, ', relation) || string_agg(format(case split_part(c, ':', 2)
      when 'time' then '%1$L, to_char(%2$I.%1$I at time zone ''Asia/Shanghai'', ''YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"'')'
      when 'hex' then '%1$L, encode(%2$I.%1$I, ''hex'')'
      when 'sha256' then '%1$L, encode(sha256(%2$I.%1$I), ''hex'')'
      when 'digest' then '%1$L, encode(sha256(convert_to(%2$I.%1$I, ''UTF8'')), ''hex'')'
      else '%1$L, %2$I.%1$I' end, split_part(c, ':', 1), v), ', ' order by n) || ')::text'
  from unnest(columns) with ordinality as x(c, n)
$$;

-- Covers a table from now on, and what is in it already; called again after its columns changed. Of `digested` columns the log holds the
-- digest; those `left_out` may be updated; by_writer: its writers make the leaves themselves, because they are many. record_text(coverage, row)
-- gives back what was logged of a row.
create function log_cover(relation text, kind text, key text, at text, digested text[] default '{}', left_out text[] default '{}',
  by_writer boolean default false) returns integer
language plpgsql as $$
declare
  n integer; is_first boolean; columns text[]; making text; texts text;
begin
  select coalesce(max(c.id), 0) + 1, coalesce(bool_and(c.relation <> log_cover.relation), true) into n, is_first from coverage c;
  select array_agg(a.attname || ':' || case when a.attname = any (digested) then case a.atttypid when 'bytea'::regtype then 'sha256' else 'digest' end
      when a.atttypid = 'bytea'::regtype then 'hex'
      when a.atttypid = 'timestamptz'::regtype then 'time' else 'plain' end order by a.attnum) into columns
    from pg_attribute a where a.attrelid = relation::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> all (left_out);
  making := format('insert into leaf (coverage_id, made_at, ids, hashes)'
    ' select %s, max(x.at), array_agg(x.id), string_agg(x.hash, '''')'
    ' from (select log_key(a.%I) as id, a.%I as at, log_hash(%s) as hash from %%s a order by 1, 3) x'
    ' having count(*) > 0', n, key, at, log_record_sql(relation, columns, 'a'));
  if not by_writer then
    execute format('create or replace function %I() returns trigger language plpgsql as $f$ begin %s; return null; end $f$',
      'log_' || relation, format(making, 'added'));
    execute format('create or replace trigger log after insert on %I referencing new table as added for each statement execute function %I()',
      relation, 'log_' || relation);
  end if;
  insert into coverage (id, relation, kind, key, at, columns) values (n, relation, kind, key, at, columns);
  if is_first and relation <> 'coverage' then
    execute format(making, format('%I', relation));
  end if;
  select string_agg(format('when %s then %s', c.id, log_record_sql(c.relation, c.columns, 'r')), ' ' order by c.id) into texts
    from coverage c where c.relation = log_cover.relation;
  execute format('create or replace function record_text(coverage integer, r %I) returns text language sql stable as $f$'
    ' select case coverage %s end $f$', relation, texts);
  return n;
end $$;

select log_cover('coverage', 'coverage', 'id', 'recorded_at');
select log_cover('signing_key', 'key', 'key_id', 'since', left_out => '{retired_at}');
select log_cover('seal', 'intake', 'id', 'sealed_at', digested => '{receipts}', by_writer => true);     -- store/intake_record.h
select log_cover('filing', 'intake', 'id', 'received_at', digested => '{document}', by_writer => true);
select log_cover('decision', 'judgement', 'id', 'decided_at', digested => '{reasons,risk}', by_writer => true); -- store/assess_record.h
select log_cover('authority_receipt', 'answer', 'id', 'received_at', digested => '{body}', left_out => '{stored_at}', by_writer => true);
select log_cover('delivery_document', 'delivery', 'id', 'created_at', digested => '{body}', by_writer => true);
select log_cover('ruling', 'ruling', 'id', 'decided_at');
select log_cover('client_state_change', 'client', 'id', 'at');
select log_cover('identity_attestation', 'identity', 'identity_hash', 'attested_at');
select log_cover('payment_record', 'payment', 'call_id', 'received_at', digested => '{body}');
select log_cover('witness', 'key', 'id', 'added_at', left_out => '{disabled_at}');
select log_cover('access_log', 'access', 'id', 'at');
select log_cover('bank_read', 'access', 'id', 'at');
select log_cover('lookup_access', 'access', 'id', 'at');
select log_cover('lookup_answer', 'lookup', 'id', 'asked_at');
select log_cover('tombstone', 'removal', 'record', 'at');
select log_cover('tax_message', 'tax', 'id', 'received_at', digested => '{record}');
select log_cover('enterprise', 'enterprise', 'id', 'registered_at');
select log_cover('enterprise_version', 'enterprise', 'enterprise_id', 'from_at');
select log_cover('register_comparison', 'enterprise', 'id', 'compared_at');
select log_cover('enterprise_alert', 'enterprise', 'id', 'raised_at', left_out => '{resolved_at,resolved_by,reason}');
select log_cover('goods_version', 'goods', 'serial', 'from_at');
select log_cover('authorisation', 'right', 'id', 'granted_at', left_out => '{revoked_at,revoked_by,revoke_reason}');
select log_cover('consent', 'right', 'id', 'given_at', left_out => '{revoked_at,revoked_by}');

-- What has no number yet: the head as it is, and about `most` leaves, whole transactions, in the order in which they get their numbers. No row:
-- nothing to do. Nothing is written here: the appender hashes and comes back with log_append, which holds only if the head is as it was read.
-- After a move to another cluster transaction numbers begin anew (0008_feed.sql): then what is left is taken in the order of its ids, and the
-- head stays that of the old cluster until all of it is.
create function log_pending(most integer)
returns table (size bigint, peaks bytea, upto bigint, system bigint, moved boolean, more boolean, leaf_id bigint, kind text, coverage_id integer,
               made_at timestamptz, hashes bytea)
language plpgsql stable as $$
declare
  h tree_head; low xid8; top xid8 := pg_snapshot_xmin(pg_current_snapshot()); stop xid8; here bigint;
begin  -- all of it is one snapshot: whatever is below its oldest transaction is over, and seen
  select * into strict h from tree_head;
  select s.system_identifier into strict here from pg_control_system() s;
  moved := h.system <> 0 and (h.system <> here or h.horizon > top);
  if not moved then
    select l.xid into stop  -- not of those that got their numbers out of turn, after a move: a step of nothing else would be no step
      from leaf l left join lateral (select q.leaf_id from leaf_place q where q.leaf_id = l.id offset 0) p on true
      where l.xid >= h.horizon and l.xid < top and p.leaf_id is null order by l.xid offset most limit 1;
  end if;
  more := coalesce(stop > h.horizon, false);
  if more then
    top := stop;
  end if;
  low := case when moved then '0' else h.horizon end;
  stop := case when moved then '18446744073709551615' else top end;
  return query  -- a range of transactions always: sessions that write have one plan for all cases
    select h.size, h.peaks, case when x.stays then h.horizon else top end::text::bigint, case when x.stays then h.system else here end, log_pending.moved,
      log_pending.more or x.stays, x.id, x.kind, x.coverage_id, x.made_at, x.hashes
    from (
      select l.id, l.xid, c.kind, l.coverage_id, l.made_at, l.hashes, log_pending.moved and count(*) over () > most as stays
      from leaf l join coverage c on c.id = l.coverage_id
      left join lateral (select q.leaf_id from leaf_place q where q.leaf_id = l.id offset 0) p on true
      where l.xid >= low and l.xid < stop and p.leaf_id is null
      order by case when not log_pending.moved then l.xid end, l.id
      limit case when log_pending.moved then most end
    ) x
    order by case when not log_pending.moved then x.xid end, x.id;
end $$;

-- The leaf that holds a record.
create function log_leaf_of(relation text, at timestamptz, key uuid) returns setof leaf language sql stable rows 1 as $$
  select l.* from (select * from leaf m where m.made_at = log_leaf_of.at offset 0) l join coverage c on c.id = l.coverage_id
  where c.relation = log_leaf_of.relation and l.ids @> array[log_leaf_of.key] order by l.id limit 1
$$;
