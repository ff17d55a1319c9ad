-- params: 4
-- For everybody: $1 waybill number and $2 carrier (null: any), or $3 order number and $4 platform (null: any). Columns as in tracking_get.sql.
-- Where a number is that of several parcels or declarations nothing is found: the carrier or platform must be named as well.
with i as materialized (
  select tracking_link_id($2::text, $1::text) as id, 1 as n where $1::text is not null and $2::text is not null
  union all
  select p.id, count(*) over ()
  from (select p.id from tracking_parcel p where p.waybill_no = $1::text and $2::text is null limit 2) p
  union all
  select p.id, d.n
  from (select d.bucket, d.id, count(*) over () as n
    from (select * from declaration d where d.order_no = $3::text and ($4::text is null or d.platform_code = $4::text) limit 2) d) d
  cross join lateral tracking_parcels_of(d.bucket, d.id) p
)
select r.* from i cross join lateral tracking_rows(i.id) r
where i.n = 1
order by r.at, r.received_at, r.step
