/* status and problems: how things stand in the database; what callers may be told. */
#include "ctl/ctl.h"
#include "ctl/table.h"
#include "store/schema_store.h"

bool status_show(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "what", "which", "count", "oldest" };
	static const char select[] =
	"select 'schema', 'version', max(version)::bigint, max(applied_at) from schema_migration"
	" union all select 'purpose', value, null, null from setting where name = 'purpose'"
	" union all (select 'clients', role, count(*), null from client where disabled_at is null group by role order by role)"
	" union all (select 'declarations', state, count(*), min(opened_at) from declaration group by state order by state)"
	" union all (select 'deliveries', authority || ' ' || listed, count(*), min(created_at) from delivery where listed is not null"
	"   group by authority, listed order by authority, listed)"
	" union all select 'to judge', 'now', coalesce(sum(cardinality(declaration_ids)), 0), min(made_at) from work where not handed"
	" union all select 'to judge', 'later', count(*), min(due_at) from todo"
	" union all select 'feed', 'watermark', feed_watermark(), feed_oldest()"
	" union all select 'cases', 'open', count(*), min(c.opened_at) from case_place p join case_file c on c.id = p.case_id where p.state <> 'closed'";
	struct db_sync *db = ctl_db(c, f);
	const struct db_rows *r;
	struct table t;

	if (db == NULL || !schema_check(db, f) || (r = ctl_run(c, select, NULL, 0, f)) == NULL)
		return false;
	table_begin(&t, &c->arena, columns, (int)COUNTOF(columns));
	for (int row = 0; row < db_row_count(r); row++) {
		table_text(&t, db_get_text(r, row, 0));
		table_text(&t, db_get_text(r, row, 1));
		if (db_is_null(r, row, 2))
			table_text(&t, (struct text){ NULL, 0 });
		else
			table_int(&t, db_get_int(r, row, 2));
		table_time(&t, r, row, 3);
	}
	return table_end(&t, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool problems_list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "problem", "status", "retry", "title", "title_zh" };
	struct table t;

	table_begin(&t, &c->arena, columns, (int)COUNTOF(columns));
	for (int code = FAULT_NONE + 1; code < FAULT_CONFIG; code++) {
		table_text(&t, text_of(fault_slug((enum fault_code)code)));
		table_int(&t, fault_http_status((enum fault_code)code));
		table_text(&t, text_of(fault_may_retry((enum fault_code)code) ? "yes" : "no"));
		table_text(&t, text_of(fault_title((enum fault_code)code, false)));
		table_text(&t, text_of(fault_title((enum fault_code)code, true)));
	}
	return table_end(&t, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}
