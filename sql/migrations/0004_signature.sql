-- Certificates with which a client signs its messages. A row is never changed but to revoke it; a revoked certificate does not come back.
create table client_certificate (
  client_id  integer not null references client (id),
  sha256     bytea not null check (length(sha256) = 32),  -- over der: its name everywhere
  der        bytea not null,
  serial     text not null,                               -- hex, as KeyName has it
  subject    text not null,
  not_before timestamptz not null,
  not_after  timestamptz not null,
  added_at   timestamptz not null,
  revoked_at timestamptz,
  primary key (client_id, sha256)
);
