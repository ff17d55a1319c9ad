/* migrate: the schema up to date, and what kind of database this is. */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/table.h"
#include "store/schema_store.h"
#include "store/sql_embedded.h"

static const char *state_of(const struct db_rows *r, const struct sql_file *file, int *row)
{
	for (*row = 0; *row < db_row_count(r); (*row)++)
		if (text_is(db_get_text(r, *row, 0), file->name))
			return text_is(db_get_text(r, *row, 1), file->sha256) ? "applied" : "differs";
	return "missing";
}

static bool show(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "migration", "state", "applied_at", "ms" };
	const struct db_rows *r = ctl_run(c, "select to_regclass('schema_migration') is not null", NULL, 0, f);
	struct table t;
	int row;

	if (r == NULL)
		return false;
	r = ctl_run(c, db_get_int(r, 0, 0) != 0 ? "select name, sha256, applied_at, ms from schema_migration order by version"
	                                        : "select null::text, null::text, null::timestamptz, null::integer where false", NULL, 0, f);
	if (r == NULL)
		return false;
	table_begin(&t, &c->arena, columns, (int)COUNTOF(columns));
	for (const struct sql_file *file = sql_migrations; file->name != NULL; file++) {
		const char *state = state_of(r, file, &row);

		table_text(&t, text_of(file->name));
		table_text(&t, text_of(state));
		if (row < db_row_count(r)) {
			table_time(&t, r, row, 2);
			table_int(&t, db_get_int(r, row, 3));
		} else {
			table_text(&t, (struct text){ NULL, 0 });
			table_text(&t, (struct text){ NULL, 0 });
		}
	}
	return table_end(&t, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

/* What a database is for is settled before its first filing: real data never become test data, nor the other way round. */
static bool set_purpose(struct ctl *c, struct fault *f)
{
	static const char update[] =
	"update setting set value = $1 where name = 'purpose' and (value = $1 or not exists (select from filing_key)) returning value";
	struct db_param p[1] = { db_text(text_of(c->purpose)) };
	const struct db_rows *r = ctl_run(c, update, p, 1, f);

	if (r == NULL)
		return false;
	return db_row_count(r) == 1 || fault_set(f, FAULT_STATE_CONFLICT, "this database holds filings already: what it is for stays as it is");
}

bool migrate_run(struct ctl *c, struct fault *f)
{
	struct db_sync *db;
	int applied;

	if (c->purpose != NULL && strcmp(c->purpose, "test") != 0 && strcmp(c->purpose, "sandbox") != 0 && strcmp(c->purpose, "production") != 0)
		return fault_set(f, FAULT_BAD_REQUEST, "--purpose is test, sandbox or production");
	if (c->status)
		return show(c, f);
	db = ctl_db(c, f);
	if (db == NULL || !schema_migrate(db, clock_now_us(&c->clock), &applied, f) || (c->purpose != NULL && !set_purpose(c, f)))
		return false;
	(void)printf("%d migrations applied; the schema is of version %d\n", applied, schema_version());
	return true;
}
