-- params: 3
-- $1 SHA-256 of the message in hex; $2 caller's client id; $3 sees filings of every client
-- The filings of a message as it was sent; nodes that were repeats of earlier filings are found under their keys.
-- Its index holds the digest's first eight bytes.
select json_build_object('items', coalesce(json_agg(filing_key_json(k) order by f.received_at, f.submission_id, f.node), '[]'))
from filing f
join filing_key k on k.bucket = f.bucket and k.key_id = f.key_id and k.revision = f.revision
where f.message_tag = ('x' || left($1::text, 16))::bit(64)::bigint and f.message_sha256 = decode($1::text, 'hex')
  and ($3::boolean or f.client_id = $2::integer)
