-- params: 4
-- $1 a parcel, or null; $2 else a declaration, of whose parcels; $3 caller's client id; $4 sees parcels of every client. For C
-- (api/tracking_chain.c): a row for each event of a parcel, in the order of their own times. Who has a part in the waybill or the declaration
-- sees it, and whose waybill it is.
select r.* from (
  select $1::uuid where $1::uuid is not null
  union
  select p.id from tracking_parcels_of(id_bucket($2::uuid), $2::uuid) p where $1::uuid is null
) i(id)
cross join lateral tracking_rows(i.id) r
where $4::boolean or $3::integer = any (r.client_ids) or r.carrier_code = any ((select c.codes from client c where c.id = $3::integer)::text[])
order by r.parcel_id, r.at, r.received_at, r.step
