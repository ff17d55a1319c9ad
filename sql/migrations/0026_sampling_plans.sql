-- Samples after release (E112 前端开放、中间可控、后续抽检): what is let through at the front is looked at afterwards, by plan.
--
--   sampling_plan ──while it is in force──► flow/sampler, along the feed: a draw, then the goods ──► sample ──► sample_take ──► sample_report
--                                                                                                (open)      (taken)           (result)
--   each of the three is told in the feed; a bad result is a quality_event, from which warnings follow by their rules; all feed sample_results
--
-- Nothing here is ever updated but sampling_drawn and sampling_place, which say how far the draw is.

create table sampling_plan (
  id             uuid primary key,
  goods_class    text,              -- of table goods_class; what is named of these four holds together
  hs_prefix      text check (hs_prefix ~ '^([0-9]{2}){1,5}$'),
  enterprise_id  integer references enterprise (id), -- the merchant
  item_no        text collate "C",  -- its number of the goods
  direction      text check (direction in ('import', 'export')), -- null: both
  share_permille integer not null check (share_permille between 1 and 1000),
  most           integer not null check (most > 0), -- samples that are drawn
  from_on        date not null,     -- of release
  to_on          date not null,
  reason         text not null,
  decision_no    text not null,
  recorded_at    timestamptz not null,
  recorded_on    date not null,
  actor          text not null,
  authority      text not null,
  client_id      integer not null,
  unique nulls not distinct (authority, decision_no, goods_class, hs_prefix, enterprise_id, item_no, direction),
  check (num_nonnulls(goods_class, hs_prefix, enterprise_id) > 0),
  check (goods_class is null or hs_prefix is null),
  check (item_no is null or enterprise_id is not null),
  check (to_on >= from_on)
);
create index sampling_plan_recorded on sampling_plan (recorded_at, id);
create index sampling_plan_in_force on sampling_plan (to_on, from_on);

create table sampling_plan_end (    -- draws no more from then on; what was drawn stays
  plan_id   uuid primary key references sampling_plan (id),
  reason    text not null,
  ended_at  timestamptz not null,
  actor     text not null,
  client_id integer not null
);

create table sampling_drawn (       -- one row a plan: how many samples it has
  plan_id uuid primary key references sampling_plan (id),
  count   integer not null default 0
) with (fillfactor = 50);

create table sampling_place (       -- one row: up to which event of the feed releases are drawn from
  one boolean primary key default true check (one),
  seq bigint not null default 0
);
insert into sampling_place default values;

create table sample (               -- one of the goods of a released declaration, as its inventory has them; no data of persons
  id             uuid primary key,
  plan_id        uuid not null references sampling_plan (id),
  declaration_id uuid not null,
  merchant_code  text collate "C" not null,       -- as the inventory names it
  item_no        text collate "C" not null,       -- empty: the inventory has none
  hs_code        text not null,
  lines          integer[] not null,
  released_at    timestamptz not null,            -- its day is the one whose key was used
  drawn          integer not null,                -- below share_permille
  drawn_at       timestamptz not null,
  unique (plan_id, declaration_id, item_no, hs_code)
);
create index sample_drawn on sample (drawn_at, id);
create index sample_of_plan on sample (plan_id, drawn_at, id);
create index sample_declaration on sample (declaration_id);

create table sample_take (
  sample_id uuid primary key references sample (id),
  day       date not null,
  place     text,
  taken_at  timestamptz not null,   -- when this was said
  actor     text not null,
  authority text not null,
  client_id integer not null
);

create table sample_report (        -- what the laboratory found
  sample_id       uuid primary key references sample (id),
  is_bad          boolean not null,
  laboratory      text not null,
  report_no       text not null,
  findings        text,
  batch           text,
  evidence_sha256 bytea,
  reported_at     timestamptz not null,
  actor           text not null,
  authority       text not null,
  client_id       integer not null
);
create index sample_report_reported on sample_report (reported_at, sample_id);

-- What differentiated sampling (E113) reads: each result under each class of the goods on the day of their release, or under '' where they are in none.
-- merchant_code is a number of the merchant, as the inventory names it: enterprise_by_number() tells whose.
create view sample_results as
  select s.id as sample_id, s.merchant_code, coalesce(g.goods_class, '') as goods_class, r.reported_at as at, r.is_bad
  from sample_report r join sample s on s.id = r.sample_id
  left join lateral (
    select distinct c.goods_class from goods_class c
    where starts_with(s.hs_code, c.hs) and c.valid_from <= (s.released_at at time zone 'Asia/Shanghai')::date
      and (c.valid_to is null or c.valid_to >= (s.released_at at time zone 'Asia/Shanghai')::date)) g on true;

create table sample_result_due (    -- of which the step of its goods does not know yet
  sample_id uuid primary key
);
create function sample_result_due() returns trigger language plpgsql as $$
begin
  insert into sample_result_due values (new.sample_id);
  return null;
end $$;
create trigger due after insert on sample_report for each row execute function sample_result_due();

-- As risk_feedback() of 0025_sampling.sql, for what samples showed.
create function sample_feedback(most integer, today date, at timestamptz) returns integer language plpgsql as $$
declare
  r record; counted integer := 0;
begin
  if not pg_try_advisory_xact_lock(7236025) then
    return 0;                       -- another daemon is at it
  end if;
  for r in
    select d.sample_id, p.reported_at from sample_result_due d join sample_report p on p.sample_id = d.sample_id order by p.reported_at, p.sample_id limit most
  loop
    perform risk_step_take(x.merchant_code, x.goods_class, x.is_bad, today, sample_feedback.at)
      from sample_results x where x.sample_id = r.sample_id order by x.goods_class;
    delete from sample_result_due where sample_id = r.sample_id;
    counted := counted + 1;
  end loop;
  return counted;
end $$;

-- How the commodity codes of a plan's goods begin on a day, parted by blanks; null: it asks for none.
create function sampling_prefixes(p sampling_plan, day date) returns text language sql stable parallel safe as $$
  select case when p.goods_class is null then p.hs_prefix else (
    select coalesce(string_agg(c.hs, ' ' order by c.hs), '') from goods_class c
    where c.goods_class = p.goods_class and c.valid_from <= day and (c.valid_to is null or c.valid_to >= day)) end
$$;

create function sampling_plan_json(p sampling_plan) returns json language sql stable parallel safe as $$
  select json_build_object('id', p.id, 'goods_class', p.goods_class, 'hs_prefix', p.hs_prefix,
    'enterprise', (select e.credit_code from enterprise e where e.id = p.enterprise_id), 'item_no', p.item_no, 'direction', p.direction,
    'share_permille', p.share_permille, 'most', p.most, 'from', p.from_on, 'to', p.to_on, 'reason', p.reason, 'decision_no', p.decision_no,
    'recorded_at', local_time(p.recorded_at), 'actor', p.actor, 'authority', p.authority,
    'state', case when x.plan_id is null then 'open' else 'ended' end,
    'end', case when x.plan_id is not null then json_build_object('reason', x.reason, 'at', local_time(x.ended_at), 'actor', x.actor) end,
    'samples', (select json_build_object('drawn', count(*), 'taken', count(*) filter (where t.sample_id is not null or r.sample_id is not null),
        'good', count(*) filter (where not r.is_bad), 'bad', count(*) filter (where r.is_bad))
      from sample s left join sample_take t on t.sample_id = s.id left join sample_report r on r.sample_id = s.id where s.plan_id = p.id))
  from (select) one left join sampling_plan_end x on x.plan_id = p.id
$$;

-- By which events a bad result was told of the goods: one, or none.
create function sample_event_ids(s sample, r sample_report) returns uuid[] language sql stable parallel safe as $$
  select coalesce(array_agg(e.id), '{}') from quality_event e
  where r.is_bad and e.enterprise_id = enterprise_by_number(s.merchant_code) and e.item_no = s.item_no and e.kind = 'test' and e.reference = r.report_no
$$;

create function sample_state(s sample) returns text language sql stable parallel safe as $$
  select case when exists (select from sample_report r where r.sample_id = s.id) then 'result'
    when exists (select from sample_take t where t.sample_id = s.id) then 'taken' else 'open' end
$$;

create function sample_json(s sample) returns json language sql stable parallel safe as $$
  select json_build_object('id', s.id, 'plan_id', s.plan_id, 'authority', p.authority, 'declaration_id', s.declaration_id,
    'platform_code', d.platform_code, 'order_no', d.order_no,
    'goods', json_build_object('enterprise', s.merchant_code, 'item_no', nullif(s.item_no, ''), 'hs_code', s.hs_code, 'lines', s.lines,
      'batches', (select g.batches from goods_release g where g.merchant_code = s.merchant_code and g.item_no = s.item_no
        and g.released_at = s.released_at and g.declaration_id = s.declaration_id order by g.line limit 1)),
    'released_at', local_time(s.released_at), 'drawn_at', local_time(s.drawn_at),
    'draw', json_build_object('day', (s.released_at at time zone 'Asia/Shanghai')::date, 'drawn', s.drawn, 'share_permille', p.share_permille),
    'state', sample_state(s),
    'taken', (select json_build_object('day', t.day, 'place', t.place, 'at', local_time(t.taken_at), 'actor', t.actor, 'authority', t.authority)
      from sample_take t where t.sample_id = s.id),
    'result', (select json_build_object('result', case when r.is_bad then 'bad' else 'good' end, 'laboratory', r.laboratory, 'report_no', r.report_no,
        'findings', r.findings, 'batch', r.batch, 'evidence_sha256', encode(r.evidence_sha256, 'hex'), 'at', local_time(r.reported_at), 'actor', r.actor,
        'authority', r.authority, 'events', sample_event_ids(s, r))
      from sample_report r where r.sample_id = s.id))
  from sampling_plan p
  left join lateral (select d.platform_code, d.order_no from declaration d
    where d.bucket = id_bucket(s.declaration_id) and d.id = s.declaration_id offset 0) d on true
  where p.id = s.plan_id
$$;

-- Whose it is: of a client that filed a part of the declaration, and of the merchant.
create function sample_is_of(s sample, client integer, codes text[]) returns boolean language sql stable parallel safe as $$
  select enterprise_is_of(enterprise_by_number(s.merchant_code), codes) or exists (
    select from declaration d where d.bucket = id_bucket(s.declaration_id) and d.id = s.declaration_id and client = any (d.client_ids))
$$;

-- What follows from a bad result: it is told of the goods like any failed test. Where the merchant is in no register, or its inventory has no number
-- of the goods, officers are told in a case of the declaration.
create function sample_turned_out_bad(s sample, r sample_report, event_id uuid) returns boolean language sql volatile as $$
  select case when e.id is not null and s.item_no <> '' then
      quality_event_put(row(event_id, e.id, s.item_no, r.batch, 'test', true, (r.reported_at at time zone 'Asia/Shanghai')::date, r.laboratory, r.report_no,
        coalesce(r.findings, 'sample ' || s.id), r.evidence_sha256, r.reported_at, (r.reported_at at time zone 'Asia/Shanghai')::date, r.actor,
        r.authority, r.client_id)::quality_event)
    else case_open('quality', 'declaration', s.declaration_id::text, 'sample/' || s.id, '{}', null, 'trade', null, coalesce(r.findings, r.report_no),
      array[r.authority], r.reported_at, r.actor, r.client_id) is not null end
  from (select) one left join enterprise e on e.id = enterprise_by_number(s.merchant_code)
$$;

select log_cover('sampling_plan', 'quality', 'id', 'recorded_at');
select log_cover('sampling_plan_end', 'quality', 'plan_id', 'ended_at');
select log_cover('sample', 'quality', 'id', 'drawn_at');
select log_cover('sample_take', 'quality', 'sample_id', 'taken_at');
select log_cover('sample_report', 'quality', 'sample_id', 'reported_at');
