/*
 * The statements of tracking. Documents are encrypted, so what filings tell is read, opened in C by the rows of tracking_source
 * (tracker_tell.c), and written from there; a new row needs no new program.
 *
 * Locks are taken in one order: events, parcels (sorted by bucket and id), alerts.
 */
#include "flow/tracker_priv.h"

/*
 * f: filings of these events that may tell of parcels, with the earlier revisions of those that change or take back another, whose
 * parcels are looked at anew.
 */
const struct db_stmt tracker_read = {
	.name = "tracking_read",
	.sql =
	"with w as materialized ("
	"  select x.seq, x.last, least(x.seq + $1::integer, x.last) as upto from ("
	"    select greatest(p.seq, feed_floor() - 1) as seq, feed_watermark() as last from tracking_place p) x),"
	" told as materialized ("
	"  select f.* from w cross join lateral feed_read(w.seq, w.upto) e"
	"  cross join lateral (select f.* from filing f where f.bucket = id_bucket(e.filing_id) and f.id = e.filing_id offset 0) f"
	"  where e.type = 'filing.accepted' and e.kind in (select s.kind from tracking_source s where s.parcels in ('head', 'lines'))),"
	" f as ("
	"  select t.*, t.action <> 'delete' as tells from told t"
	"  union all"
	"  select b.*, false from told t"
	"  cross join lateral (select k.filing_id from filing_key k where k.bucket = t.bucket and k.key_id = t.key_id and k.revision < t.revision offset 0) k"
	"  cross join lateral (select b.* from filing b where b.bucket = id_bucket(k.filing_id) and b.id = k.filing_id offset 0) b)"
	" select w.seq, w.upto, w.last, f.id, f.tells, f.client_id, f.received_at, s.step, s.parcels, s.status_field, s.status_value, s.at_field, f.document"
	" from w left join (f"
	"  join tracking_source s on s.kind = f.kind and s.direction = f.direction and s.parcels in ('head', 'lines')"
	"    and tracking_is_on(tracking_day(f.received_at), s.valid_from, s.valid_to)) on true",
	.param_count = TRACKER_READ_PARAMS,
};

/*
 * m: each parcel that a filing names. r: parcels of declarations that were released in these events; a limit that begins with
 * the release cannot end before due, so that most need no look until then. Nothing is written when another daemon was first.
 */
const struct db_stmt tracker_gather = {
	.name = "tracking_gather",
	.sql =
	"with w as materialized (select p.seq from tracking_place p where greatest(p.seq, feed_floor() - 1) = $1::bigint for update skip locked),"
	" e as materialized ("
	"  select e.declaration_id from w cross join lateral feed_read($1::bigint, $2::bigint) e where e.type = 'declaration.released'),"
	" m as materialized ("
	"  select x.*, tracking_link_id(x.carrier_code, x.waybill_no) as id from w"
	"  cross join unnest($3::boolean[], $4::uuid[], $5::integer[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::timestamptz[])"
	"    as x(tells, filing_id, client_id, received_at, step, carrier_code, waybill_no, at)),"
	" r as ("
	"  select p.id, p.carrier_code, p.waybill_no, (select d.released_at + min(l.limit_hours) * interval '1 hour' from tracking_step l"
	"      where l.limit_from in (select s.step from tracking_source s where s.parcels = 'release')) as due_at"
	"  from e cross join lateral (select d.bucket, d.id, d.released_at from declaration d"
	"    where d.bucket = id_bucket(e.declaration_id) and d.id = e.declaration_id offset 0) d"
	"  cross join lateral tracking_parcels_of(d.bucket, d.id) p),"
	" i as ("
	"  insert into tracking_event as t (bucket, parcel_id, step, at, received_at, client_id, filing_id)"
	"  select distinct on (id_bucket(id), id, step, at) id_bucket(id), id, step, at, received_at, client_id, filing_id from m where tells"
	"  order by id_bucket(id), id, step, at, received_at desc, filing_id desc"
	"  on conflict (bucket, parcel_id, step, at) do update set filing_id = excluded.filing_id, client_id = excluded.client_id"
	"    where t.filing_id is not null and t.filing_id <> excluded.filing_id),"
	" p as ("
	"  insert into tracking_parcel as t (bucket, id, carrier_code, waybill_no, due_at)"
	"  select id_bucket(x.id), x.id, max(x.carrier_code), max(x.waybill_no), min(x.due_at)"
	"  from (select id, carrier_code, waybill_no, '-infinity'::timestamptz as due_at from m union all select * from r) x"
	"  group by x.id order by 1, 2"
	"  on conflict (bucket, id) do update set seq = t.seq + 1, due_at = '-infinity'),"
	" u as (update tracking_place t set seq = $2::bigint from w where $2::bigint > t.seq)"
	" select seq from w",
	.param_count = TRACKER_GATHER_PARAMS,
	.flags = DB_WRITES,
};

const struct db_stmt tracker_due = {
	.name = "tracking_due",
	.sql =
	"with p as materialized (select * from tracking_parcel where due_at <= $1::timestamptz order by due_at limit $2::integer)"
	" select p.id, p.seq, f.declaration_id, f.direction, f.trade_mode, f.opened_at,"
	"   (select string_agg(a.step, ',') from tracking_alert a where a.bucket = p.bucket and a.parcel_id = p.id and a.closed_at is null),"
	"   c.step, c.at"
	" from p cross join lateral tracking_frame(p.bucket, p.id) f"
	" left join lateral (select * from tracking_chain(p.bucket, p.id) c where c.stands) c on true"
	" order by p.id",
	.param_count = TRACKER_DUE_PARAMS,
};

const struct db_stmt tracker_write = {
	.name = "tracking_write",
	.sql =
	"with w as ("
	"  update tracking_parcel p set due_at = x.due_at from unnest($1::uuid[], $2::integer[], $3::timestamptz[]) as x(id, seq, due_at)"
	"  where p.bucket = id_bucket(x.id) and p.id = x.id and p.seq = x.seq and p.due_at <= $17::timestamptz returning p.bucket, p.id),"
	" o as ("
	"  insert into tracking_alert (bucket, id, parcel_id, declaration_id, step, rule_id, due_at, opened_at)"
	"  select w.bucket, x.id, x.parcel_id, x.declaration_id, x.step, x.rule_id, x.due_at, $17::timestamptz"
	"  from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::integer[], $9::timestamptz[])"
	"    as x(id, parcel_id, declaration_id, step, rule_id, due_at) join w on w.id = x.parcel_id"
	"  on conflict (bucket, parcel_id, step) where closed_at is null do nothing returning *),"
	" c as ("
	"  update tracking_alert a set closed_at = $17::timestamptz, closed_by = x.closed_by"
	"  from unnest($10::uuid[], $11::text[], $12::text[]) as x(parcel_id, step, closed_by) join w on w.id = x.parcel_id"
	"  where a.bucket = w.bucket and a.parcel_id = w.id and a.step = x.step and a.closed_at is null returning a.declaration_id, a.step),"
	" n as materialized ("
	"  select 'tracking.missing'::text as type, o.declaration_id, o.step from o union all select 'tracking.resumed', c.declaration_id, c.step from c),"
	" s as ("
	"  insert into risk_signal (what, declaration_id, occasion, at, counts)"
	"  select 'standstill', o.declaration_id, o.id::text, o.opened_at, array[floor(extract(epoch from o.opened_at - r.at) / 3600)::bigint]"
	"  from o join tracking_step t on t.id = o.rule_id cross join lateral (select o.due_at - t.limit_hours * interval '1 hour' as at) r"
	"  where o.declaration_id is not null and t.limit_from in (select s.step from tracking_source s where s.parcels = 'release')"
	"    and not exists (select from tracking_event e where e.bucket = o.bucket and e.parcel_id = o.parcel_id and e.at > r.at)),"
	" d as ("
	"  insert into risk_signal (what, declaration_id, occasion, at, counts)"
	"  select 'delivery', x.declaration_id, x.parcel_id::text, $17::timestamptz, array[x.minutes, x.is_export::integer]"
	"  from unnest($13::uuid[], $14::uuid[], $15::bigint[], $16::boolean[]) as x(parcel_id, declaration_id, minutes, is_export)"
	"  where (x.parcel_id in (select id from w)) is true and x.minutes < risk_parameter_most('R-LOG-02', 1 + x.is_export::integer, tracking_day($17::timestamptz))),"
	" t as ("
	"  insert into change (id, made_at, types, declaration_ids, outcomes)"
	"  select $18::uuid, $17::timestamptz, array_agg(type), array_agg(declaration_id), array_agg(step) from n having count(*) > 0)"
	" select (select count(*) from o), (select count(*) from c)",
	.param_count = TRACKER_WRITE_PARAMS,
	.flags = DB_WRITES,
};
