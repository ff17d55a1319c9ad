-- The feed: everything that changes, under dense numbers, in the order in which it can be relied upon.
--
--   a writer ──row of change, in its own transaction──►  change  ──feed_advance(), one at a time──►  event_batch  ──►  feed_read()
--
-- What a statement changes it tells in one row of `change`, an event an element of its arrays; the row carries the transaction's number.
-- The sequencer gives numbers to rows of which no earlier one can come any more: to those of transactions below the oldest that still
-- runs. So the numbers have no gaps, are never given twice, and nothing appears below the last one given (the watermark), whatever takes
-- how long. What builds on another change has read it committed: its transaction, and so its number, is later.

create table change (               -- what one statement changed; never updated
  id              uuid not null,    -- time-ordered, of the batch that was written
  made_at         timestamptz not null, -- business time
  xid             xid8 not null default pg_current_xact_id(),
  types           text[] not null,  -- filing.accepted declaration.changed declaration.released authority.answered case.opened delivery.dead
  declaration_ids uuid[],           -- this and the following: one element an event, the array null where none has any
  filing_ids      uuid[],
  kinds           text[],           -- of the filing
  client_ids      integer[],        -- who filed it
  authorities     text[],
  versions        integer[],
  states          text[],           -- of the declaration, afterwards
  verdicts        text[],
  outcomes        text[],           -- of the authority's answer
  subjects        text[],           -- of what is about an enterprise: its code
  primary key (id)
) partition by range (id);
create index change_xid on change (xid);
create table change_rest partition of change default;

create table event_batch (          -- the numbers of a row of change: first_seq and those behind it, one for each event
  first_seq bigint primary key,
  count     integer not null check (count > 0),
  change_id uuid not null unique,   -- nothing is numbered twice
  given_at  timestamptz not null default now() -- database's clock
);

create table feed (                 -- one row: how far the sequencer is
  one       boolean primary key default true check (one),
  next_seq  bigint not null default 1,
  horizon   xid8 not null default '0', -- of all transactions below it the changes have their numbers
  system    bigint not null default 0, -- the cluster whose transaction numbers these are; 0: none yet
  walked    uuid                       -- after a move to another cluster: up to here all changes have been looked through; null: it is over
);
insert into feed default values;

-- The sequencer. Numbers about `most` rows of change; answers how many events that were, the watermark, whether more can be numbered at
-- once, and whether the database was found to be moved. No row: somebody else is at it. The lock ends after the commit is visible, and
-- each statement in here sees what was committed before it began: who gets the lock reads what its forerunner wrote.
create function feed_advance(most integer) returns table (given bigint, watermark bigint, more boolean, moved boolean)
language plpgsql as $$
declare
  f feed; upto xid8; stop xid8; here bigint; picked uuid[]; is_new boolean;
begin
  if not pg_try_advisory_xact_lock(7236002) then
    return;
  end if;
  upto := pg_snapshot_xmin(pg_current_snapshot());  -- before the rows are looked at: whatever is below is over, and seen
  select * into strict f from feed;
  select s.system_identifier into strict here from pg_control_system() s;
  is_new := f.system <> here or f.horizon > upto;
  moved := is_new and f.system <> 0;
  f.system := here;
  if moved then
    -- Restored elsewhere, transaction numbers begin anew and may come again. What is there is walked through once in the order of its
    -- ids; what a transaction writes that is not over yet is above the new horizon, and comes after the walk.
    f.horizon := upto;
    f.walked := '00000000-0000-0000-0000-000000000000';
  end if;
  if f.walked is not null then
    with looked as materialized (select c.id from change c where c.id > f.walked order by c.id limit most)
    select array_agg(l.id order by l.id) filter (where not exists (select from event_batch b where b.change_id = l.id)),
      (array_agg(l.id order by l.id desc))[1]
      into picked, f.walked from looked l;
    is_new := true;
    more := true;
  else
    select c.xid into stop from change c where c.xid >= f.horizon and c.xid < upto order by c.xid offset most limit 1;
    more := coalesce(stop > f.horizon, false);
    if more then
      upto := stop;
    end if;
    -- after a move a row that has its number may be of a transaction number that comes only now
    select array_agg(c.id order by c.xid, c.id) into picked from change c
      where c.xid >= f.horizon and c.xid < upto and not exists (select from event_batch b where b.change_id = c.id);
    f.horizon := upto;
  end if;
  with made as (
    insert into event_batch (first_seq, count, change_id)
    select f.next_seq + sum(x.n) over (order by x.place) - x.n, x.n, x.id
    from (select p.place, p.id, cardinality(c.types) as n from unnest(picked) with ordinality as p(id, place) join change c on c.id = p.id) x
    returning count)
  select coalesce(sum(m.count), 0) into given from made m;
  watermark := f.next_seq + given - 1;
  if given > 0 or more or is_new then  -- who finds nothing writes nothing
    update feed set next_seq = watermark + 1, horizon = f.horizon, system = f.system, walked = f.walked;
  end if;
  return next;
end $$;

-- Reading. Numbers are given after the rows are there: whoever sees the watermark sees everything below it.
create function feed_watermark() returns bigint language sql stable as $$
  select next_seq - 1 from feed
$$;

create function feed_floor() returns bigint language sql stable as $$  -- the first event that is still kept, or the next one to come
  select coalesce((select min(first_seq) from event_batch), (select next_seq from feed))
$$;

-- When the oldest change was made that has no number yet; null: all have theirs.
create function feed_oldest() returns timestamptz language sql stable as $$
  select c.made_at
  from feed f
  cross join lateral (
    select c.made_at from change c
    where c.xid >= f.horizon and c.xid < pg_snapshot_xmax(pg_current_snapshot())
      and not exists (select from event_batch b where b.change_id = c.id)
    order by c.xid limit 1
  ) c
$$;

create type event as (
  seq bigint, type text, at timestamptz, declaration_id uuid, filing_id uuid, kind text, client_id integer, authority text, version integer,
  state text, verdict text, outcome text, subject text
);

-- Events above `after`, up to `upto`, in their order.
create function feed_read(after bigint, upto bigint) returns setof event language sql stable as $$
  select b.first_seq + x.place - 1, x.type, c.made_at, x.declaration_id, x.filing_id, x.kind, x.client_id, x.authority, x.version, x.state,
    x.verdict, x.outcome, x.subject
  from event_batch b
  cross join lateral (select * from change c where c.id = b.change_id offset 0) c
  cross join lateral unnest(c.types, c.declaration_ids, c.filing_ids, c.kinds, c.client_ids, c.authorities, c.versions, c.states, c.verdicts,
    c.outcomes, c.subjects) with ordinality as x(type, declaration_id, filing_id, kind, client_id, authority, version, state, verdict, outcome,
    subject, place)
  where b.first_seq >= (select coalesce(max(e.first_seq), 0) from event_batch e where e.first_seq <= after + 1) and b.first_seq <= upto
    and b.first_seq + x.place - 1 between after + 1 and upto
  order by 1
$$;

-- The same for whoever follows the feed: the next events above `after`, at most `most`, none above the watermark.
create function feed_events(after bigint, most integer)
returns table (seq bigint, type text, at timestamptz, declaration_id uuid, filing_id uuid, authority text, version integer, state text,
               verdict text, client_id integer, subject text)
language sql stable as $$
  select e.seq, e.type, e.at, e.declaration_id, e.filing_id, e.authority, e.version, e.state, e.verdict, e.client_id, e.subject
  from (select greatest(after, feed_floor() - 1) as at, feed_watermark() as last offset 0) f
  cross join lateral feed_read(f.at, least(f.at + most, f.last)) e
  order by e.seq
$$;

-- An event as callers are shown it; id, type and time as CloudEvents has them.
create function event_json(e event, platform_code text, order_no text) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', e.seq::text,
    'seq', e.seq,
    'type', e.type,
    'time', local_time(e.at),
    'declaration_id', e.declaration_id,
    'platform_code', platform_code,
    'order_no', order_no,
    'filing_id', e.filing_id,
    'kind', e.kind,
    'authority', e.authority,
    'version', e.version,
    'state', e.state,
    'verdict', e.verdict,
    'outcome', e.outcome,
    'subject', e.subject
  )
$$;

-- Retention: a month of the feed goes, with its numbers. Whoever has not read it goes on with what is left.
create function feed_forget(month date) returns bigint language plpgsql as $$
declare
  first uuid := id_floor(date_trunc('month', month::timestamp) at time zone 'Asia/Shanghai');
  next uuid := id_floor((date_trunc('month', month::timestamp) + interval '1 month') at time zone 'Asia/Shanghai');
  gone bigint;
begin
  delete from event_batch where change_id >= first and change_id < next;
  get diagnostics gone = row_count;
  execute format('drop table if exists %I', 'change' || to_char(month, '_YYYYMM'));
  delete from change_rest where id >= first and id < next;
  return gone;
end $$;

-- Digests: what one client filed on one day, of one kind and direction; by which it can prove that it has everything. They follow the feed
-- in its order, a little behind; how the root is made is in docs/API.md.
create table period_digest (
  client_id integer not null,
  day       date not null,          -- of received_at, in China
  kind      text not null,
  direction text not null,
  count     bigint not null,        -- leaves
  amount_of text,                   -- the field that is summed; null: the kind has none
  amount    numeric,                -- a control total: whatever the currency
  peaks     bytea not null,         -- of the Merkle tree so far: model/merkle.h
  root      bytea not null,
  last_seq  bigint not null,        -- number of the last event counted
  primary key (client_id, day, kind, direction)
) with (fillfactor = 70);

create table digest_place (         -- one row: up to which event all are counted
  one boolean primary key default true check (one),
  seq bigint not null default 0
);
insert into digest_place default values;

-- Whether something of a day may still come: a filing carries the time at which it was written, and its statement may take as long as
-- intake.give_up_ms and a session's limits allow. Then whatever of it has no number yet, or is not counted yet.
create function digest_is_open(day date, now_at timestamptz) returns boolean language sql stable as $$
  select now_at < u.until
    or exists (select from feed_read(p.seq, p.seq + 1) e where e.at < u.until)
    or coalesce(feed_oldest() < u.until, false)
  from (select (day + 1)::timestamp at time zone 'Asia/Shanghai' + interval '15 minutes' as until) u, digest_place p
$$;
