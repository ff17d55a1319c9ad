-- Subscriptions, to which events and receipts are pushed.
--
-- How far a subscription has come stands in push_stream, one row for each thing that it reads: everything up to there is delivered or
-- stands in push. A message that goes well leaves no row but its attempt's; one that fails is kept whole in push until it is delivered.
-- One daemon pushes at a time, the holder of push_leader. Two that both think they are it send twice and lose nothing: a stream only
-- moves ahead.

create sequence subscription_revision;  -- raised by whatever changes subscriptions: the pushing daemon reads them anew
select nextval('subscription_revision');  -- its first value would show no change

create table subscription (
  id          uuid primary key,
  client_id   integer not null references client,
  sees_all    boolean not null,         -- a regulator's or an operator's: events of every client
  url         text not null,
  description text not null default '',
  format      text not null check (format in ('events', 'receipts', 'ceb')),
  types       text[] not null default '{}',  -- of events; empty: all that the format knows
  ed25519     boolean not null default false, -- signed with the gateway's key, too
  state       text not null default 'enabled' check (state in ('enabled', 'disabled')),
  reason      text,                     -- disabled: why
  disabled_at timestamptz,
  secret      bytea not null,
  old_secret  bytea,                    -- after a rotation: signs beside the new one
  old_until   timestamptz,
  created_at  timestamptz not null,
  changed_at  timestamptz not null,
  revision    bigint not null default nextval('subscription_revision'),
  check ((state = 'disabled') = (disabled_at is not null))
);
create index subscription_client on subscription (client_id, created_at, id);
create index subscription_sees_all on subscription (id) where sees_all;
create index subscription_created on subscription (created_at, id);

create table push_stream (
  subscription_id uuid not null references subscription on delete cascade,
  source     text not null check (source in ('feed', 'answers')),
  replay     boolean not null default false,  -- a range once more, beside the live one
  at_number  bigint not null,                 -- feed: seq; answers: microseconds of stored_at since 1970
  at_id      uuid not null default '00000000-0000-0000-0000-000000000000', -- answers: id
  end_number bigint,                          -- replay: up to this one, it included
  from_time  timestamptz,                     -- replay by time: only events of these times
  to_time    timestamptz,
  primary key (subscription_id, source, replay)
) with (fillfactor = 50);

create table push (                     -- what failed and goes again, and pings; also those given up, until the subscription is enabled again
  subscription_id uuid not null,        -- no reference: what is under way may outlive its subscription by a moment
  message_id   text not null,
  content_type text not null,
  body         bytea compression lz4 not null,
  attempts     integer not null,
  next_at      timestamptz not null,    -- infinity: given up
  made_at      timestamptz not null,
  reason       text,                    -- of the last failure
  is_ping      boolean not null default false,
  primary key (subscription_id, message_id)
);
create index push_due on push (next_at);

create table push_attempt (             -- what was tried and what came of it; kept for some days
  id              bigint generated always as identity primary key,
  subscription_id uuid not null,
  message_id      text not null,
  attempt         integer not null,
  others          integer not null,     -- more messages that went well at first in the same moment, not shown one by one
  at              timestamptz not null,
  duration_ms     integer not null,
  status          integer,              -- null: no answer
  outcome         text not null check (outcome in ('delivered', 'again', 'given_up', 'gone')),
  answer          text,                 -- its first bytes
  reason          text                  -- why there was none
);
create index push_attempt_subscription on push_attempt (subscription_id, id);

create table push_leader (              -- which daemon pushes
  is_only boolean primary key default true check (is_only),
  holder  uuid,
  until   timestamptz not null default '-infinity'  -- database's clock
);
insert into push_leader default values;

-- The event as it is pushed: CloudEvents 1.0, with the time that Standard Webhooks' readers look for.
create function push_event_json(id text, source text, type text, at timestamptz, subject text, data json) returns text
language sql stable parallel safe as $$
  select json_build_object(
    'specversion', '1.0',
    'id', id,
    'source', source,
    'type', type,
    'subject', subject,
    'time', local_time(at),
    'timestamp', local_time(at),
    'datacontenttype', 'application/json',
    'data', data
  )::text
$$;

-- Which numbers of the feed belong to a time: changes carry it in their ids, whatever the order in which they were numbered (in a
-- sandbox time may be moved back). Events stand in the order of their commits, which is that of their times but for some seconds:
-- callers take a minute more at both ends, and look at each event's own time. Null: none.
create function feed_numbers_between(from_time timestamptz, to_time timestamptz, out after bigint, out upto bigint) language sql stable as $$
  with ends as (
    (select b.first_seq, b.count from change c join event_batch b on b.change_id = c.id
     where c.id >= id_floor(from_time) and c.id < id_floor(to_time) order by c.id limit 1)
    union all
    (select b.first_seq, b.count from change c join event_batch b on b.change_id = c.id
     where c.id >= id_floor(from_time) and c.id < id_floor(to_time) order by c.id desc limit 1)
  )
  select min(first_seq) - 1, max(first_seq + count - 1) from ends
$$;

-- As callers are shown it; the public key is the gateway's.
create function subscription_json(s subscription, public_key text) returns json language sql stable as $$
  select json_build_object(
    'id', s.id,
    'client', (select c.name from client c where c.id = s.client_id),
    'url', s.url,
    'description', s.description,
    'format', s.format,
    'types', s.types,
    'state', s.state,
    'reason', s.reason,
    'disabled_at', local_time(s.disabled_at),
    'created_at', local_time(s.created_at),
    'changed_at', local_time(s.changed_at),
    'ed25519', s.ed25519,
    'public_key', case when s.ed25519 then public_key end,
    'old_secret_until', case when s.old_secret is not null then local_time(s.old_until) end,
    'position', json_build_object(
      'seq', (select p.at_number from push_stream p where p.subscription_id = s.id and p.source = 'feed' and not p.replay),
      'watermark', feed_watermark(),
      'answers_until', (select local_time('epoch'::timestamptz + p.at_number * interval '1 microsecond') from push_stream p
        where p.subscription_id = s.id and p.source = 'answers' and not p.replay)),
    'replaying', exists (select from push_stream p where p.subscription_id = s.id and p.replay),
    'failed', (select count(*) from push p where p.subscription_id = s.id and not p.is_ping),
    'next_attempt_at', (select local_time(min(p.next_at)) from push p where p.subscription_id = s.id and not p.is_ping and p.next_at < 'infinity')
  )
$$;
