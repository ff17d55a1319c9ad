-- Who takes part and who may act for whom: enterprises and their history, what the business register says of them, parks, registered
-- goods, authorisations of declarants, consents for banks. Daemons hold enterprises, authorisations and the rules in memory.

create sequence right_revision;     -- raised by whatever changes enterprises or authorisations: daemons re-read these; after rule_revision, too

alter table client drop constraint client_role_check;
alter table client add constraint client_role_check check (role in ('enterprise', 'regulator', 'operator', 'authority', 'bank'));

-- enterprises --------------------------------------------------------------------------------------------------
create table enterprise (           -- one for each credit code, for all who deal with it
  id            integer generated always as identity primary key,
  credit_code   text collate "C" not null unique,
  registered_at timestamptz not null,
  registered_by text not null
);

create table enterprise_version (   -- what is registered, as of each change; never updated, the newest one counts
  enterprise_id  integer not null references enterprise (id),
  version        integer not null,
  state          text not null check (state in ('applied', 'filed', 'suspended', 'closed')),
  name           text not null,
  roles          text[] not null,                 -- platform merchant payment logistics declarant warehouse
  customs_codes  text[] not null,
  inspection_no  text,
  tax_no         text,                            -- null: the credit code
  district_code  text not null,                   -- division of the domicile, GB/T 2260
  address        text,
  representative text,                            -- masked
  representative_hash bytea,                      -- keyed, over the credit code and the name: for comparing alone
  park           text,
  from_at        timestamptz not null,            -- business time
  actor          text not null,
  reason         text,
  primary key (enterprise_id, version)
);
create index enterprise_version_park on enterprise_version (park) where park is not null;

create table enterprise_number (    -- by what an enterprise is found: the numbers of its newest version
  kind          text not null check (kind in ('credit', 'customs', 'inspection', 'tax')),
  number        text collate "C" not null,
  enterprise_id integer not null references enterprise (id),
  primary key (kind, number)
);
create index enterprise_number_number on enterprise_number (number);
create index enterprise_number_enterprise on enterprise_number (enterprise_id);

create view enterprise_now as
  select e.credit_code, e.registered_at, e.registered_by, v.*
  from enterprise e cross join lateral (
    select * from enterprise_version v where v.enterprise_id = e.id order by v.version desc limit 1) v;

create table register_comparison (  -- what the business register said, held against what was registered; never updated
  id            uuid primary key,
  enterprise_id integer not null references enterprise (id),
  version       integer not null,                 -- that it was compared with
  source        text not null,
  as_of         date not null,                    -- of the register's data
  said          json not null,                    -- masked
  differ        text[] not null,                  -- names of facts: model/enterprise.h
  compared_at   timestamptz not null,
  actor         text not null
);
create index register_comparison_enterprise on register_comparison (enterprise_id, compared_at);

create table enterprise_alert (     -- facts are frozen while one of these is open
  id            uuid primary key,
  enterprise_id integer not null references enterprise (id),
  comparison_id uuid not null references register_comparison (id),
  facts         text[] not null,
  raised_at     timestamptz not null,
  resolved_at   timestamptz,
  resolved_by   text,
  reason        text,
  check ((resolved_at is null) = (resolved_by is null) and (resolved_at is null) = (reason is null))
);
create index enterprise_alert_enterprise on enterprise_alert (enterprise_id);
create index enterprise_alert_open on enterprise_alert (raised_at, id) where resolved_at is null;

create function enterprise_frozen(enterprise integer) returns text[] language sql stable parallel safe as $$
  select coalesce(array_agg(distinct f order by f), '{}') from enterprise_alert a, unnest(a.facts) f
  where a.enterprise_id = enterprise and a.resolved_at is null
$$;

create table park (                 -- one zone, several parks; dated, closed and added, never edited
  id          integer generated always as identity primary key,
  code        text not null,
  name_zh     text not null,
  name_en     text,
  kind        text not null check (kind in ('bonded', 'export', 'express', 'post', 'innovation', 'other')),
  district_code text not null,
  valid_from  date not null,
  valid_to    date check (valid_to >= valid_from),
  recorded_at timestamptz not null,
  recorded_by text not null,
  source      text not null
);
create unique index park_open on park (code) where valid_to is null;

create function park_json(p park) returns json language sql stable parallel safe as $$
  select json_build_object('code', p.code, 'name_zh', p.name_zh, 'name_en', p.name_en, 'kind', p.kind, 'district_code', p.district_code,
    'valid_from', p.valid_from, 'valid_to', p.valid_to, 'recorded_at', local_time(p.recorded_at), 'recorded_by', p.recorded_by,
    'source', p.source)
$$;

-- What everybody may know (tier T1), what departments share (T2), and the whole record for itself, the market regulator and operators: with the
-- hundred newest versions and alerts.
create function enterprise_summary(e enterprise_now, titles json, tier integer) returns json language sql stable parallel safe as $$
  select json_joined(json_build_object(
    'credit_code', e.credit_code,
    'name', e.name,
    'roles', e.roles,
    'state', e.state,
    'state_title', titles ->> e.state
  ), case when tier >= 2 then json_build_object(
    'customs_codes', e.customs_codes,
    'district_code', e.district_code,
    'park', e.park,
    'registered_at', local_time(e.registered_at),
    'states', (
      select json_agg(json_build_object('state', s.state, 'since', local_time(s.from_at)) order by s.version)
      from (select v.version, v.state, v.from_at, lag(v.state) over (order by v.version) as before
        from enterprise_version v where v.enterprise_id = e.enterprise_id) s
      where s.state is distinct from s.before)
  ) end)
$$;

create function enterprise_version_json(v enterprise_version) returns json language sql stable parallel safe as $$
  select json_build_object('version', v.version, 'state', v.state, 'name', v.name, 'roles', v.roles, 'customs_codes', v.customs_codes,
    'inspection_no', v.inspection_no, 'tax_no', v.tax_no, 'district_code', v.district_code, 'address', v.address,
    'representative', v.representative, 'park', v.park, 'from', local_time(v.from_at), 'actor', v.actor, 'reason', v.reason)
$$;

create function enterprise_alert_json(a enterprise_alert) returns json language sql stable parallel safe as $$
  select json_build_object('id', a.id, 'facts', a.facts, 'raised_at', local_time(a.raised_at), 'resolved_at', local_time(a.resolved_at),
    'resolved_by', a.resolved_by, 'reason', a.reason, 'comparison', (
      select json_build_object('id', c.id, 'version', c.version, 'source', c.source, 'as_of', c.as_of, 'said', c.said,
        'compared_at', local_time(c.compared_at), 'actor', c.actor)
      from register_comparison c where c.id = a.comparison_id))
$$;

create function enterprise_json(e enterprise_now, titles json) returns json language sql stable parallel safe as $$
  select json_build_object(
    'credit_code', e.credit_code,
    'name', e.name,
    'roles', e.roles,
    'state', e.state,
    'state_title', titles ->> e.state,
    'version', e.version,
    'customs_codes', e.customs_codes,
    'inspection_no', e.inspection_no,
    'tax_no', coalesce(e.tax_no, e.credit_code),
    'district_code', e.district_code,
    'address', e.address,
    'representative', e.representative,
    'park', e.park,
    'registered_at', local_time(e.registered_at),
    'registered_by', e.registered_by,
    'changed_at', local_time(e.from_at),
    'frozen', enterprise_frozen(e.enterprise_id),
    'compared_at', (select local_time(max(c.compared_at)) from register_comparison c where c.enterprise_id = e.enterprise_id),
    'alerts', (select coalesce(json_agg(enterprise_alert_json(a::enterprise_alert) order by a.raised_at, a.id), '[]')
      from (select * from enterprise_alert a where a.enterprise_id = e.enterprise_id order by a.raised_at desc, a.id desc limit 100) a),
    'history', (select json_agg(enterprise_version_json(v::enterprise_version) order by v.version)
      from (select * from enterprise_version v where v.enterprise_id = e.enterprise_id order by v.version desc limit 100) v)
  )
$$;

-- Is it one of the enterprises that these codes name?
create function enterprise_is_of(enterprise integer, codes text[]) returns boolean language sql stable parallel safe as $$
  select exists (select 1 from enterprise_number n
    where n.enterprise_id = enterprise and n.kind in ('credit', 'customs') and n.number = any (codes))
$$;

-- The enterprise with that number of whatever kind; null: none.
create function enterprise_by_number(wanted text) returns integer language sql stable parallel safe as $$
  select n.enterprise_id from enterprise_number n where n.number = wanted
  order by array_position(array['credit', 'customs', 'inspection', 'tax'], n.kind) limit 1
$$;

create table scope_rule (           -- the pilot opens in phases: inside the city first (E14); dated
  id               integer primary key,
  outside_may_file boolean not null,
  district_codes   text[] not null,               -- beginnings of the divisions that are inside
  parties          text[] not null,               -- fields that name who is bound: merchant_code, platform_code …
  valid_from       date not null,
  valid_to         date,
  recorded_at      timestamptz not null default now(),
  source           text not null
);
insert into scope_rule (id, outside_may_file, district_codes, parties, valid_from, source) values
  (1, true, '{}', '{merchant_code,platform_code}', '2015-01-01',
    'decision of the house: both phases of the plans (Suzhou 2016, Hangzhou 2015) are over, all may file');

-- goods --------------------------------------------------------------------------------------------------------
create table goods_version (        -- goods that an enterprise has registered, as of each change; never updated, the newest one counts
  enterprise_id   integer not null references enterprise (id),
  item_no         text collate "C" not null,
  version         integer not null,
  withdrawn       boolean not null,
  name            text not null,
  model           text,
  hs_code         text not null,
  country_code    text not null,                  -- origin
  brand           text,
  barcode         text,
  barcode_good    boolean,                        -- its check digit; null: it is no number of GS1's form, or there is none
  unit            text not null,
  currency        text not null,
  reference_price numeric(19,5) not null check (reference_price >= 0),
  from_at         timestamptz not null,           -- business time
  actor           text not null,
  serial          integer generated always as identity,
  primary key (enterprise_id, item_no, version)
);
create index goods_version_changed on goods_version (enterprise_id, from_at, serial);

create function goods_json(g goods_version, alone boolean) returns json language sql stable parallel safe as $$
  select json_joined(json_build_object('enterprise', (select credit_code from enterprise where id = g.enterprise_id), 'item_no', g.item_no,
    'version', g.version, 'state', case when g.withdrawn then 'withdrawn' else 'filed' end, 'name', g.name, 'model', g.model,
    'hs_code', g.hs_code, 'country_code', g.country_code, 'brand', g.brand, 'barcode', g.barcode, 'barcode_good', g.barcode_good,
    'unit', g.unit, 'currency', g.currency, 'reference_price', trim_scale(g.reference_price)::text, 'from', local_time(g.from_at),
    'actor', g.actor), case when alone then json_build_object('history', (
      select json_agg(json_build_object('version', o.version, 'state', case when o.withdrawn then 'withdrawn' else 'filed' end, 'name', o.name,
        'hs_code', o.hs_code, 'reference_price', trim_scale(o.reference_price)::text, 'from', local_time(o.from_at), 'actor', o.actor)
        order by o.version)
      from (select * from goods_version o where o.enterprise_id = g.enterprise_id and o.item_no = g.item_no
        order by o.version desc limit 100) o)) end)
$$;

create table goods_rule (           -- where orders and inventories may only have registered goods (E24); dated
  id          integer primary key,
  trade_mode  text not null,                      -- '*': all modes, and orders, which name none
  direction   text not null check (direction in ('import', 'export')),
  kinds       text[] not null,
  valid_from  date not null,
  valid_to    date,
  recorded_at timestamptz not null default now(),
  source      text not null
);

-- authorisations -----------------------------------------------------------------------------------------------
create table authorisation (        -- a principal lets an agent declare for it; revoked, never edited
  id           uuid primary key,
  principal_id integer not null references enterprise (id),
  agent_id     integer not null references enterprise (id),
  kinds        text[] not null,
  trade_modes  text[] not null,                   -- {*}: all
  valid_from   date not null,
  valid_to     date,
  evidence     text,                              -- where an operator recorded it: the paper it stands on
  granted_at   timestamptz not null,
  granted_by   text not null,
  revoked_at   timestamptz,
  revoked_by   text,
  revoke_reason text,
  check (principal_id <> agent_id and valid_to >= valid_from and (revoked_at is null) = (revoked_by is null))
);
create index authorisation_principal on authorisation (principal_id);
create index authorisation_agent on authorisation (agent_id);
create index authorisation_granted on authorisation (granted_at, id);

create function authorisation_json(a authorisation, today date) returns json language sql stable parallel safe as $$
  select json_build_object('id', a.id,
    'principal', (select credit_code from enterprise where id = a.principal_id),
    'agent', (select credit_code from enterprise where id = a.agent_id),
    'kinds', a.kinds, 'trade_modes', a.trade_modes, 'valid_from', a.valid_from, 'valid_to', a.valid_to, 'evidence', a.evidence,
    'state', case when a.revoked_at is not null then 'revoked' when a.valid_to < today then 'expired'
      when a.valid_from > today then 'coming' else 'active' end,
    'granted_at', local_time(a.granted_at), 'granted_by', a.granted_by, 'revoked_at', local_time(a.revoked_at),
    'revoked_by', a.revoked_by, 'revoke_reason', a.revoke_reason)
$$;

create table authorisation_rule (   -- what a declarant files for another enterprise only under its authorisation (E25); dated
  id          integer primary key,
  kinds       text[] not null,
  valid_from  date not null,
  valid_to    date,
  recorded_at timestamptz not null default now(),
  source      text not null
);
insert into authorisation_rule (id, kinds, valid_from, source) values
  (1, '{inventory,cancellation,return}', '2016-01-01',
    'Suzhou plan 2016: parties verified and linked to brokers; Customs Law art. 10 and 11: who declares for another acts under its authority');

-- banks --------------------------------------------------------------------------------------------------------
create table consent (              -- an enterprise lets a bank read of it (E92); revoked, never edited
  id            uuid primary key,
  enterprise_id integer not null references enterprise (id),
  bank          text not null,                    -- credit code
  scope         text[] not null,                  -- trade
  purpose       text not null,
  valid_from    date not null,
  valid_to      date not null,
  given_at      timestamptz not null,
  given_by      text not null,
  revoked_at    timestamptz,
  revoked_by    text,
  check (valid_to >= valid_from and (revoked_at is null) = (revoked_by is null))
);
create index consent_enterprise on consent (enterprise_id, given_at, id);
create index consent_bank on consent (bank, given_at, id);

create function consent_json(c consent, today date) returns json language sql stable parallel safe as $$
  select json_build_object('id', c.id, 'enterprise', (select credit_code from enterprise where id = c.enterprise_id), 'bank', c.bank,
    'scope', c.scope, 'purpose', c.purpose, 'valid_from', c.valid_from, 'valid_to', c.valid_to,
    'state', case when c.revoked_at is not null then 'revoked' when c.valid_to < today then 'expired' else 'active' end,
    'given_at', local_time(c.given_at), 'given_by', c.given_by, 'revoked_at', local_time(c.revoked_at), 'revoked_by', c.revoked_by)
$$;

create table bank_read (            -- every read by a bank, and every one that was denied; never updated
  id            uuid primary key,
  enterprise_id integer not null references enterprise (id),
  consent_id    uuid references consent (id),     -- null: denied
  bank          text not null,
  client        text not null,
  scope         text not null,
  purpose       text not null,
  from_month    date not null,
  to_month      date not null,
  at            timestamptz not null,             -- business time
  trace         text not null
);
create index bank_read_enterprise on bank_read (enterprise_id, at, id);

create table trade_month (          -- what of a merchant was released in a month; follows the feed; no personal data
  merchant_code text collate "C" not null,        -- as its inventories name it
  month         date not null,                    -- first day
  direction     text not null,
  currency      text not null,                    -- of the orders; empty: there is no order
  released      bigint not null,
  value         numeric not null,                 -- of the goods, as the orders say
  primary key (merchant_code, month, direction, currency)
) with (fillfactor = 70);

create table trade_day (            -- what was counted on a day of what trade_month holds by months: a day that is over does not change
  merchant_code text collate "C" not null,
  day           date not null,
  direction     text not null,
  currency      text not null,
  released      bigint not null,
  value         numeric not null,
  primary key (merchant_code, day, direction, currency)
) with (fillfactor = 70);

create table trade_place (          -- one row: up to which event all are counted
  one boolean primary key default true check (one),
  seq bigint not null default 0
);
insert into trade_place default values;
