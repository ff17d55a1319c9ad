-- Which flows a declaration needs, which authorities must clear it, and who does what in which order: sql/data/regimes.tsv and
-- regime_steps.tsv. Dated; closed and added, never edited.
create table regime_step (          -- the one place that says what a regime asks for
  regime_id   integer not null references regime,
  step        integer not null check (step between 1 and 31),
  phase       text not null check (phase in ('match', 'clear', 'follow')),
  kind        text,                               -- of filing
  authority   text,                               -- role code
  responsible text[] not null,                    -- roles: platform merchant payment_company carrier declarant place_operator authority …
  needs       integer[] not null,                 -- steps before it
  required    boolean not null,
  goods       text,                               -- a class of table goods_class: only for declarations with such goods
  valid_from  date not null,
  valid_to    date,
  source      text not null,
  primary key (regime_id, step, valid_from),
  check ((kind is null) <> (authority is null))
);

insert into regime (id, trade_mode, direction, wait_hours, bonded, valid_from, valid_to, source)
select f[1]::integer, f[2], f[3], f[4]::integer, f[5]::boolean, f[6]::date, nullif(f[7], '')::date, f[8]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/regimes.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

insert into regime_step (regime_id, step, phase, kind, authority, responsible, needs, required, goods, valid_from, valid_to, source)
select f[1]::integer, f[2]::integer, f[3], nullif(f[4], ''), nullif(f[5], ''), string_to_array(f[6], ','),
  string_to_array(f[7], ',')::integer[], f[8]::boolean, nullif(f[9], ''), f[10]::date, nullif(f[11], '')::date, f[12]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/regime_steps.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

insert into authority (code) values ('CUS'), ('CIQ'), ('TAX'), ('FX'), ('POST'), ('POL'), ('SAMR'), ('COM'), ('NMPA'), ('ECO'), ('FIN'), ('STAT');
select nextval('rule_revision');
