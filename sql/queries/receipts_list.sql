-- params: 8
-- What came for the caller's declarations, in the order it was stored, a row for each.
-- $1 caller's client id; $2 sees declarations of every client; $3 $4 time and id of the last one shown; $5 up to before this time;
-- $6 how many; $7 only customs' answers to the caller's own inventories; $8 as JSON
-- Columns: time, id, direction, JSON, customs' record (encrypted), what kind of filing it answers, the record of a ruling instead.
select a.stored_at, a.id, d.direction,
  case when $8::boolean then authority_receipt_json(a, d, $2::boolean or filed_inventory(d.filing_ids, $1::integer)) end,
  case when $7::boolean then a.body end,
  case when $7::boolean then (select delivery_asks(v) from delivery v where v.bucket = a.bucket and v.declaration_id = a.declaration_id
    and v.authority = a.authority and v.version = a.version) end,
  case when $7::boolean and a.body is null then ruling_record(a) end
from authority_receipt a
cross join lateral (
  select * from declaration d where d.bucket = a.bucket and d.id = a.declaration_id offset 0
) d
where a.stored_at >= $3::timestamptz and a.stored_at < $5::timestamptz and (a.stored_at, a.id) > ($3::timestamptz, $4::uuid)
  and ($2::boolean or $1::integer = any (d.client_ids))
  and (not $7::boolean or (a.authority = 'CUS' and ($2::boolean or filed_inventory(d.filing_ids, $1::integer))))
order by a.stored_at, a.id
limit $6::integer
