-- Risk: dated rules over the trade and over what came before it, lanes (布控), what follows from them.
--
--   matched, to be declared ──trace──► risk_trace ──windows, credit──► rules of the day ──points──► lane ──action of the day──► declared, reviewed,
--   inspected or held
--
-- A decision holds the lane, the rows that hit and all that was counted, so that it can be repeated from the decision alone.

create table risk_rule (            -- dated, as all of these; closed, never edited: sql/data/risk_*.tsv
  id          integer primary key,
  rule        text not null,
  step        integer not null,     -- several limits of one rule are several rows
  node        text not null,
  class       text not null,
  mode        text not null check (mode in ('off', 'shadow', 'active')),
  blocks      boolean not null,
  points      integer not null check (points between 0 and 100),
  window_s    integer check (window_s between 1 and 7776000),
  parameters  bigint[] not null,    -- null: not used
  valid_from  date not null,
  valid_to    date,
  recorded_at timestamptz not null default now(),
  source      text not null
);
create table risk_lane (
  id integer primary key, lane text not null, least_points integer not null, action text not null check (action in ('none', 'review', 'inspect', 'hold')),
  expected_bp integer not null check (expected_bp between 0 and 10000), -- its share of what is weighed
  valid_from date not null, valid_to date, recorded_at timestamptz not null default now(), source text not null
);
create table risk_number (
  id integer primary key, name text not null, value integer not null,
  valid_from date not null, valid_to date, recorded_at timestamptz not null default now(), source text not null
);
create table risk_goods (           -- classes of goods that R-GOD-03 asks about
  id integer primary key, goods_class text not null,
  valid_from date not null, valid_to date, recorded_at timestamptz not null default now(), source text not null
);

insert into risk_rule (rule, id, step, node, class, mode, blocks, points, window_s, parameters, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::integer, f[4], f[5], f[6], f[7]::boolean, f[8]::integer, nullif(f[9], '')::integer,
  array[nullif(f[10], ''), nullif(f[11], ''), nullif(f[12], '')]::bigint[], f[13]::date, nullif(f[14], '')::date, f[15]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/risk_rules.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;
insert into risk_lane (lane, id, least_points, action, expected_bp, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::integer, f[4], f[5]::integer, f[6]::date, nullif(f[7], '')::date, f[8]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/risk_lanes.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;
insert into risk_number (name, id, value, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::integer, f[4]::date, nullif(f[5], '')::date, f[6]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/risk_numbers.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;
insert into risk_goods (goods_class, id, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3]::date, nullif(f[4], '')::date, f[5]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/risk_goods.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

-- what came before ----------------------------------------------------------------------------------------------------------------------
create table risk_trace (           -- one row a declaration, as it matched last: written with its batch, counted for those that come after
  bucket       smallint not null,
  id           uuid not null,       -- the declaration's
  opened_at    timestamptz not null,-- the declaration's, which no revision changes
  at           timestamptz not null,-- when it was paid; of exports: when the order was reported
  buyer        bigint,              -- keyed hashes, 64 bits: of persons nothing stands here in clear; null: not known
  registration bigint,              -- the buyer's account at the platform
  address      bigint,
  phone        bigint,
  account      bigint,              -- whose money it is, where that is not the buyer's own
  shop         bigint not null,     -- merchant, platform and amount
  total_fen    bigint not null,
  withdrawn    boolean not null default false,
  cleared      boolean not null default false, -- a review found that the rules were wrong about it: no lane holds it
  goods        bytea not null,      -- records of 24 bytes, big endian: goods (8), fen for a unit (8), units (4), heading (4)
  primary key (bucket, id, opened_at)
) partition by range (opened_at);
alter table risk_trace alter column goods set storage plain;
create index risk_trace_buyer on risk_trace (buyer, at) where buyer is not null;
create index risk_trace_address on risk_trace (address, at) where address is not null;
create index risk_trace_phone on risk_trace (phone, at) where phone is not null;
create index risk_trace_account on risk_trace (account, at) where account is not null;
create index risk_trace_shop on risk_trace (shop, at);
create index risk_trace_cleared on risk_trace (id) where cleared;
create table risk_trace_rest partition of risk_trace default;

create table risk_price (           -- what goods cost: learnt along the feed from what was released, never by a judgement
  goods      bigint primary key,
  released   bigint not null,       -- lines, ever
  latest     bigint[] not null,     -- the last 101 prices of one, in fen, the newest first
  median_fen bigint not null        -- of these
) with (fillfactor = 70);

create table risk_price_place (     -- one row: up to which event of the feed prices are learnt
  one boolean primary key default true check (one),
  seq bigint not null default 0
);
insert into risk_price_place default values;

-- A small step along the feed, now and then. Far behind it leaves out what is old: at a peak a sample is enough, and costs the peak nothing.
create function risk_prices_learn(most integer) returns bigint language plpgsql as $$
declare
  here bigint; upto bigint;
begin
  select seq into here from risk_price_place for update skip locked;
  if not found then
    return null;                    -- another daemon is at it
  end if;
  here := greatest(here, feed_floor() - 1, feed_watermark() - 20 * most);
  upto := least(here + most, feed_watermark());
  insert into risk_price as p (goods, released, latest, median_fen)
  select x.goods, x.released, x.latest, (select percentile_disc(0.5) within group (order by v) from unnest(x.latest) v)
  from (
    select g.goods, count(*) as released, (array_agg(g.fen order by e.seq desc))[1:101] as latest
    from feed_read(here, upto) e
    cross join lateral (select k.opened_at from declaration k where k.bucket = id_bucket(e.declaration_id) and k.id = e.declaration_id offset 0) d
    cross join lateral (
      select k.goods from risk_trace k where k.bucket = id_bucket(e.declaration_id) and k.id = e.declaration_id and k.opened_at = d.opened_at offset 0) t
    cross join lateral (
      select ('x' || encode(substring(t.goods from 24 * n + 1 for 8), 'hex'))::bit(64)::bigint as goods,
        ('x' || encode(substring(t.goods from 24 * n + 9 for 8), 'hex'))::bit(64)::bigint as fen
      from generate_series(0, length(t.goods) / 24 - 1) n) g
    where e.type = 'declaration.released'
    group by g.goods
  ) x
  on conflict (goods) do update set released = p.released + excluded.released, latest = (excluded.latest || p.latest)[1:101],
    median_fen = (select percentile_disc(0.5) within group (order by v) from unnest((excluded.latest || p.latest)[1:101]) v);
  update risk_price_place set seq = upto where seq <> upto;
  return upto;
end $$;

-- what was decided ----------------------------------------------------------------------------------------------------------------------
create index decision_lane on decision using brin (decided_at) with (pages_per_range = 512, autosummarize = on);

select nextval('rule_revision');
