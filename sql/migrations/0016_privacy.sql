-- Personal data at rest: what may hold them is encrypted by the daemon (base/vault.h, docs/PRIVACY.md), under data keys that are wrapped by
-- the key-encryption key, which stays in a file. There is no database to carry over yet: what was stored openly before is not read any more.

create table data_key (
  number  integer primary key,                    -- YYYYMM and two digits: encrypts from that month on
  wrapped bytea not null check (octet_length(wrapped) = 60), -- nonce, encrypted key, tag
  kek     text not null check (kek ~ '^[0-9a-f]{16}$'),      -- by which key-encryption key
  made_at timestamptz not null default now()      -- database's clock
);

-- Encrypted bytes do not shrink: PostgreSQL shall not try. (Parents hand this to partitions made later.)
alter table submission alter column body set storage external;
alter table filing alter column document set storage external;
alter table delivery_document alter column body set storage external;
alter table authority_receipt alter column body set storage external;
alter table authority_receipt alter column body drop not null; -- null: a ruling; what it says stands in the other columns
alter table push alter column body set storage external;
alter table job_piece alter column body set storage external, alter column results set storage external;
alter table job_piece add column results_len integer;   -- of the results before they were encrypted

-- Payment data in one piece: "head" and "lists", as they will be signed, with a NUL between.
alter table payment_data drop column head, drop column lists, add column body bytea not null;
alter table payment_data alter column body set storage external;
alter table payment_record drop column body, add column body bytea not null;
alter table payment_record alter column body set storage external;

-- A regulator's decision in the form in which its authority would have sent it.
create function ruling_record(a authority_receipt) returns text language sql stable parallel safe as $$
  select (case when a.authority = 'CUS' then json_build_object('preNo', (select v.reference from delivery v where v.bucket = a.bucket
        and v.declaration_id = a.declaration_id and v.authority = a.authority and v.version = a.version), 'returnStatus', a.status,
      'returnTime', to_char(a.at at time zone 'Asia/Shanghai', 'YYYYMMDDHH24MISSMS'), 'returnInfo', a.info)
    else json_build_object('declaration_id', a.declaration_id, 'version', a.version, 'status', a.status, 'at', local_time(a.at), 'info', a.info) end
  )::text
$$;

-- Who sees which data of a person, in which form, and why; dated: closed and added, never edited. What no row allows is not shown.
create table data_policy (
  role       text not null check (role in ('regulator', 'operator')),
  authority  text not null,                       -- of the regulator; '*': every one that has no row of its own
  field      text not null,                       -- of the data standard; '*': every one that has no row of its own
  privileged boolean not null,                    -- only by the privileged form of a read: a purpose is stated, and the read is logged
  form       text not null check (form in ('full', 'masked', 'hash', 'absent')),
  purpose    text not null,
  valid_from date not null,
  valid_to   date,
  source     text not null,
  primary key (role, authority, field, privileged, valid_from),
  check (privileged or form <> 'full')            -- in full never unlogged
);
insert into data_policy (role, authority, field, privileged, form, purpose, valid_from, valid_to, source)
select f[1], f[2], f[3], f[4]::boolean, f[5], f[6], f[7]::date, nullif(f[8], '')::date, f[9]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/data_policy.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create table access_purpose (       -- the words by which a privileged read states why; dated
  word       text not null check (word ~ '^[a-z-]{1,32}$'),
  name_zh    text not null,
  name_en    text not null,
  valid_from date not null,
  valid_to   date,
  source     text not null,
  primary key (word, valid_from)
);
insert into access_purpose (word, name_zh, name_en, valid_from, valid_to, source)
select f[1], f[2], f[3], f[4]::date, nullif(f[5], '')::date, f[6]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/access_purposes.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create table access_log (           -- privileged reads; committed before the first byte is sent
  id        uuid not null,
  at        timestamptz not null,   -- business time
  client_id integer not null,       -- who
  role      text not null,
  authority text,
  route     text not null,          -- its name in /openapi.json
  record    text not null,          -- what the path names
  owners    integer[] not null,     -- clients whose data it is
  fields    text[] not null,        -- shown in full
  purpose   text not null,
  trace     text not null,
  primary key (id)
) partition by range (id);
create index access_log_owners on access_log using gin (owners);
create table access_log_rest partition of access_log default;

create function keep_as_written() returns trigger language plpgsql as $$
begin
  raise exception '% is never changed: %', tg_table_name, tg_op;
end $$;
create trigger access_log_kept before update or delete on access_log for each row execute function keep_as_written();

create function access_json(l access_log, own boolean) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', l.id,
    'at', local_time(l.at),
    'client', case when not own then (select c.name from client c where c.id = l.client_id) end,
    'role', l.role,
    'authority', l.authority,
    'route', l.route,
    'record', l.record,
    'fields', l.fields,
    'purpose', l.purpose,
    'trace_id', case when not own then l.trace end
  )
$$;

-- What was sent lies in months as well: its retention is a DROP.
drop table delivery_document;
create table delivery_document (    -- the documents of one batch of judgements side by side, encrypted; never updated
  bucket     smallint not null,
  id         uuid not null,
  created_at timestamptz not null,
  body       bytea not null,
  primary key (bucket, id)
) partition by range (id);
alter table delivery_document alter column body set storage external;
create table delivery_document_rest partition of delivery_document default;

-- How long records are kept; dated. Months of partitioned tables go whole, so the longest period of what lies in them counts.
create table retention_rule (
  id         integer primary key,
  record     text not null,                       -- table
  years      integer not null check (years > 0),  -- after the end of the month
  valid_from date not null,
  valid_to   date,
  source     text not null
);
insert into retention_rule (id, record, years, valid_from, valid_to, source)
select f[1]::integer, f[2], f[3]::integer, f[4]::date, nullif(f[5], '')::date, f[6]
from (
  select string_to_array(line, E'\t') as f
  from string_to_table($data$
@sql/data/retention_rules.tsv
$data$, E'\n') as line
  where line like E'%\t%'
) as rows;

create table tombstone (            -- what was removed; never updated. filing_key and seal stay, so that what was filed is never taken for new
  record    text not null,
  from_time timestamptz not null,   -- the month
  to_time   timestamptz not null,
  rows      bigint not null,
  digest    bytea not null,         -- SHA-256 over the digests of the buckets in order, each over its ids in order
  rule_id   integer not null,
  at        timestamptz not null,
  actor     text not null,
  primary key (record, from_time)
);
create trigger tombstone_kept before update or delete on tombstone for each row execute function keep_as_written();

-- Months that are past their time: of each partitioned table that has a rule on that day.
create function retention_due(at timestamptz)
returns table (record text, part text, from_time timestamptz, to_time timestamptz, rule_id integer, years integer) language sql stable as $$
  select p.relname::text, c.relname::text, m.begins, m.ends, r.id, r.years
  from pg_inherits i
  join pg_class p on p.oid = i.inhparent and p.relnamespace = current_schema()::regnamespace
  join pg_class c on c.oid = i.inhrelid and c.relname ~ '_[0-9]{6}$'
  cross join lateral (
    select to_date(right(c.relname, 6), 'YYYYMM')::timestamp at time zone 'Asia/Shanghai' as begins,
      (to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month') at time zone 'Asia/Shanghai' as ends) m
  join retention_rule r on r.record = p.relname and r.valid_from <= at::date and (r.valid_to is null or r.valid_to >= at::date)
  where m.ends + make_interval(years => r.years) <= at
  order by 1, 3
$$;

-- One month goes: counted, digested, its tombstone written, dropped. No row: it is not due (any more).
create function retention_drop(the_part text, at timestamptz, actor text) returns bigint language plpgsql as $$
declare
  due record; counted bigint; digest bytea; id_of text;
begin
  select * into due from retention_due(at) d where d.part = the_part;
  if not found then
    return null;
  end if;
  execute format('lock table %I in share mode', due.part); -- readers go on; one that waited for it would hold what the drop waits for
  id_of := case when exists (select from pg_attribute a where a.attrelid = due.part::regclass and a.attname = 'bucket') then 'bucket' else '0::smallint' end;
  execute format('select coalesce(sum(n), 0), sha256(coalesce(string_agg(h, '''' order by b), '''')) from'
    ' (select %s as b, count(*) as n, sha256(string_agg(uuid_send(id), '''' order by id)) as h from %I group by 1) x', id_of, due.part)
    into counted, digest;
  insert into tombstone values (due.record, due.from_time, due.to_time, counted, digest, due.rule_id, at, actor);
  if due.record = 'change' then
    perform feed_forget((due.from_time at time zone 'Asia/Shanghai')::date);
  else
    execute format('drop table %I', due.part);
  end if;
  return counted;
end $$;
