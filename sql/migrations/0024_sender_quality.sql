-- How good the data are that each sender files: counted by day, closed by month. Apart from credit, but for one event a month (CE02).
--
--   counters of workers ──store/sender_quality──► sender_day, sender_fault ──flow/month_closer, when it is over──► sender_month, credit_event
--                                                           │                                                        │
--                                               GET /v1/me/quality                                told with each receipt of the next month
--
-- Kinds of filings, names of fields and rules alone: nothing of what a filing said. Days and months are those of China.

create table sender_rule (         -- dated; closed, never edited: sql/data/sender_rules.tsv
  id integer primary key, name text not null, value integer not null, valid_from date not null, valid_to date, source text not null
);
insert into sender_rule (name, id, value, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::integer, f[4]::date, nullif(f[5], '')::date, f[6]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/sender_rules.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create function sender_rule_on(wanted text, day date) returns integer language sql stable parallel safe as $$
  select value from sender_rule r where r.name = wanted and r.valid_from <= day and (r.valid_to is null or r.valid_to >= day)
$$;

create table sender_day (           -- what became of a client's filings; repeats and dry runs count for nothing
  client_id integer not null references client (id),
  day       date not null,
  kind      text not null,          -- empty: it could not be read
  accepted  integer not null,
  refused   integer not null,
  warned    integer not null,       -- of those accepted
  primary key (client_id, day, kind)
) with (fillfactor = 70);
create index sender_day_day on sender_day (day);

create table sender_fault (         -- why: a filing that breaks three rules counts at each of them, once
  client_id integer not null references client (id),
  day       date not null,
  kind      text not null,
  field     text not null,          -- of the data standard; empty: the filing as a whole, or a member that is no field
  rule      text not null,
  refused   integer not null,
  warned    integer not null,
  primary key (client_id, day, kind, field, rule)
) with (fillfactor = 70);

create table sender_month (         -- a month that is over; never updated
  client_id integer not null references client (id),
  month     date not null,          -- first day
  accepted  bigint not null,
  refused   bigint not null,
  warned    bigint not null,
  score     numeric(4,1) not null,
  rule_rows integer[] not null,
  told      text not null,          -- header Data-Quality: a dictionary of RFC 9651
  closed_at timestamptz not null,
  primary key (client_id, month)
);

create table sender_month_place (   -- one row: the last month that is closed; what is counted later belongs to a day after it
  one    boolean primary key default true check (one),
  closed date not null default '2015-01-01'
);
insert into sender_month_place default values;

-- Of a hundred; null: there was no filing.
create function sender_score(filings bigint, refused bigint, warned bigint, day date) returns numeric language sql stable parallel safe as $$
  select case when filings > 0 then greatest(0, round(100 - (refused * sender_rule_on('refused_points', day)
    + warned * sender_rule_on('warned_points', day))::numeric / filings, 1)) end
$$;

create function sender_score_rows(day date) returns integer[] language sql stable parallel safe as $$
  select array_agg(id order by id) from sender_rule
  where name in ('refused_points', 'warned_points') and valid_from <= day and (valid_to is null or valid_to >= day)
$$;

create function month_end(month date) returns date language sql immutable parallel safe as $$
  select (month + interval '1 month - 1 day')::date
$$;

-- The faults of a client between two days, the most frequent first.
create function sender_faults(client integer, first_day date, last_day date)
returns table (kind text, field text, rule text, refused bigint, warned bigint) language sql stable parallel safe as $$
  select f.kind, f.field, f.rule, sum(f.refused), sum(f.warned) from sender_fault f
  where f.client_id = client and f.day between first_day and last_day
  group by f.kind, f.field, f.rule
  order by sum(f.refused) desc, sum(f.warned) desc, f.kind, f.field, f.rule
$$;

create function sender_told(client integer, month date, accepted bigint, refused bigint, warned bigint) returns text
language sql stable parallel safe as $$
  select 'month="' || to_char(month, 'YYYY-MM') || '", score=' || sender_score(accepted + refused, refused, warned, month_end(month))
    || ', accepted=' || accepted || ', refused=' || refused || ', warned=' || warned || ', faults=(' || coalesce((
      select string_agg('"' || f.field || '";kind="' || f.kind || '";rule="' || f.rule || '";refused=' || f.refused || ';warned=' || f.warned, ' '
        order by f.refused desc, f.warned desc, f.kind, f.field, f.rule)
      from (select * from sender_faults(client, month, month_end(month)) limit sender_rule_on('told_faults', month_end(month))) f), '') || ')'
$$;

-- An id that the event's own words name: the same on every machine (base/id.h, version 8).
create function month_event_id(code text, decision_no text) returns uuid language sql immutable parallel safe as $$
  select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-80' || lpad(to_hex(get_byte(decode(h, 'hex'), 0) % 64), 2, '0') || '-8' || substr(h, 18, 3)
    || '-' || substr(h, 21, 12))::uuid
  from encode(sha256(convert_to(code || ' ' || decision_no, 'UTF8')), 'hex') as h
$$;

-- Closes the next month that is over at that time: its summaries, and CE02 for whom too much was refused. An enterprise answers for all clients
-- with its code. Null: none is to be closed, or another daemon does it. Clients are read anew then.
create function sender_month_close(at timestamptz, today date) returns date language sql volatile as $$
  with over as (
    select (date_trunc('month', (at - sender_rule_on('close_minutes', today) * interval '1 minute') at time zone 'Asia/Shanghai')
      - interval '1 month')::date as month
  ), next as materialized (         -- months in which nobody filed are passed over
    select least(o.month, (select date_trunc('month', min(d.day))::date from sender_day d where d.day > month_end(p.closed))) as month
    from sender_month_place p cross join over o where p.closed < o.month
  ), mine as (
    update sender_month_place p set closed = n.month from next n where p.closed < n.month returning p.closed as month
  ), sums as materialized (
    select d.client_id, m.month, sum(d.accepted) as accepted, sum(d.refused) as refused, sum(d.warned) as warned
    from mine m join sender_day d on d.day between m.month and month_end(m.month) group by d.client_id, m.month
  ), kept as (
    insert into sender_month (client_id, month, accepted, refused, warned, score, rule_rows, told, closed_at)
    select s.client_id, s.month, s.accepted, s.refused, s.warned, sender_score(s.accepted + s.refused, s.refused, s.warned, month_end(s.month)),
      sender_score_rows(month_end(s.month)), sender_told(s.client_id, s.month, s.accepted, s.refused, s.warned), at
    from sums s where s.accepted + s.refused > 0 order by s.client_id
  ), wrong as (
    select b.code, s.month, sum(s.accepted + s.refused) as filings, sum(s.refused) as refused
    from sums s join client c on c.id = s.client_id cross join unnest(c.codes) as u(code) join credit_subject b on b.code = u.code
    group by b.code, s.month
  ), events as (
    insert into credit_event (id, code, kind, degree, against, weight, day, source, decision_no, reason, kind_row, recorded_at, recorded_on, recorded_by)
    select month_event_id(w.code, n.decision_no), w.code, k.kind, k.degree, k.against, k.weight, month_end(w.month), 'data quality of senders', n.decision_no,
      w.refused || ' of ' || w.filings || ' filings refused', k.id, at, today, 0 -- by no client
    from wrong w cross join lateral (select 'CE02/' || to_char(w.month, 'YYYY-MM') as decision_no) n
    join credit_kind k on k.kind = 'CE02' and k.valid_from <= month_end(w.month) and (k.valid_to is null or k.valid_to >= month_end(w.month))
    where w.filings > sender_rule_on('event_filings', month_end(w.month))
      and w.refused * 10000 > w.filings * sender_rule_on('event_refused_bp', month_end(w.month))
    order by w.code
    on conflict (code, kind, decision_no) do nothing returning code
  ), raised as (
    update credit_place set raise = raise + 1 where code in (select code from events)
  )
  select m.month from mine m cross join lateral (select nextval('rule_revision') as n) v where v.n > 0
$$;

select log_cover('sender_month', 'credit', 'client_id', 'closed_at');

-- What a bank reads of an enterprise (T5) is found by its code.
alter table goods_return add column merchant_code text collate "C"; -- as the declaration's inventory names it
create index goods_return_merchant on goods_return (merchant_code, requested_at);
create index tax_bill_merchant on tax_bill (merchant_code, made_at);

-- The second part of the inventory's business key.
create function declaration_merchant(of_bucket smallint, declaration uuid) returns text language sql stable parallel safe as $$
  select split_part(f.business_key, '/', 2)
  from declaration d cross join lateral unnest(d.filing_ids) n(id)
  cross join lateral (select * from filing g where g.bucket = id_bucket(n.id) and g.id = n.id offset 0) f
  where d.bucket = of_bucket and d.id = declaration and f.kind = 'inventory'
  order by f.revision desc limit 1
$$;

select nextval('rule_revision');
