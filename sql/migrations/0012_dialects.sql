-- Who needs what of a declaration, and how each authority is spoken to: sql/data/goods_classes.tsv and authority_fields.tsv. Dated;
-- closed and added, never edited.
create table goods_class (          -- a step of a regime may name a class: then it is there for such goods only
  goods_class text not null,
  hs          text not null check (hs ~ '^([0-9]{2}){1,5}$'),  -- how their commodity codes begin
  id          integer not null unique check (id > 1000),       -- kept in decision.rule_rows, where regimes have the numbers below
  name_zh     text not null,
  name_en     text not null,
  valid_from  date not null,
  valid_to    date,
  source      text not null,
  primary key (goods_class, hs, valid_from)
);

create table authority_field (      -- one member of what an authority is sent: why, and since when
  authority  text not null references authority,
  dialect    text not null,                       -- ceb upu forex tax json
  place      integer not null,                    -- its order in the message
  direction  text not null check (direction in ('import', 'export', '*')),
  trade_mode text not null,                       -- '*': every one
  section    text,                                -- the object that holds it; null: the message itself
  member     text not null,
  value      text not null,                       -- where it comes from: model/form.h
  presence   text not null check (presence in ('must', 'may')),
  personal   boolean not null,                    -- data of a person
  purpose    text not null,
  valid_from date not null,
  valid_to   date,
  source     text not null,
  primary key (authority, dialect, place, valid_from)
);

insert into goods_class (goods_class, hs, id, name_zh, name_en, valid_from, valid_to, source)
select f[1], f[2], f[3]::integer, f[4], f[5], f[6]::date, nullif(f[7], '')::date, f[8]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/goods_classes.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

insert into authority_field (authority, dialect, place, direction, trade_mode, section, member, value, presence, personal, purpose, valid_from,
  valid_to, source)
select f[1], f[2], f[3]::integer, f[4], f[5], nullif(f[6], ''), f[7], f[8], f[9], f[10]::boolean, f[11], f[12]::date, nullif(f[13], '')::date, f[14]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/authority_fields.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

-- Secrets stay in files: the database says where, never what.
alter table authority
  add column dialect text not null default 'json' check (dialect in ('ceb', 'upu', 'forex', 'tax', 'json')),
  add column credential text not null default 'none' check (credential in ('none', 'bearer', 'hmac')),
  add column credential_file text check (credential_file ~ '^[!#-\[\]-~]+$'),  -- its name goes into headers
  add check ((credential = 'none') = (credential_file is null));
update authority set dialect = case code when 'CUS' then 'ceb' when 'POST' then 'upu' when 'FX' then 'forex' when 'TAX' then 'tax' else 'json' end;
select nextval('rule_revision');
