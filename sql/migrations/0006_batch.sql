-- Batches that are filed after their caller was answered.
--
-- A job's lines are stored in pieces, the job itself last: a job that can be seen is whole. Pieces are filed one after the other by
-- whichever daemon holds the job's lease. A piece may be filed twice (its daemon died before it could record the results): the second
-- time its filings are repeats. Results are kept for some days; the receipts in them stand in seal for ever.

create table job (
  bucket      smallint not null,
  id          uuid not null,
  client_id   integer not null,
  created_at  timestamptz not null,
  state       text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'cancelled')),
  lines       integer not null,              -- that hold something: a result for each
  pieces      integer not null,
  base        text not null,                 -- how its results are worded: address of problem types, language
  chinese     boolean not null,
  iso         boolean not null,              -- currencies and countries came as ISO codes
  next_piece  integer not null default 0,
  done        integer not null default 0,    -- lines that have their result: good and bad ones
  good        integer not null default 0,
  bad         integer not null default 0,
  finished_at timestamptz,
  tries       smallint not null default 0,   -- of the next piece
  served_at   timestamptz not null default '-infinity', -- database's clock: whose turn it is
  lease       uuid,
  lease_until timestamptz not null default '-infinity', -- database's clock: a daemon has its next piece in hand
  primary key (bucket, id)
) with (fillfactor = 50);
create index job_open on job (created_at) where finished_at is null;
create index job_finished on job (finished_at) where finished_at is not null;
create index job_created on job (created_at, id);
create index job_client on job (client_id, created_at, id);

create table job_piece (
  bucket     smallint not null,              -- of the job
  job_id     uuid not null,
  piece      integer not null,               -- counted from 0
  first_line integer not null,               -- number of its first line in what was sent
  last_line  integer not null,               -- no later than the next piece's first
  lines      integer not null,
  body       bytea compression lz4,          -- null once it is filed: the messages stand in submission
  results    bytea compression lz4,          -- NDJSON, a line for each of its lines; null: not filed yet
  primary key (bucket, job_id, piece)
);

create function job_json(j job) returns json language sql stable parallel safe as $$
  select json_build_object(
    'id', j.id,
    'client', (select c.name from client c where c.id = j.client_id),
    'state', j.state,
    'lines', j.lines,
    'done', j.done,
    'good', j.good,
    'bad', j.bad,
    'created_at', local_time(j.created_at),
    'finished_at', local_time(j.finished_at)
  )
$$;
