#include "store/maintenance_store.h"

const struct db_stmt maintenance_store_add = {
	.name = "maintenance_add",
	.sql =
	"with m as ("
	"  insert into maintenance (authority, begins_at, ends_at, reason, recorded_at, recorded_by)"
	"  select a.code, $2::timestamptz, $3::timestamptz, $4::text, $5::timestamptz, $6::text from authority a"
	"  where a.code = $1::text and (select count(*) from maintenance w where w.authority = a.code and w.ended_at is null"
	"    and coalesce(w.ends_at, 'infinity') > $5::timestamptz) < 16 returning *)"
	" select maintenance_json(m::maintenance) from m",
	.param_count = 6,
	.flags = DB_WRITES,
};

const struct db_stmt maintenance_store_end = {
	.name = "maintenance_end",
	.sql =
	"update maintenance m set ended_at = $3::timestamptz, ended_by = $4::text"
	" where authority = $1::text and ended_at is null and (ends_at is null or ends_at > $3::timestamptz)"
	"   and case when $2::bigint is null then begins_at <= $3::timestamptz else id = $2::bigint end"
	" returning maintenance_json(m)",
	.param_count = 4,
	.flags = DB_WRITES,
};
