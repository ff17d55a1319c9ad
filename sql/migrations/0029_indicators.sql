-- Indicators of an enterprise (E106 信用记录、经营水平、财务状况): beside the score, by a table with weights; computed for any day, never stored.
--
--   what is dated and never rewritten ──sql/queries/credit_indicators.sql──► inputs of a day ──model/indicator, rows of the day──► grades
--
-- What was counted of trade has its day in trade_day (0018_rights.sql).

create table credit_indicator (     -- dated; closed, never edited: sql/data/credit_indicators.tsv
  id integer primary key, name text not null, part text not null check (part in ('record', 'operations', 'finance')),
  weight integer not null check (weight between 1 and 1000),
  none_at integer not null, full_at integer not null check (full_at <> none_at), -- values that are graded 0 and 100
  unit text not null, title_zh text not null, title_en text not null, valid_from date not null, valid_to date, source text not null
);
insert into credit_indicator (name, id, part, weight, none_at, full_at, unit, title_zh, title_en, valid_from, valid_to, source)
select f[1], f[2]::integer, f[3], f[4]::integer, f[5]::integer, f[6]::integer, f[7], f[8], f[9], f[10]::date, nullif(f[11], '')::date, f[12]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/credit_indicators.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create index tax_message_merchant on tax_message (merchant_code, at) where kind = 'bill';
create index sample_merchant on sample (merchant_code);

-- By which codes filings named an enterprise before a day: its credit code, and the customs codes that it had registered; any other code is itself alone.
create function enterprise_codes_before(code text, day date) returns text[] language sql stable parallel safe as $$
  select coalesce((
    select array_append(v.customs_codes, enterprise_codes_before.code)
    from enterprise e cross join lateral (
      select v.customs_codes from enterprise_version v
      where v.enterprise_id = e.id and v.from_at < enterprise_codes_before.day::timestamp at time zone 'Asia/Shanghai' order by v.version desc limit 1) v
    where e.credit_code = enterprise_codes_before.code), array[enterprise_codes_before.code])
$$;

select nextval('rule_revision');
