-- How callers prove who they are.
--
-- A client has as many tokens as it needs, each with an end of its own; only hashes are kept. A token is never
-- changed but to end it earlier.

create table client_token (
  id         integer generated always as identity primary key,
  client_id  integer not null references client (id),
  sha256     bytea not null unique,
  last4      text,                                -- of the token, so that its holder knows which one it is; null: not known
  label      text,                                -- what its holder calls it
  created_at timestamptz not null,
  created_by text not null,                       -- the client itself, or who was at the operator's keyboard
  expires_at timestamptz,                         -- null: never
  revoked_at timestamptz
);
create index on client_token (client_id);

insert into client_token (client_id, sha256, created_at, created_by, expires_at)
  select id, token_sha256, created_at, 'tongguanctl', expires_at from client;
alter table client drop column token_sha256, drop column expires_at;

-- Until when a client may call: the last end of its tokens that are good.
create function client_expires_at(client integer) returns timestamptz language sql stable parallel safe as $$
  select nullif(max(coalesce(expires_at, 'infinity')), 'infinity') from client_token where client_id = client and revoked_at is null
$$;

-- what callers are shown: titles by state; alone: with its steps
create function client_json(c client, titles json, alone boolean) returns json language sql stable parallel safe as $$
  select json_joined(json_build_object(
    'name', c.name,
    'role', c.role,
    'codes', c.codes,
    'authority', c.authority,
    'state', c.state,
    'state_title', titles ->> c.state,
    'created_at', local_time(c.created_at),
    'expires_at', local_time(client_expires_at(c.id)),
    'disabled_at', local_time(c.disabled_at)
  ), case when alone then json_build_object('history', (
    select coalesce(json_agg(json_build_object(
      'from', s.from_state,
      'to', s.to_state,
      'at', local_time(s.at),
      'actor', s.actor,
      'reason', s.reason
    ) order by s.id), '[]')
    from client_state_change s where s.client_id = c.id
  )) end)
$$;

create function client_token_json(t client_token, current integer) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', t.id,
    'label', t.label,
    'last4', t.last4,
    'created_at', local_time(t.created_at),
    'expires_at', local_time(t.expires_at),
    'revoked_at', local_time(t.revoked_at),
    'is_current', t.id = current
  )
$$;

-- What a caller must bring: a token, or a certificate of the connection, or both; and whether each request is signed.
alter table client add column proof text not null default 'token'
  check (proof in ('token', 'token+signature', 'token+certificate', 'certificate', 'certificate+signature'));

create table client_key (           -- with which a client signs its requests
  client_id  integer not null references client (id),
  key_id     text not null,                       -- the first half of SHA-256 over public_key, in hex
  algorithm  text not null,                       -- base/public_key.h; never taken from the message
  public_key bytea not null,                      -- SubjectPublicKeyInfo
  label      text,
  added_at   timestamptz not null,
  added_by   text not null,
  revoked_at timestamptz,                         -- a revoked key does not come back
  primary key (client_id, key_id)
);

create function client_key_json(k client_key) returns json language sql stable parallel safe as $$
  select json_build_object(
    'key_id', k.key_id,
    'algorithm', k.algorithm,
    'label', k.label,
    'added_at', local_time(k.added_at),
    'added_by', k.added_by,
    'revoked_at', local_time(k.revoked_at)
  )
$$;

-- Signatures that were taken, so that none is taken twice. A row is forgotten after the minute until which its signature
-- was acceptable. Unlogged: after a crash of PostgreSQL what was signed in the minutes before could come again.
create unlogged table request_nonce (
  until_minute integer not null,                  -- since 1970, real time
  client_id    integer not null,
  key_id       text not null,
  nonce        text not null,
  primary key (until_minute, client_id, key_id, nonce)
);

-- Requests that came with an Idempotency-Key and did something, and what was answered. A row is written in the transaction
-- of what was done: as long as there is one, it was done, once.
create table idempotency (
  client_id    integer not null,
  route        text not null,
  key_sha256   bytea not null,
  fingerprint  bytea not null,                    -- keyed (HMAC-SHA-256), over media type, target and body
  expires_at   timestamptz not null,              -- the database's clock
  status       integer,                           -- null: the answer is being written, or was lost
  content_type text,
  location     text,
  body         bytea,
  withheld     boolean not null default false,    -- the answer showed a secret, which is not kept
  primary key (client_id, route, key_sha256)
);
create index on idempotency (expires_at);

-- How many requests a client may make in a window of time. Of the rows in force the nearest counts: the client's own, that
-- of its role, that of everybody; of these the latest. Rows are closed, never edited. Without a row there is no limit.
create table rate_limit (
  id         integer generated always as identity primary key,
  class      text not null check (class in ('filing', 'reading', 'writing')),
  client_id  integer references client (id),
  role       text check (role in ('enterprise', 'regulator', 'operator', 'authority')),
  quota      integer not null check (quota > 0),
  window_s   integer not null check (window_s between 1 and 86400),
  valid_from timestamptz not null,
  valid_to   timestamptz,
  source     text not null,
  check (client_id is null or role is null)
);

create table client_tls (           -- certificates that a client may show when it connects; it holds their keys
  client_id  integer not null references client (id),
  sha256     bytea not null check (length(sha256) = 32), -- over the DER
  subject    text not null,
  not_after  timestamptz not null,
  added_at   timestamptz not null,
  added_by   text not null,
  revoked_at timestamptz,
  primary key (client_id, sha256)
);
create unique index on client_tls (sha256) where revoked_at is null; -- it names one client
