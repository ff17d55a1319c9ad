#include "store/tracking_store.h"

enum { RULE_ROW_ID, RULE_ROW_MODE, RULE_ROW_DIRECTION, RULE_ROW_STEP, RULE_ROW_NEEDS, RULE_ROW_REQUIRED, RULE_ROW_LIMIT_FROM, RULE_ROW_LIMIT_HOURS,
       RULE_ROW_ZH, RULE_ROW_EN, RULE_ROW_FROM, RULE_ROW_TO, RULE_ROW_SOURCE };
const struct db_stmt tracking_store_rules = {
	.name = "tracking_rules",
	.sql =
	"select id, trade_mode, direction, step, array_to_string(needs, ','), required, limit_from, limit_hours, name_zh, name_en,"
	"  valid_from - date '1970-01-01', coalesce(valid_to - date '1970-01-01', 2147483647), source"
	" from tracking_step order by place, id",
};

const struct tracking_rule *tracking_store_read_rules(struct arena *a, const struct db_rows *rows, int *count)
{
	struct tracking_rule *rules = arena_zalloc(a, sizeof(*rules) * (size_t)(db_row_count(rows) + 1));

	*count = db_row_count(rows);
	for (int row = 0; rules != NULL && row < *count; row++) {
		rules[row] = (struct tracking_rule){
			.id = (int32_t)db_get_int(rows, row, RULE_ROW_ID),
			.trade_mode = db_get_text(rows, row, RULE_ROW_MODE),
			.step = db_get_text(rows, row, RULE_ROW_STEP),
			.needs = db_get_text(rows, row, RULE_ROW_NEEDS),
			.required = db_get_int(rows, row, RULE_ROW_REQUIRED) != 0,
			.limit_from = db_get_text(rows, row, RULE_ROW_LIMIT_FROM),
			.limit_hours = (int)db_get_int(rows, row, RULE_ROW_LIMIT_HOURS),
			.name_zh = db_get_text(rows, row, RULE_ROW_ZH),
			.name_en = db_get_text(rows, row, RULE_ROW_EN),
			.valid_from = (int32_t)db_get_int(rows, row, RULE_ROW_FROM),
			.valid_to = (int32_t)db_get_int(rows, row, RULE_ROW_TO),
			.source = db_get_text(rows, row, RULE_ROW_SOURCE),
		};
		if (!direction_by_name(db_get_text(rows, row, RULE_ROW_DIRECTION), &rules[row].direction))
			return NULL;
	}
	return rules;
}

/* What a filing told and a carrier tells too is the carrier's from then on: it stays when the filing is taken back. */
const struct db_stmt tracking_store_put = {
	.name = "tracking_put",
	.sql =
	"with x as materialized ("
	"  select g.*, tracking_link_id(g.carrier_code, g.waybill_no) as id,"
	"    exists (select from tracking_step s where s.step = g.step and s.told and tracking_is_on(tracking_day($7::timestamptz), s.valid_from, s.valid_to))"
	"      as known"
	"  from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[]) with ordinality"
	"    as g(carrier_code, waybill_no, step, at, place, n)),"
	" y as materialized ("
	"  select x.*, row_number() over (partition by x.id, x.step, x.at order by x.n) = 1"
	"    and (select 1 from tracking_event e where e.bucket = id_bucket(x.id) and e.parcel_id = x.id and e.step = x.step and e.at = x.at) is null as is_new,"
	"    (select count(*) from tracking_event e where e.bucket = id_bucket(x.id) and e.parcel_id = x.id) >= $8::integer as is_full"
	"  from x),"
	" i as ("
	"  insert into tracking_event as e (bucket, parcel_id, step, at, place, received_at, client_id)"
	"  select distinct on (id_bucket(id), id, step, at) id_bucket(id), id, step, at, place, $7::timestamptz, $6::integer from y"
	"  where not exists (select from y z where not z.known or (z.is_full and z.is_new)) order by id_bucket(id), id, step, at, n"
	"  on conflict (bucket, parcel_id, step, at) do update set filing_id = null, client_id = excluded.client_id, received_at = excluded.received_at,"
	"    place = coalesce(excluded.place, e.place) where e.filing_id is not null"
	"  returning parcel_id),"
	" p as ("
	"  insert into tracking_parcel as p (bucket, id, carrier_code, waybill_no, due_at)"
	"  select distinct id_bucket(y.id), y.id, y.carrier_code, y.waybill_no, '-infinity'::timestamptz from y where y.id in (select parcel_id from i)"
	"  order by 1, 2"
	"  on conflict (bucket, id) do update set seq = p.seq + 1, due_at = excluded.due_at)"
	" select known, is_new, is_full and is_new, (select string_agg(distinct s.step, ' ') from tracking_step s where s.told) from y order by n",
	.param_count = TRACKING_PUT_PARAMS,
	.flags = DB_WRITES,
};
