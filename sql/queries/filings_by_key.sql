-- params: 4
-- $1 $2 business key: bucket, id; $3 caller's client id; $4 sees filings of every client
-- All revisions under one business key; found for ever, since the key outlives the filing.
select json_build_object('items', coalesce(json_agg(filing_key_json(k) order by k.revision), '[]'))
from filing_key k
where k.bucket = $1::smallint and k.key_id = $2::uuid and ($4::boolean or k.client_id = $3::integer)
