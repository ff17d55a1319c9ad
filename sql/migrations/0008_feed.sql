-- A stand-in for the feed of changes, until there is the real one: triggers write down what happens, whoever asks for the watermark
-- gives numbers to what is committed.

create table feed_raw (
  id bigint generated always as identity primary key, txid xid8 not null default pg_current_xact_id(), type text not null, at timestamptz not null,
  declaration_id uuid, filing_id uuid, authority text, version integer, state text, verdict text
);
create table feed_stand_in (
  seq bigint primary key, type text not null, at timestamptz not null, declaration_id uuid, filing_id uuid, authority text, version integer,
  state text, verdict text
);

create function feed_raw_filing() returns trigger language plpgsql as $$
begin
  insert into feed_raw (type, at, declaration_id, filing_id) values ('filing.accepted', new.received_at, new.declaration_id, new.id);
  return null;
end $$;
create trigger feed_raw after insert on filing for each row execute function feed_raw_filing();

create function feed_raw_declaration() returns trigger language plpgsql as $$
begin
  insert into feed_raw (type, at, declaration_id, version, state, verdict)
  values (case when new.state = 'released' then 'declaration.released' else 'declaration.changed' end, new.changed_at, new.id, new.version, new.state, new.verdict);
  return null;
end $$;
create trigger feed_raw after update on declaration for each row when (new.state <> old.state or new.verdict <> old.verdict)
  execute function feed_raw_declaration();

create function feed_raw_answer() returns trigger language plpgsql as $$
begin
  insert into feed_raw (type, at, declaration_id, authority, version) values ('authority.answered', new.received_at, new.declaration_id, new.authority, new.version);
  return null;
end $$;
create trigger feed_raw after insert on authority_receipt for each row execute function feed_raw_answer();

create function feed_events(after bigint, most integer)
returns table (seq bigint, type text, at timestamptz, declaration_id uuid, filing_id uuid, authority text, version integer, state text, verdict text)
language sql stable as $$
  select e.seq, e.type, e.at, e.declaration_id, e.filing_id, e.authority, e.version, e.state, e.verdict
  from feed_stand_in e where e.seq > after order by e.seq limit most
$$;

create function feed_watermark() returns bigint language plpgsql volatile as $$
begin
  if pg_try_advisory_xact_lock(718281828) then
    with ready as (delete from feed_raw r where r.txid < pg_snapshot_xmin(pg_current_snapshot()) returning r.*)
    insert into feed_stand_in
    select (select coalesce(max(f.seq), 0) from feed_stand_in f) + row_number() over (order by r.id), r.type, r.at, r.declaration_id, r.filing_id, r.authority,
      r.version, r.state, r.verdict from ready r;
  end if;
  return (select coalesce(max(f.seq), 0) from feed_stand_in f);
end $$;
