-- How enterprises come in, and where filers poll what authorities answered.

create table client_state_change (  -- every step of an enterprise; never updated
  id         bigint generated always as identity primary key,
  client_id  integer not null references client (id),
  from_state text,                  -- null: it was made
  to_state   text not null,
  at         timestamptz not null,
  actor      text not null,         -- a client's name, or 'tongguanctl:' and the user
  reason     text
);
create index client_state_change_client on client_state_change (client_id, id);

-- Receipts are polled by the time they were stored. They come in that order: ranges of blocks are enough, and cost an insert nothing.
create index authority_receipt_stored on authority_receipt using brin (stored_at) with (pages_per_range = 512, autosummarize = on);

-- An authority's own words are for regulators, operators and whoever filed the inventory that they answer.
create function filed_inventory(filings uuid[], client integer) returns boolean language sql stable parallel safe as $$
  select exists (
    select 1 from unnest(filings) as n(id)
    cross join lateral (select kind, client_id from filing f where f.bucket = id_bucket(n.id) and f.id = n.id offset 0) f
    where f.kind = 'inventory' and f.client_id = client)
$$;

create function authority_receipt_json(a authority_receipt, d declaration, shows_info boolean) returns json
language sql stable parallel safe as $$
  select json_build_object(
    'id', a.id,
    'declaration_id', a.declaration_id,
    'platform_code', d.platform_code,
    'order_no', d.order_no,
    'direction', d.direction,
    'authority', a.authority,
    'version', a.version,
    'reference', (select v.reference from delivery v where v.bucket = a.bucket and v.declaration_id = a.declaration_id
      and v.authority = a.authority and v.version = a.version),
    'status', a.status,
    'outcome', a.outcome,
    'given_by', a.given_by,
    'said_at', local_time(a.at),
    'received_at', local_time(a.stored_at),
    'info', case when shows_info then a.info end
  )
$$;
