-- params: 4
-- $1 $2 filing: bucket, id; $3 caller's client id; $4 sees filings of every client
-- The receipt, and for the same in customs' form the canonical document, of which only the business keys are used.
select receipt_of(k.seal_id, k.receipt_from, k.receipt_len), f.document, f.id
from filing f
join filing_key k on k.bucket = f.bucket and k.key_id = f.key_id and k.revision = f.revision
where f.bucket = $1::smallint and f.id = $2::uuid and ($4::boolean or f.client_id = $3::integer)
