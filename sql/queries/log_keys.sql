-- params: 1
-- $1 the log's name. Keys of the gateway, from their first use on, and of its witnesses; `key` as tools for signed notes take it.
select json_build_object(
  'origin', $1::text,
  'items', (select coalesce(json_agg(json_build_object('key_id', k.key_id, 'public_key', encode(k.public_key, 'hex'), 'key', k.key,
      'since', local_time(k.since), 'retired_at', local_time(k.retired_at)) order by k.since, k.key_id), '[]')
    from (select s.*, $1::text || '+' || left(encode(sha256(convert_to($1::text || E'\n', 'UTF8') || '\x01'::bytea || s.public_key), 'hex'), 8)
      || '+' || encode('\x01'::bytea || s.public_key, 'base64') as key from signing_key s) k),
  'witnesses', (select coalesce(json_agg(json_build_object('name', w.name, 'public_key', encode(w.public_key, 'hex'), 'key', w.name || '+'
      || left(encode(sha256(convert_to(w.name || E'\n', 'UTF8') || '\x04'::bytea || w.public_key), 'hex'), 8)
      || '+' || encode('\x04'::bytea || w.public_key, 'base64')) order by w.id), '[]')
    from witness w where w.disabled_at is null))
