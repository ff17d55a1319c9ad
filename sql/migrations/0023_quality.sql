-- Quality and safety of goods, and brands (E111, E114, E125).
--
--   quality_event ──enough of them, by quality_rule──► quality_warning ──► a case
--   quality_recall, brand_complaint ──while they are open──► goods_frozen: filings of these goods are refused (model/rights.h) ──► a case
--   releases ──flow/trade_months──► goods_release: which declarations had the goods, and of which batches
--
-- Goods are known by enterprise and its own number of them, registered or not. Nothing here is ever updated; what ends something is a row beside it.

create table quality_rule (         -- dated; closed, never edited: sql/data/quality_rules.tsv
  id integer primary key, kind text not null, least integer not null check (least > 0), within_days integer not null check (within_days > 0),
  valid_from date not null, valid_to date, source text not null
);
insert into quality_rule (kind, id, least, within_days, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::integer, f[4]::integer, f[5]::date, nullif(f[6], '')::date, f[7]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/quality_rules.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create table quality_event (        -- a test, a complaint, a recall elsewhere, an opinion
  id              uuid primary key,
  enterprise_id   integer not null references enterprise (id),
  item_no         text collate "C" not null,
  batch           text,             -- null: the goods as such
  kind            text not null check (kind in ('test', 'complaint', 'recall', 'opinion')),
  adverse         boolean not null, -- it speaks against the goods
  day             date not null,
  source          text not null,
  reference       text not null,    -- number of the report, in the source's words
  reason          text not null,
  evidence_sha256 bytea,
  recorded_at     timestamptz not null,
  recorded_on     date not null,
  actor           text not null,
  authority       text,             -- null: the enterprise itself told it
  client_id       integer not null,
  unique (enterprise_id, item_no, kind, reference),
  check (recorded_on >= day)
);
create index quality_event_recorded on quality_event (recorded_at, id);

create table quality_warning (
  id            uuid primary key,
  enterprise_id integer not null references enterprise (id),
  item_no       text collate "C" not null,
  batch         text,
  rule_row      integer not null,
  events        uuid[] not null,    -- that brought it about
  raised_at     timestamptz not null,
  raised_on     date not null
);
create index quality_warning_goods on quality_warning (enterprise_id, item_no, raised_on);
create index quality_warning_raised on quality_warning (raised_at, id);

create table quality_recall (
  id              uuid primary key,
  enterprise_id   integer not null references enterprise (id),
  item_no         text collate "C" not null,
  batch           text,             -- null: all of them
  from_on         date not null,    -- released from, to: which parcels are meant
  to_on           date,             -- null: those that are still to be released, too
  source          text not null,
  decision_no     text not null,
  reason          text not null,
  evidence_sha256 bytea,
  recorded_at     timestamptz not null,
  recorded_on     date not null,
  actor           text not null,
  authority       text,             -- null: the enterprise's own
  client_id       integer not null,
  unique (enterprise_id, item_no, decision_no),
  check (to_on >= from_on)
);
create index quality_recall_recorded on quality_recall (recorded_at, id);

create table quality_recall_end (
  recall_id   uuid primary key references quality_recall (id),
  carried_out boolean not null,     -- false: it was taken back
  decision_no text not null,
  reason      text not null,
  ended_at    timestamptz not null,
  actor       text not null,
  client_id   integer not null
);

create table brand_recordal (       -- a right that customs has on record
  id          uuid primary key,
  recordal_no text collate "C" not null unique,
  brand       text not null,
  holder      text not null,
  classes     text[] not null,      -- of goods, as the recordal has them
  valid_from  date not null,
  valid_to    date not null check (valid_to >= valid_from),
  source      text not null,
  recorded_at timestamptz not null,
  actor       text not null,
  client_id   integer not null
);
create index brand_recordal_recorded on brand_recordal (recorded_at, id);

create table brand_complaint (
  id              uuid primary key,
  recordal_no     text not null references brand_recordal (recordal_no),
  enterprise_id   integer not null references enterprise (id),
  item_no         text collate "C" not null,
  complainant     text not null,
  reference       text not null,    -- number under which the department took it
  reason          text not null,
  evidence_sha256 bytea,
  recorded_at     timestamptz not null,
  actor           text not null,
  authority       text not null,
  client_id       integer not null,
  unique (enterprise_id, item_no, reference)
);
create index brand_complaint_recorded on brand_complaint (recorded_at, id);

create table brand_decision (
  complaint_id uuid primary key references brand_complaint (id),
  upheld       boolean not null,    -- the goods stay frozen
  decision_no  text not null,
  reason       text not null,
  decided_at   timestamptz not null,
  actor        text not null,
  client_id    integer not null
);

-- What may be filed in no order and no inventory, and by which decision.
create view goods_frozen as
  select r.enterprise_id, r.item_no, 'recall' as ground, r.decision_no as number, r.recorded_at as since, r.batch
  from quality_recall r where not exists (select from quality_recall_end x where x.recall_id = r.id)
  union all
  select c.enterprise_id, c.item_no, 'brand', c.reference, c.recorded_at, null
  from brand_complaint c where not exists (select from brand_decision x where x.complaint_id = c.id and not x.upheld);

create table goods_release (        -- which goods a released declaration had; follows the feed; no data of persons
  merchant_code  text collate "C" not null,       -- as the inventory names it
  item_no        text collate "C" not null,
  released_at    timestamptz not null,
  declaration_id uuid not null,
  line           integer not null,                -- of the order, counted from 1
  batches        text,                            -- as the order names them, for all its lines
  quantity       numeric not null,
  primary key (merchant_code, item_no, released_at, declaration_id, line)
);

-- Lines of releases with these goods. Where the order names no batch it may be the one; `certain` tells the two apart.
create function goods_affected(enterprise integer, item text, wanted_batch text, from_on date, to_on date)
returns table (released_at timestamptz, declaration_id uuid, line integer, batches text, quantity numeric, certain boolean)
language sql stable parallel safe as $$
  select g.released_at, g.declaration_id, g.line, g.batches, g.quantity, wanted_batch is null or g.batches is not null
  from enterprise_number n join goods_release g on g.merchant_code = n.number
  where n.enterprise_id = enterprise and n.kind in ('credit', 'customs') and g.item_no = item
    and (g.released_at at time zone 'Asia/Shanghai')::date between from_on and to_on
    and (wanted_batch is null or g.batches is null or wanted_batch = any (regexp_split_to_array(g.batches, '[,;，；、[:space:]]+')))
$$;

create function goods_named_json(enterprise integer, item text, batch text) returns json language sql stable parallel safe as $$
  select json_build_object('enterprise', e.credit_code, 'item_no', item, 'batch', batch) from enterprise e where e.id = enterprise
$$;

-- Records an event, with the warnings that it tips and their cases; false: it is known already, and stays. Called by other writers in their own
-- statement. Warnings are counted, so one enterprise's goods are recorded one after the other.
create function quality_event_put(v quality_event) returns boolean language plpgsql as $$
declare
  rule quality_rule; counted uuid[]; warned uuid;
begin
  perform from enterprise e where e.id = v.enterprise_id for no key update;
  insert into quality_event select v.* on conflict (enterprise_id, item_no, kind, reference) do nothing;
  if not found then
    return false;
  end if;
  for rule in select * from quality_rule r where v.adverse and r.kind = v.kind and r.valid_from <= v.recorded_on
    and (r.valid_to is null or r.valid_to >= v.recorded_on)
  loop
    select array_agg(x.id) into counted from quality_event x
      where x.enterprise_id = v.enterprise_id and x.item_no = v.item_no and x.kind = v.kind and x.adverse and x.batch is not distinct from v.batch
        and x.day > v.recorded_on - rule.within_days;
    insert into quality_warning (id, enterprise_id, item_no, batch, rule_row, events, raised_at, raised_on)
      select v.id, v.enterprise_id, v.item_no, v.batch, rule.id, counted, v.recorded_at, v.recorded_on  -- it has the id of the event that tips it
      where cardinality(counted) >= rule.least and not exists (
        select from quality_warning q where q.enterprise_id = v.enterprise_id and q.item_no = v.item_no and q.batch is not distinct from v.batch
          and q.rule_row = rule.id and q.raised_on > v.recorded_on - rule.within_days)
      returning id into warned;
    if warned is not null then
      perform case_open('quality', 'goods', e.credit_code || '/' || v.item_no, 'warning/' || warned, '{}', null, 'trade', null, v.reason,
        case when v.authority is null then '{}' else array[v.authority] end, v.recorded_at, v.actor, v.client_id)
      from enterprise e where e.id = v.enterprise_id;
    end if;
  end loop;
  return true;
end $$;

create function quality_event_json(e quality_event) returns json language sql stable parallel safe as $$
  select json_build_object('id', e.id, 'goods', goods_named_json(e.enterprise_id, e.item_no, e.batch), 'kind', e.kind, 'adverse', e.adverse, 'day', e.day,
    'source', e.source, 'reference', e.reference, 'reason', e.reason, 'evidence_sha256', encode(e.evidence_sha256, 'hex'),
    'recorded_at', local_time(e.recorded_at), 'actor', e.actor, 'authority', e.authority,
    'warnings', (select coalesce(json_agg(w.id order by w.raised_at, w.id), '[]') from quality_warning w
      where w.enterprise_id = e.enterprise_id and w.item_no = e.item_no and e.id = any (w.events)))
$$;

create function quality_warning_json(w quality_warning) returns json language sql stable parallel safe as $$
  select json_build_object('id', w.id, 'goods', goods_named_json(w.enterprise_id, w.item_no, w.batch), 'kind', r.kind, 'rule_row', r.id, 'least', r.least,
    'within_days', r.within_days, 'source', r.source, 'events', w.events, 'raised_at', local_time(w.raised_at),
    'affected', (select count(distinct a.declaration_id) from goods_affected(w.enterprise_id, w.item_no, w.batch, '2000-01-01', '9999-12-31') a))
  from quality_rule r where r.id = w.rule_row
$$;

create function quality_recall_json(r quality_recall) returns json language sql stable parallel safe as $$
  select json_build_object('id', r.id, 'goods', goods_named_json(r.enterprise_id, r.item_no, r.batch), 'from', r.from_on, 'to', r.to_on, 'source', r.source,
    'decision_no', r.decision_no, 'reason', r.reason, 'evidence_sha256', encode(r.evidence_sha256, 'hex'), 'recorded_at', local_time(r.recorded_at),
    'actor', r.actor, 'authority', r.authority, 'state', case when x.recall_id is null then 'open' else 'ended' end,
    'end', case when x.recall_id is not null then json_build_object('carried_out', x.carried_out, 'decision_no', x.decision_no, 'reason', x.reason,
      'at', local_time(x.ended_at), 'actor', x.actor) end,
    'affected', (select count(distinct a.declaration_id) from goods_affected(r.enterprise_id, r.item_no, r.batch, r.from_on, coalesce(r.to_on, '9999-12-31')) a))
  from (select) one left join quality_recall_end x on x.recall_id = r.id
$$;

create function brand_recordal_json(b brand_recordal) returns json language sql stable parallel safe as $$
  select json_build_object('recordal_no', b.recordal_no, 'brand', b.brand, 'holder', b.holder, 'classes', b.classes, 'valid_from', b.valid_from,
    'valid_to', b.valid_to, 'source', b.source, 'recorded_at', local_time(b.recorded_at), 'actor', b.actor)
$$;

create function brand_complaint_json(c brand_complaint) returns json language sql stable parallel safe as $$
  select json_build_object('id', c.id, 'recordal_no', c.recordal_no, 'brand', b.brand, 'holder', b.holder,
    'goods', goods_named_json(c.enterprise_id, c.item_no, null), 'complainant', c.complainant, 'reference', c.reference, 'reason', c.reason,
    'evidence_sha256', encode(c.evidence_sha256, 'hex'), 'recorded_at', local_time(c.recorded_at), 'actor', c.actor, 'authority', c.authority,
    'state', case when x.complaint_id is null then 'open' when x.upheld then 'upheld' else 'rejected' end,
    'decision', case when x.complaint_id is not null then json_build_object('decision_no', x.decision_no, 'reason', x.reason,
      'at', local_time(x.decided_at), 'actor', x.actor) end)
  from brand_recordal b left join brand_decision x on x.complaint_id = c.id
  where b.recordal_no = c.recordal_no
$$;

create function goods_frozen_json(enterprise integer, item text) returns json language sql stable parallel safe as $$
  select coalesce(json_agg(json_build_object('ground', z.ground, 'number', z.number, 'since', local_time(z.since)) order by z.since), '[]')
  from goods_frozen z where z.enterprise_id = enterprise and z.item_no = item
$$;

select log_cover('quality_event', 'quality', 'id', 'recorded_at');
select log_cover('quality_warning', 'quality', 'id', 'raised_at');
select log_cover('quality_recall', 'quality', 'id', 'recorded_at');
select log_cover('quality_recall_end', 'quality', 'recall_id', 'ended_at');
select log_cover('brand_recordal', 'brand', 'id', 'recorded_at');
select log_cover('brand_complaint', 'brand', 'id', 'recorded_at');
select log_cover('brand_decision', 'brand', 'complaint_id', 'decided_at');
