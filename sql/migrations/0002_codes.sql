-- Code lists of the standard: sql/data/codes.tsv, which embed.sh puts in the place of the line that names it. A list that
-- changes after a release gets a migration of its own with the same statement and "on conflict (list, code, valid_from)
-- do update set valid_to = excluded.valid_to where code.valid_to is null": rows are added and closed, never edited.
insert into code (list, code, name_zh, name_en, iso, valid_from, valid_to, source)
select f[1], f[2], f[3], nullif(f[4], ''), nullif(f[5], ''), f[6]::date, nullif(f[7], '')::date, f[8]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/codes.tsv
$data$, E'\n') as line
  where line like E'%\t%'  -- the others are comments
) as rows;
