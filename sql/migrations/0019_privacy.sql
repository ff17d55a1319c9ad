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
