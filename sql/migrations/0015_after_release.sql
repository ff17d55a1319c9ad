-- What comes after release: tax bills of customs (messages 816, 818), returns of goods (message 625), and those who are only told.

-- Tax bills ----------------------------------------------------------------------------------------------------
create table tax_message (          -- what customs said of a tax bill, as received; never updated
  id              uuid primary key, -- derived from kind and content: the same again is one row
  tax_no          text collate "C" not null,
  kind            text not null check (kind in ('bill', 'status')), -- 816, 818
  inventory_no    text collate "C" not null,
  status          smallint not null check (status between 1 and 3), -- made, summed up, void
  at              timestamptz not null, -- customs' own time: orders what is said of one bill
  order_no        text collate "C",     -- real bills name it, the schema does not
  declarant_code  text,
  merchant_code   text,
  carrier_code    text,
  guarantor_code  text,
  duty_payment_no text,
  customs_duty    numeric(19,5),    -- these three: of a bill only
  value_added_tax numeric(19,5),
  consumption_tax numeric(19,5),
  record          bytea not null,   -- JSON of customs' elements
  batch           uuid not null,    -- of one request: the change that tells it has this id
  received_at     timestamptz not null
);
create index tax_message_bill on tax_message (tax_no, at);

create table tax_bill (             -- a bill as it stands: a fold over its messages in customs' own order, whatever came first
  tax_no          text collate "C" primary key,
  id              uuid not null,    -- derived from tax_no: for pages
  inventory_no    text collate "C",
  order_no        text collate "C",
  status          smallint,
  status_at       timestamptz,
  made_at         timestamptz,      -- customs' time of the newest bill; of the newest status while there is none
  declarant_code  text,             -- as the bill says, else as the inventory does
  merchant_code   text,
  guarantor_code  text,
  duty_payment_no text,
  customs_duty    numeric(19,5),    -- null: only its status has come
  value_added_tax numeric(19,5),
  consumption_tax numeric(19,5),
  declaration_id  uuid,             -- null: its inventory's number is not known yet
  looked          boolean not null default false, -- it was looked for; from then on it waits for new numbers
  asks_parties    boolean not null default false, -- it does not say who declares and who sells: to be read from the inventory
  received_at     timestamptz not null
);
create index tax_bill_new on tax_bill (tax_no) where declaration_id is null and not looked;
create index tax_bill_waiting on tax_bill (inventory_no) where declaration_id is null;
create index tax_bill_asks_parties on tax_bill (id) where asks_parties;
create index tax_bill_declaration on tax_bill (declaration_id) where declaration_id is not null;
create index tax_bill_made on tax_bill (made_at, id);
create index tax_bill_declarant on tax_bill (declarant_code, made_at, id);

create table inventory_number (     -- whose number customs gave; read from its answers while a tax bill waits for one
  number         text collate "C" primary key,
  declaration_id uuid not null
);
create table inventory_number_place ( -- one row: up to which event of the feed customs' answers are read
  one boolean primary key default true check (one),
  seq bigint not null default 0
);
insert into inventory_number_place default values;

alter table authority_receipt add inventory_no text collate "C"; -- that customs gave with it

-- The numbers that customs gave a declaration; what regulators decide has none.
create function customs_numbers(declaration uuid) returns setof text language sql stable as $$
  select distinct a.inventory_no
  from authority_receipt a
  where a.bucket = id_bucket(declaration) and a.declaration_id = declaration and a.authority = 'CUS' and a.inventory_no is not null
$$;

create function tax_status_name(status smallint) returns text language sql immutable parallel safe as $$
  select (array['made', 'summed', 'void'])[status]
$$;

-- Of bills that do not say who declares and who sells: the inventory that stands, encrypted as it is stored.
create function tax_bill_inventory(declaration uuid, out id uuid, out document bytea) language sql stable as $$
  select f.id, f.document
  from declaration d
  cross join lateral unnest(d.filing_ids) n(id)
  cross join lateral (select * from filing g where g.bucket = id_bucket(n.id) and g.id = n.id offset 0) f
  where d.bucket = id_bucket(declaration) and d.id = declaration and f.kind = 'inventory' and f.action <> 'delete'
  order by f.received_at desc, f.id desc limit 1
$$;

-- Finds the declarations of bills that wait: by order number where the bill has one, else by the number of the inventory, which is
-- read from customs' answers in the order of the feed, a piece of `most` events at a time and only while something waits. Answers how
-- many were found and whether more can be done at once; no row: nothing waits, or somebody else is at it. Under a lock, so that a new bill
-- and a new number cannot miss one another.
create function tax_bills_bind(most integer, now_at timestamptz, batch uuid) returns table (bound bigint, more boolean) language plpgsql as $$
declare
  place bigint; upto bigint; looked_nos text[]; looked_ids uuid[]; nos text[]; ids uuid[];
begin
  if not exists (select from tax_bill b where b.declaration_id is null) or not pg_try_advisory_xact_lock(7236015) then
    return;
  end if;
  select array_agg(b.tax_no), array_agg(coalesce(
      (select n.declaration_id from inventory_number n where n.number = b.inventory_no),
      (select d.id from declaration d where d.order_no = b.order_no and b.inventory_no in (select c from customs_numbers(d.id) c) limit 1),
      (select (array_agg(d.id))[1] from declaration d where d.order_no = b.order_no
        having count(*) = 1 and not exists (select from customs_numbers((array_agg(d.id))[1])))))
    into looked_nos, looked_ids
    from (select * from tax_bill b where b.declaration_id is null and not b.looked order by b.tax_no limit most) b;
  update tax_bill b set looked = true where b.tax_no = any (looked_nos);

  select p.seq into strict place from inventory_number_place p;
  with e as materialized (
    select x.seq, x.declaration_id, x.type = 'authority.answered' and x.authority = 'CUS' as answers from feed_events(place, most) x
  ), made as (
    insert into inventory_number (number, declaration_id)
    select distinct on (c.number) c.number, d.declaration_id
    from (select distinct e.declaration_id from e where e.answers) d cross join lateral customs_numbers(d.declaration_id) as c(number)
    order by c.number, d.declaration_id
    on conflict do nothing returning number, declaration_id
  )
  select (select max(e.seq) from e), array_agg(b.tax_no), array_agg(m.declaration_id) into upto, nos, ids
    from made m join tax_bill b on b.inventory_no = m.number and b.declaration_id is null;
  if upto is not null then
    update inventory_number_place set seq = upto;
  end if;

  with found as (
    select distinct on (f.tax_no) f.tax_no, f.id
    from unnest(looked_nos || nos, looked_ids || ids) as f(tax_no, id) where f.id is not null order by f.tax_no, f.id
  ), u as (
    update tax_bill b
    set declaration_id = f.id, asks_parties = b.declarant_code is null or b.merchant_code is null
    from found f where b.tax_no = f.tax_no
    returning b.declaration_id, b.status
  ), c as (
    insert into change (id, made_at, types, declaration_ids, authorities, outcomes)
    select batch, now_at, array_agg('tax.changed'::text), array_agg(u.declaration_id), array_agg('CUS'::text), array_agg(tax_status_name(u.status))
    from u having count(*) > 0
  )
  select count(*) into bound from u;
  more := coalesce(upto - place >= most, false) or exists (select from tax_bill b where b.declaration_id is null and not b.looked);
  return next;
end $$;

create function tax_amount(amount numeric) returns text language sql immutable parallel safe as $$
  select to_char(amount, 'FM999999999999990.00000')
$$;

create function tax_bill_json(b tax_bill) returns json language sql stable parallel safe as $$
  select json_build_object(
    'tax_no', b.tax_no,
    'inventory_no', b.inventory_no,
    'order_no', coalesce((select d.order_no from declaration d where d.bucket = id_bucket(b.declaration_id) and d.id = b.declaration_id), b.order_no),
    'declaration_id', b.declaration_id,
    'status', tax_status_name(b.status),
    'status_at', local_time(b.status_at),
    'made_at', local_time(b.made_at),
    'customs_duty', tax_amount(b.customs_duty),
    'value_added_tax', tax_amount(b.value_added_tax),
    'consumption_tax', tax_amount(b.consumption_tax),
    'total', tax_amount(b.customs_duty + b.value_added_tax + b.consumption_tax),
    'declarant_code', b.declarant_code,
    'merchant_code', b.merchant_code,
    'guarantor_code', b.guarantor_code,
    'duty_payment_no', b.duty_payment_no,
    'received_at', local_time(b.received_at)
  )
$$;

-- Tax is the business of whoever declares and whoever sells: a client sees the bills that name one of its codes.
create function may_see_tax(b tax_bill, caller integer, sees_all boolean) returns boolean language sql stable parallel safe as $$
  select sees_all or exists (select from client c where c.id = caller and (b.declarant_code = any (c.codes) or b.merchant_code = any (c.codes)))
$$;

-- Returns ------------------------------------------------------------------------------------------------------
create table goods_return (         -- what is sent back of a released declaration; one for each filing of kind return that was taken
  bucket         smallint not null, -- of the declaration
  declaration_id uuid not null,
  filing_id      uuid not null,
  lines          json not null,     -- [{"line_no","hs_code","quantity","unit"}]
  requested_at   timestamptz not null,
  ends_at        timestamptz not null, -- the goods must be back before
  period_ids     integer[] not null, -- rows of statutory_period: to ask, to bring back
  arrived_at     timestamptz,       -- the goods were back
  recorded_at    timestamptz,       -- and this was said
  recorded_by    integer,           -- client
  place          text,
  lapsed         boolean not null default false,
  is_open        boolean not null default true, -- neither arrived nor looked at after its end
  tax_total      numeric(19,5),     -- of the tax rules, not set yet
  primary key (bucket, declaration_id, filing_id)
);
create index goods_return_open on goods_return (ends_at) where is_open;
create index goods_return_requested on goods_return (requested_at, filing_id);

create function delivery_asks(v delivery) returns text language sql immutable parallel safe as $$ -- the kind of filing that it is made of
  select case when v.return_filing is not null then 'return' when v.withdrawal is not null then 'cancellation' else 'inventory' end
$$;

-- The state follows from what customs answered, from the goods' arrival and from the end of the period: docs/STATES.md.
create function goods_return_state(r goods_return) returns text language sql stable parallel safe as $$
  select case when r.arrived_at is not null then 'completed'
    when coalesce(v.outcome, 'none') = 'rejected' then 'refused'
    when r.lapsed then 'lapsed'
    when v.outcome = 'clear' then 'approved'
    else 'requested' end
  from (select) one
  left join delivery v on v.bucket = r.bucket and v.declaration_id = r.declaration_id and v.return_filing = r.filing_id and v.authority = 'CUS'
$$;

create function goods_return_json(r goods_return, state_titles json, shows_words boolean) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', r.filing_id,
    'declaration_id', r.declaration_id,
    'platform_code', d.platform_code,
    'order_no', d.order_no,
    'state', s.state,
    'state_title', state_titles ->> s.state,
    'lines', r.lines,
    'version', v.version,
    'reference', v.reference,
    'requested_at', local_time(r.requested_at),
    'answered_at', local_time(v.outcome_at),
    'reason', case when shows_words then (
      select a.info from authority_receipt a
      where a.bucket = v.bucket and a.declaration_id = v.declaration_id and a.authority = v.authority and a.version = v.version
        and a.outcome = v.outcome and a.at = v.outcome_at order by a.id limit 1) end,
    'ends_at', local_time(r.ends_at),
    'arrived_at', local_time(r.arrived_at),
    'place', r.place,
    'lapsed_at', case when s.state = 'lapsed' then local_time(r.ends_at) end,
    'rule_rows', r.period_ids,
    'tax_total', r.tax_total
  )
  from declaration d
  cross join lateral (select goods_return_state(r) as state) s
  left join delivery v on v.bucket = r.bucket and v.declaration_id = r.declaration_id and v.return_filing = r.filing_id and v.authority = 'CUS'
  where d.bucket = r.bucket and d.id = r.declaration_id
$$;

-- Returns whose goods did not come back in time. Answers how many were looked at.
create function goods_returns_lapse(most integer, now_at timestamptz, batch uuid) returns bigint language plpgsql as $$
declare
  found_count bigint;
begin
  if not exists (select from goods_return r where r.is_open and r.ends_at <= now_at) then -- as a rule: its plan is kept
    return 0;
  end if;
  with due as materialized (
    select r.bucket, r.declaration_id, r.filing_id, goods_return_state(r) <> 'refused' as lapses
    from goods_return r where r.is_open and r.ends_at <= now_at order by r.ends_at limit most for update skip locked
  ), u as (
    update goods_return r set is_open = false, lapsed = due.lapses from due
    where r.bucket = due.bucket and r.declaration_id = due.declaration_id and r.filing_id = due.filing_id
  ), c as (
    insert into change (id, made_at, types, declaration_ids, filing_ids, kinds)
    select batch, now_at, array_agg('return.lapsed'::text), array_agg(declaration_id), array_agg(filing_id), array_agg('return'::text)
    from due where lapses having count(*) > 0
  )
  select count(*) into found_count from due;
  return found_count;
end $$;

-- Who is told ---------------------------------------------------------------------------------------------------
-- Steps of phase follow that are an authority's: databases older than these rows get them here.
insert into regime_step (regime_id, step, phase, kind, authority, responsible, needs, required, goods, valid_from, valid_to, source)
select f[1]::integer, f[2]::integer, f[3], nullif(f[4], ''), nullif(f[5], ''), string_to_array(f[6], ','),
  string_to_array(f[7], ',')::integer[], f[8]::boolean, nullif(f[9], ''), f[10]::date, nullif(f[11], '')::date, f[12]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/regime_steps.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows
where f[3] = 'follow' and f[5] <> ''
on conflict do nothing;
select nextval('rule_revision');
