-- params: 2
-- $1 keys of filings that a dry run found good; $2 the digests of their documents, side by side with the keys
-- A row for each key that holds a filing: its place among them, from 0, and what goes to the caller.
select (k.place - 1)::integer, json_build_object(
  'id', held.filing_id,
  'revision', held.revision,
  'same_content', exists (select 1 from filing_key s
    where s.bucket = id_bucket(k.key_id) and s.key_id = k.key_id and s.doc_sha256 = k.doc_sha256))
from unnest($1::uuid[], $2::bytea[]) with ordinality k(key_id, doc_sha256, place)
cross join lateral (
  select f.filing_id, f.revision from filing_key f
  where f.bucket = id_bucket(k.key_id) and f.key_id = k.key_id order by f.revision desc limit 1
) held
