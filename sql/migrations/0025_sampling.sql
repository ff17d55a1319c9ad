-- Differentiated sampling (E113): how often an enterprise's goods are drawn for inspection, and how results of inspections change that.
--
--   level's rate × factor of the goods' class × factor of the enterprise's own quality control, × 2 for each step up, ÷ 2 for each step down
--
--   inspection closed, sample reported ──risk_feedback(), sample_feedback()──► risk_step of (merchant, class of goods): bad: a step up for a while; many good in a row: a step down
--
-- While inspectors have more than they can do in an hour (risk_number inspections_an_hour) the draw takes the least share only.

create table risk_factor (          -- dated, as all of these: sql/data/risk_factors.tsv
  id integer primary key, what text not null check (what in ('goods_class', 'ability')), value text not null,
  permille integer not null check (permille between 0 and 100000),
  valid_from date not null, valid_to date, recorded_at timestamptz not null default now(), source text not null
);
insert into risk_factor (what, value, id, permille, valid_from, valid_to, source)
select f[1], f[2], f[3]::integer, f[4]::integer, f[5]::date, nullif(f[6], '')::date, f[7]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/risk_factors.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create table risk_step (            -- where feedback stands; what led to it stands in the inspections and samples
  code        text not null,        -- the merchant
  goods_class text not null,        -- '': goods of no class
  steps       integer not null,
  raised_to   date,                 -- of steps up: the last day that they hold on; null: no inspection was bad yet
  clean       integer not null,     -- good ones in a row
  changed_at  timestamptz not null,
  primary key (code, goods_class)
);

alter table inspection add fed boolean not null default false; -- its result has been counted in risk_step
create index inspection_opened on inspection using brin (opened_at) with (pages_per_range = 512, autosummarize = on);
create index inspection_not_fed on inspection (closed_at) where result <> 'open' and not fed;

-- How many inspections rules and draw have asked for within an hour.
create index decision_inspects on decision (decided_at) where position('"action":"inspect"'::bytea in risk) > 0;

create function risk_step_on(s risk_step, today date) returns integer language sql immutable parallel safe as $$
  select case when s.steps > 0 and s.raised_to < today then 0 else s.steps end
$$;

-- PL/pgSQL where a statement of its own is run for each result: its plan is kept, that of an SQL function is made anew at each call.
create function risk_number_on(of text, today date) returns integer language plpgsql stable parallel safe as $$
begin
  return (select value from risk_number where name = of and valid_from <= today and (valid_to is null or valid_to >= today) order by id desc limit 1);
end $$;

-- One result. A bad one that comes while steps down hold takes one of them away; the row of steps up lasts from the last bad one.
create function risk_step_take(of_code text, of_class text, is_bad boolean, today date, at timestamptz) returns void language plpgsql as $$
begin
  insert into risk_step as s (code, goods_class, steps, raised_to, clean, changed_at)
  values (of_code, of_class, is_bad::integer, case when is_bad then today + risk_number_on('feedback_days', today) - 1 end, (not is_bad)::integer, at)
  on conflict (code, goods_class) do update set
    steps = case when is_bad then least(risk_step_on(s, today) + 1, risk_number_on('feedback_steps', today))
      when s.clean + 1 >= risk_number_on('feedback_clean', today) then greatest(risk_step_on(s, today) - 1, -risk_number_on('feedback_steps', today))
      else risk_step_on(s, today) end,
    raised_to = case when is_bad then excluded.raised_to else s.raised_to end,
    clean = case when is_bad or s.clean + 1 >= risk_number_on('feedback_clean', today) then 0 else s.clean + 1 end,
    changed_at = at;
end $$;

-- Results that are not counted yet, in the order of their endings; answers how many. What was weighed says whose goods they were.
create function risk_feedback(most integer, today date, at timestamptz) returns integer language plpgsql as $$
declare
  i record; counted integer := 0;
begin
  if not pg_try_advisory_xact_lock(7236025) then
    return 0;                       -- another daemon is at it
  end if;
  for i in
    select n.bucket, n.declaration_id, n.version, n.result = 'bad' as is_bad, w.risk
    from (select * from inspection where result <> 'open' and not fed order by closed_at, declaration_id limit most for update skip locked) n
    left join lateral (
      select convert_from(d.risk, 'UTF8')::json as risk from decision d
      where d.bucket = n.bucket and d.declaration_id = n.declaration_id and d.lane is not null and d.version = n.version
      order by d.seq desc limit 1) w on true
    order by n.closed_at, n.declaration_id
  loop
    perform risk_step_take(i.risk ->> 'merchant', c.class, i.is_bad, today, at)
      from json_array_elements_text(i.risk -> 'classes') as c(class) where i.risk ->> 'merchant' is not null order by c.class;
    update inspection set fed = true where bucket = i.bucket and declaration_id = i.declaration_id and version = i.version;
    counted := counted + 1;
  end loop;
  return counted;
end $$;
