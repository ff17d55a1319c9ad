-- Real-time payment data (GACC 2018-179): asked of platforms, handed in by platforms, sent to customs. Off every hot path.

-- A serial number as it is compared: capitals, no zeros in front.
create function serial_key(serial text) returns text language sql immutable parallel safe strict as $$
  select upper(ltrim(serial, '0'))
$$;

create table platform_endpoint (      -- where a platform takes customs' question (platDataOpen)
  platform_code text primary key check (platform_code <> ''),
  url           text not null check (url ~ '^https?://'),
  changed_at    timestamptz not null
);

create table platform_certificate (   -- what a platform signs its payment data with; an old and a new one may stand side by side
  platform_code text not null,
  cert_no       text not null check (cert_no = serial_key(cert_no)), -- serial number
  der           bytea not null,
  added_at      timestamptz not null,
  primary key (platform_code, cert_no)
);

create table payment_data (           -- handed in ahead by a platform's client, for customs to ask for
  id            uuid primary key,
  platform_code text not null,
  payment_no    text not null,
  head          text not null,        -- payExchangeInfoHead and payExchangeInfoLists without white space: what will be signed
  lists         text not null,
  sha256        bytea not null,       -- over both
  client_id     integer not null references client,
  received_at   timestamptz not null,
  keep_until    timestamptz not null, -- three years at least
  unique (platform_code, sha256)
);

create table payment_data_order (     -- which of them holds an order: the newest that names it
  platform_code text not null,
  order_no      text not null,
  data_id       uuid not null references payment_data,
  primary key (order_no, platform_code)
);

create table payment_call (           -- what goes out: a question to a platform, an upload to customs
  id            uuid primary key,
  kind          text not null check (kind in ('ask', 'upload')),
  session_id    text not null,        -- ours (ask) or customs' (upload)
  platform_code text not null,
  order_no      text not null,
  data_id       uuid references payment_data, -- upload: what is sent
  state         text not null check (state in ('due', 'done', 'refused', 'dead')),
  attempts      integer not null default 0,
  next_at       timestamptz not null, -- due: the next attempt, or when the one under way counts as lost
  created_at    timestamptz not null,
  ended_at      timestamptz,
  answer_code   integer,              -- 10000, 20000 …
  reason        text,                 -- why it was refused, or the last attempt failed
  client_id     integer references client, -- ask: who asked
  unique (kind, session_id),
  check ((kind = 'upload') = (data_id is not null))
);
create index payment_call_due on payment_call (next_at) where state = 'due';

create table payment_record (         -- what platforms sent, as received; never updated
  call_id       uuid not null references payment_call,
  sha256        bytea not null,       -- over body
  body          text not null,        -- payExInfoStr
  cert_no       text not null,
  payment_no    text not null,
  received_at   timestamptz not null,
  keep_until    timestamptz not null, -- three years at least
  primary key (call_id, sha256)
);

-- A question as callers are shown it.
create function payment_query_json(c payment_call) returns json language sql stable as $$
  select json_build_object(
    'id', c.id, 'platform_code', c.platform_code, 'order_no', c.order_no, 'session_id', c.session_id,
    'state', case when exists (select from payment_record r where r.call_id = c.id) then 'answered'
      else case c.state when 'due' then 'asking' when 'done' then 'asked' when 'dead' then 'unreachable' else c.state end end,
    'asked_at', local_time(c.created_at), 'attempts', c.attempts,
    'answer_code', c.answer_code, 'reason', c.reason)
$$;
