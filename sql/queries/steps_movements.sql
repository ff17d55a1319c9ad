-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client. For C (api/steps.c): what its parcels' events say of
-- the filings that tell of such events: kind, the first such event's own time, the filing that told it (null: the carrier did itself), whether the caller did.
select distinct on (s.kind) s.kind, c.at, c.filing_id, c.client_id = $3::integer
from declaration d
cross join lateral tracking_parcels_of(d.bucket, d.id) p
cross join lateral tracking_chain(id_bucket(p.id), p.id) c
join tracking_source s on s.step = c.step and s.direction = d.direction and tracking_is_on(tracking_day(c.received_at), s.valid_from, s.valid_to)
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids)) and c.stands and s.parcels in ('head', 'lines')
order by s.kind, c.at
