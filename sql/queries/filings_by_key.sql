-- params: 6
-- $1 bucket of the key; $2 kind; $3 direction; $4 business key; $5 caller's client id; $6 sees filings of every client
-- All revisions under one business key; found for ever, since the key outlives the filing.
select json_build_object('items', coalesce(json_agg(json_build_object(
    'id', k.filing_id,
    'kind', k.kind,
    'direction', k.direction,
    'business_key', k.business_key,
    'revision', k.revision,
    'document_sha256', encode(k.doc_sha256, 'hex'),
    'receipt', convert_from(k.receipt, 'UTF8')::json
  ) order by k.revision), '[]'))
from filing_key k
where k.bucket = $1::smallint and k.kind = $2::text and k.direction = $3::text and k.business_key = $4::text
  and ($6::boolean or k.client_id = $5::integer)
