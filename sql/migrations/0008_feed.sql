-- A stand-in for the feed of changes: a plain table with dense numbers.

create table feed_stand_in (
  seq            bigint generated always as identity primary key,
  type           text not null,
  at             timestamptz not null,
  declaration_id uuid,
  filing_id      uuid,
  authority      text,
  version        integer,
  state          text,
  verdict        text
);

create function feed_events(after bigint, most integer)
returns table (seq bigint, type text, at timestamptz, declaration_id uuid, filing_id uuid, authority text, version integer, state text, verdict text)
language sql stable as $$
  select e.seq, e.type, e.at, e.declaration_id, e.filing_id, e.authority, e.version, e.state, e.verdict
  from feed_stand_in e where e.seq > after order by e.seq limit most
$$;

create function feed_watermark() returns bigint language sql stable as $$
  select coalesce(max(seq), 0) from feed_stand_in
$$;
