-- Where parcels are: an ordered chain of events for each, and alerts where the next one is missing.
--
--   filings that tell of parcels, releases ──feed──►  tracking_gather ─┐
--   POST /v1/tracking ──────────────────────────────► tracking_put ────┴─►  tracking_event, tracking_parcel (due at once)
--   tracking_parcel that is due ──► tracking_due ──► judged in C (model/tracking) ──► tracking_write: tracking_alert, change, next due time
--
-- Nothing here is on the way of a filing: what filings tell is read from the feed, a little behind. A parcel is known by the id of its link.

create table tracking_step (        -- dated; closed and added, never edited: sql/data/tracking_steps.tsv
  id          integer primary key,
  trade_mode  text not null,        -- '*': every one that has no row of its own
  direction   text not null check (direction in ('import', 'export')),
  step        text not null,
  place       integer not null,
  needs       text[] not null,
  required    boolean not null,
  limit_from  text,
  limit_hours integer check (limit_hours > 0),
  told        boolean not null,
  name_zh     text not null,
  name_en     text not null,
  valid_from  date not null,
  valid_to    date,
  source      text not null,
  unique (trade_mode, direction, step, valid_from),
  check ((limit_from is null) = (limit_hours is null))
);

create table tracking_source (      -- dated; closed and added, never edited: sql/data/tracking_sources.tsv
  id           integer primary key,
  kind         text not null,
  direction    text not null check (direction in ('import', 'export', '*')),
  message      integer,
  step         text not null,
  parcels      text not null check (parcels in ('link', 'head', 'lines', 'release')),
  status_field text,
  status_value text,
  at_field     text,
  valid_from   date not null,
  valid_to     date,
  source       text not null,
  check ((status_field is null) = (status_value is null))
);
create index tracking_source_kind on tracking_source (kind, direction);

insert into tracking_step (id, trade_mode, direction, step, place, needs, required, limit_from, limit_hours, told, name_zh, name_en, valid_from,
  valid_to, source)
select f[1]::integer, f[2], f[3], f[4], f[5]::integer, string_to_array(f[6], ','), f[7]::boolean, nullif(f[8], ''), nullif(f[9], '')::integer,
  f[10]::boolean, f[11], f[12], f[13]::date, nullif(f[14], '')::date, f[15]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/tracking_steps.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

insert into tracking_source (id, kind, direction, message, step, parcels, status_field, status_value, at_field, valid_from, valid_to, source)
select f[1]::integer, f[2], f[3], nullif(f[4], '')::integer, f[5], f[6], nullif(f[7], ''), nullif(f[8], ''), nullif(f[9], ''), f[10]::date,
  nullif(f[11], '')::date, f[12]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/tracking_sources.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create table tracking_parcel (      -- known by its release, or by the first event that somebody told of it
  bucket       smallint not null,
  id           uuid not null,       -- that of its link
  carrier_code text not null,
  waybill_no   text collate "C" not null,
  seq          integer not null default 1, -- raised by every input; the guard of every judgement
  due_at       timestamptz,         -- when to look at it: business time, -infinity: at once; null: nothing more is waited for
  primary key (bucket, id)
) with (fillfactor = 70);
create index tracking_parcel_due on tracking_parcel (due_at) where due_at is not null;
create index tracking_parcel_waybill on tracking_parcel (waybill_no); -- for the public query: the number is all that a buyer knows

create table tracking_event (       -- what is told by its content is told once
  bucket      smallint not null,
  parcel_id   uuid not null,
  step        text not null,
  at          timestamptz not null, -- its own time
  place       text,
  received_at timestamptz not null,
  client_id   integer not null,
  filing_id   uuid,                 -- that told it; null: the carrier did itself (POST /v1/tracking)
  primary key (bucket, parcel_id, step, at)
);

create table tracking_alert (       -- a step that did not come within its limit
  bucket         smallint not null, -- of the parcel
  id             uuid not null,
  parcel_id      uuid not null,
  declaration_id uuid,
  step           text not null,
  rule_id        integer not null references tracking_step,
  due_at         timestamptz not null,  -- when it should have been there
  opened_at      timestamptz not null,
  closed_at      timestamptz,
  closed_by      text,              -- the step that came, or one after it; null: its limit runs no more
  primary key (bucket, id)
);
create unique index tracking_alert_open on tracking_alert (bucket, parcel_id, step) where closed_at is null;
create index tracking_alert_opened on tracking_alert (opened_at, id);
create index tracking_alert_declaration on tracking_alert (declaration_id);

create table tracking_place (       -- one row: up to which event of the feed all was read
  one boolean primary key default true check (one),
  seq bigint not null
);
insert into tracking_place (seq) select next_seq - 1 from feed; -- what was released before is not looked for

-- The id of a parcel's link: base/id.h says how it is derived from carrier and waybill number.
create function tracking_link_id(carrier_code text, waybill_no text) returns uuid language sql immutable parallel safe strict as $$
  select encode(set_byte(set_byte(set_byte(substring(k.d from 1 for 16), 6, 128 | (k.b >> 8)), 7, k.b & 255), 8, (get_byte(k.d, 8) & 63) | 128), 'hex')::uuid
  from (
    select h.d, ((get_byte(h.d, 0) << 8) | get_byte(h.d, 1)) % 64 as b
    from (select sha256('L'::bytea || int4send(octet_length(carrier_code)) || convert_to(carrier_code, 'UTF8')
      || int4send(octet_length(waybill_no)) || convert_to(waybill_no, 'UTF8')) as d) h
  ) k
$$;

create function tracking_is_on(day date, valid_from date, valid_to date) returns boolean language sql immutable parallel safe as $$
  select day >= valid_from and (valid_to is null or day <= valid_to)
$$;

create function tracking_day(t timestamptz) returns date language sql stable parallel safe as $$
  select (t at time zone 'Asia/Shanghai')::date
$$;

-- The parcel of a declaration: the one that its latest inventory names, if it is its own.
create function tracking_parcels_of(of_bucket smallint, of_id uuid) returns table (id uuid, carrier_code text, waybill_no text)
language sql stable as $$
  select l.id, l.carrier_code, l.waybill_no
  from (select d.id, d.filing_ids from declaration d where d.bucket = of_bucket and d.id = of_id offset 0) d
  cross join lateral (
    select f.link_id from unnest(d.filing_ids) as n(id)
    cross join lateral (select f.link_id, f.revision, f.received_at from filing f
      where f.bucket = id_bucket(n.id) and f.id = n.id and f.kind = 'inventory' offset 0) f
    order by f.revision desc, f.received_at desc limit 1
  ) f
  cross join lateral (select l.* from link l where l.bucket = id_bucket(f.link_id) and l.id = f.link_id offset 0) l
  where l.declaration_id = d.id
$$;

-- All that is known of where a parcel was: events that were told, its waybill, its release. stands: no later revision of its filing is there.
create function tracking_chain(of_bucket smallint, of_id uuid)
returns table (step text, at timestamptz, place text, received_at timestamptz, client_id integer, filing_id uuid, kind text, stands boolean)
language sql stable as $$
  select e.step, e.at, e.place, e.received_at, e.client_id, e.filing_id, f.kind,
    (select 1 from filing_key k where k.bucket = f.bucket and k.key_id = f.key_id and k.revision > f.revision limit 1) is null
  from tracking_event e
  left join lateral (select f.bucket, f.key_id, f.revision, f.kind from filing f where f.bucket = id_bucket(e.filing_id) and f.id = e.filing_id offset 0) f on true
  where e.bucket = of_bucket and e.parcel_id = of_id
  union all
  select s.step, f.received_at, null, f.received_at, f.client_id, f.id, f.kind, true
  from (select l.filing_ids from link l where l.bucket = of_bucket and l.id = of_id offset 0) l
  cross join lateral unnest(l.filing_ids) as n(id)
  cross join lateral (select f.* from filing f where f.bucket = id_bucket(n.id) and f.id = n.id and f.revision = 1 offset 0) f
  join tracking_source s on s.kind = f.kind and s.direction = f.direction and s.parcels = 'link' and tracking_is_on(tracking_day(f.received_at), s.valid_from, s.valid_to)
  union all
  select s.step, d.released_at, null, d.released_at, null, null, s.kind, true
  from (select l.declaration_id from link l where l.bucket = of_bucket and l.id = of_id offset 0) l
  cross join lateral (select d.released_at from declaration d where d.bucket = id_bucket(l.declaration_id) and d.id = l.declaration_id offset 0) d
  join tracking_source s on s.kind = 'release' and tracking_is_on(tracking_day(d.released_at), s.valid_from, s.valid_to)
  where d.released_at is not null
$$;

-- What a parcel belongs to: from which its rows follow. Columns null: not known yet.
create function tracking_frame(of_bucket smallint, of_id uuid)
returns table (declaration_id uuid, platform_code text, order_no text, direction text, trade_mode text, opened_at timestamptz, client_ids integer[])
language sql stable as $$
  select d.id, d.platform_code, d.order_no, coalesce(d.direction, (
      select f.direction
      from (select unnest(l.filing_ids) union all
        select e.filing_id from tracking_event e where e.bucket = of_bucket and e.parcel_id = of_id and e.filing_id is not null) n(id)
      cross join lateral (select f.direction from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0) f limit 1)),
    d.trade_mode, d.opened_at, coalesce(l.client_ids, '{}') || coalesce(d.client_ids, '{}')
  from (select 1) one
  left join lateral (select l.* from link l where l.bucket = of_bucket and l.id = of_id offset 0) l on true
  left join lateral (select d.* from declaration d where d.bucket = id_bucket(l.declaration_id) and d.id = l.declaration_id offset 0) d on true
$$;

-- Who receives it stands in the waybill, else in the order: both as they are stored, encrypted.
create function tracking_papers(of_bucket smallint, of_id uuid, out waybill_id uuid, out waybill bytea, out order_id uuid, out order_document bytea)
language sql stable as $$
  with f as (
    select f.*
    from (select l.filing_ids, l.declaration_id from link l where l.bucket = of_bucket and l.id = of_id offset 0) l
    left join lateral (select d.filing_ids from declaration d where d.bucket = id_bucket(l.declaration_id) and d.id = l.declaration_id offset 0) d on true
    cross join lateral unnest(l.filing_ids || coalesce(d.filing_ids, '{}')) as n(id)
    cross join lateral (select f.id, f.kind, f.revision, f.document from filing f
      where f.bucket = id_bucket(n.id) and f.id = n.id and f.kind in ('waybill', 'order') offset 0) f)
  select w.id, w.document, o.id, o.document
  from (select 1) one
  left join lateral (select f.id, f.document from f where f.kind = 'waybill' order by f.revision desc limit 1) w on true
  left join lateral (select f.id, f.document from f where f.kind = 'order' order by f.revision desc limit 1) o on true
$$;

-- All of it for a reader: a row for each event, one with step null when there is none; no row: nothing is known of the parcel.
create function tracking_rows(of_id uuid)
returns table (parcel_id uuid, carrier_code text, waybill_no text, declaration_id uuid, platform_code text, order_no text, direction text,
  trade_mode text, opened_at timestamptz, client_ids integer[], waybill_id uuid, waybill bytea, order_id uuid, order_document bytea, open_alerts text, step text, at timestamptz,
  place text, received_at timestamptz, kind text, filing_id uuid, stands boolean)
language sql stable as $$
  select i.id, i.carrier_code, i.waybill_no, f.declaration_id, f.platform_code, f.order_no, f.direction, f.trade_mode, f.opened_at, f.client_ids,
    w.waybill_id, w.waybill, w.order_id, w.order_document, (select string_agg(a.step, ',') from tracking_alert a where a.bucket = i.bucket and a.parcel_id = i.id and a.closed_at is null),
    c.step, c.at, c.place, c.received_at, c.kind, c.filing_id, c.stands
  from (
    select p.bucket, p.id, p.carrier_code, p.waybill_no from tracking_parcel p where p.bucket = id_bucket(of_id) and p.id = of_id
    union
    select l.bucket, l.id, l.carrier_code, l.waybill_no from link l where l.bucket = id_bucket(of_id) and l.id = of_id
  ) i
  cross join lateral tracking_frame(i.bucket, i.id) f
  left join lateral tracking_papers(i.bucket, i.id) w on true
  left join lateral tracking_chain(i.bucket, i.id) c on true
$$;

create function tracking_alert_json(a tracking_alert, carrier_code text, waybill_no text, platform_code text, order_no text) returns json
language sql stable parallel safe as $$
  select json_build_object(
    'id', a.id,
    'state', case when a.closed_at is null then 'open' else 'closed' end,
    'step', a.step,
    'carrier_code', carrier_code,
    'waybill_no', waybill_no,
    'declaration_id', a.declaration_id,
    'platform_code', platform_code,
    'order_no', order_no,
    'rule_row', a.rule_id,
    'due_at', local_time(a.due_at),
    'opened_at', local_time(a.opened_at),
    'closed_at', local_time(a.closed_at),
    'closed_by', a.closed_by
  )
$$;
