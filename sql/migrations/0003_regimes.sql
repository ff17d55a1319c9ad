-- Which flows a declaration needs and which authorities must clear it: sql/data/regimes.tsv. Dated; never edited.
insert into regime (id, trade_mode, direction, flows, authorities, wait_hours, bonded, valid_from, valid_to, source)
select f[1]::integer, f[2], f[3], string_to_array(f[4], ','), string_to_array(f[5], ','), f[6]::integer, f[7]::boolean,
  f[8]::date, nullif(f[9], '')::date, f[10]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/regimes.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

insert into authority (code) values ('CUS'), ('CIQ'), ('TAX'), ('FX'), ('POST'), ('POL'), ('SAMR'), ('COM'), ('NMPA'), ('ECO'), ('FIN'), ('STAT');
select nextval('rule_revision');
