/*
 * Migrations: the files of sql/migrations, in order, each in a transaction of its own, each once.
 *
 *   lock ─► compare what was applied (name, checksum) ─► apply the rest ─► partitions ─► analyze ─► unlock
 *
 * Only what is full by now is analyzed: of a table that was never looked at the planner assumes some rows and uses its
 * keys, of one that was seen empty it assumes none and reads it whole.
 *
 * Forward only. A file that was applied and differs now is refused: a schema of unknown shape is worse than an old one.
 */
#include "store/schema_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/sql_embedded.h"

#define LOCK_KEY "7236001" /* advisory lock of whoever migrates or makes partitions */

const struct db_stmt schema_store_health = {
	.name = "schema_store_health",
	.sql =
	"select coalesce((select max(version) from schema_migration), 0), current_setting('fsync') = 'on',"
	"   not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off',"
	"   (select value from setting where name = 'purpose')",
};

const struct db_stmt schema_store_partitions = {
	.name = "schema_store_partitions",
	.sql = "select make_partitions(date '1970-01-01' + $1::integer, 3, 1) where pg_try_advisory_xact_lock(" LOCK_KEY ")",
	.param_count = 1,
	.flags = DB_WRITES,
};

static int version_of(const struct sql_file *file)
{
	int64_t version = 0;
	struct text digits = { file->name, strspn(file->name, "0123456789") };

	bool is_numbered = text_to_i64(digits, &version) && version >= 1 && version <= 9999;

	assert(is_numbered);
	return (int)version;
}

int schema_version(void)
{
	int last = 0;

	for (const struct sql_file *file = sql_migrations; file->name != NULL; file++)
		last = version_of(file);
	return last;
}

/* --- what was applied -------------------------------------------------------------------------------------------- */

static const struct sql_file *file_of_version(int64_t version)
{
	for (const struct sql_file *file = sql_migrations; file->name != NULL; file++)
		if (version_of(file) == version)
			return file;
	return NULL;
}

static bool has_table(struct db_sync *s, bool *out, struct fault *f)
{
	const struct db_rows *r = db_sync_run(s, "select to_regclass('schema_migration') is not null", NULL, 0, f);

	if (r == NULL)
		return false;
	*out = db_get_int(r, 0, 0) != 0;
	return true;
}

/* Every row must be one of ours with the same checksum. have[v]: version v was applied. */
static bool compare_applied(struct db_sync *s, bool *have, int size, struct fault *f)
{
	const struct db_rows *r = db_sync_run(s, "select version, name, sha256 from schema_migration order by version", NULL, 0, f);

	if (r == NULL)
		return false;
	for (int row = 0; row < db_row_count(r); row++) {
		int64_t version = db_get_int(r, row, 0);
		const struct sql_file *file = file_of_version(version);
		struct text name = db_get_text(r, row, 1);

		if (version >= size || file == NULL)
			return fault_set(f, FAULT_SCHEMA, "the database's schema is of version %d (" TEXT_FMT "), this program's of %d: install a newer program",
			                 (int)version, TEXT_ARG(name), schema_version());
		if (!text_is(db_get_text(r, row, 2), file->sha256))
			return fault_set(f, FAULT_SCHEMA, "migration %s differs from the one that was applied to this database", file->name);
		have[version] = true;
	}
	return true;
}

bool schema_check(struct db_sync *s, struct fault *f)
{
	int size = schema_version() + 1, newest = 0;
	bool exists, good, *have;

	if (!has_table(s, &exists, f))
		return false;
	if (!exists)
		return fault_set(f, FAULT_SCHEMA, "the database has no schema yet, this program wants version %d: run tongguanctl migrate",
		                 schema_version());
	have = calloc((size_t)size, sizeof(*have));
	if (have == NULL)
		return fault_set(f, FAULT_SYSTEM, "no memory to compare the schema");
	good = compare_applied(s, have, size, f);
	for (int v = 1; v < size; v++)
		newest = have[v] ? v : newest;
	for (const struct sql_file *file = sql_migrations; good && file->name != NULL; file++)
		if (!have[version_of(file)])
			good = fault_set(f, FAULT_SCHEMA, "the database's schema is of version %d and lacks %s, this program's is of %d: run tongguanctl migrate",
			                 newest, file->name, schema_version());
	free(have);
	return good;
}

bool schema_purpose(struct db_sync *s, enum purpose *out, struct fault *f)
{
	const struct db_rows *r = db_sync_run(s, "select value from setting where name = 'purpose'", NULL, 0, f);

	if (r == NULL)
		return false;
	if (db_row_count(r) != 1 || !purpose_by_name(db_get_text(r, 0, 0), out))
		return fault_set(f, FAULT_SCHEMA, "table setting does not say what the database is for");
	return true;
}

/* --- applying ---------------------------------------------------------------------------------------------------- */

static bool record(struct db_sync *s, const struct sql_file *file, int64_t now_us, int64_t took_us, struct fault *f)
{
	struct arena a;
	bool good;

	arena_init(&a, 4096);
	struct db_param p[5] = { db_i32(&a, version_of(file)), db_text(text_of(file->name)), db_text(text_of(file->sha256)),
		                 db_time(&a, now_us), db_i32(&a, (int32_t)(took_us / 1000)) };
	good = db_sync_run(s, "insert into schema_migration (version, name, sha256, applied_at, ms) values ($1, $2, $3, $4, $5)", p, 5, f) != NULL;
	arena_done(&a);
	return good;
}

static bool apply(struct db_sync *s, const struct sql_file *file, int64_t now_us, struct fault *f)
{
	struct fault why = { 0 }, ignored = { 0 };
	int64_t began_us = clock_mono_us();

	if (db_sync_script(s, "begin", &why) && db_sync_script(s, file->sql, &why)
	    && record(s, file, now_us, clock_mono_us() - began_us, &why) && db_sync_script(s, "commit", &why))
		return true;
	if (!db_sync_script(s, "rollback", &ignored) && why.code == FAULT_NONE)
		why = ignored;
	return fault_set(f, why.code == FAULT_STORE_DOWN ? FAULT_STORE_DOWN : FAULT_SCHEMA, "migration %s: %.150s", file->name, why.text);
}

static bool apply_missing(struct db_sync *s, int64_t now_us, int *applied, struct fault *f)
{
	int size = schema_version() + 1;
	bool *have = calloc((size_t)size, sizeof(*have));
	bool good;

	if (have == NULL)
		return fault_set(f, FAULT_SYSTEM, "no memory to compare the schema");
	good = compare_applied(s, have, size, f);
	for (const struct sql_file *file = sql_migrations; good && file->name != NULL; file++) {
		if (have[version_of(file)])
			continue;
		good = apply(s, file, now_us, f);
		*applied += good;
	}
	free(have);
	return good;
}

/* One a transaction, as the daemon does: it may be at work. */
static bool make_partitions(struct db_sync *s, int64_t now_us, struct fault *f)
{
	const struct db_rows *made;
	struct arena a;

	arena_init(&a, 256);
	struct db_param p[1] = { db_i32(&a, clock_day(now_us)) };
	do
		made = db_sync_run(s, "select make_partitions((date '1970-01-01' + $1::integer - interval '1 month')::date, 4, 1)", p, 1, f);
	while (made != NULL && db_get_int(made, 0, 0) > 0);
	arena_done(&a);
	return made != NULL;
}

bool schema_migrate(struct db_sync *s, int64_t now_us, int *applied, struct fault *f)
{
	static const char table[] =
	"create table if not exists schema_migration ("
	"  version integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null, ms integer not null)";
	bool good;

	*applied = 0;
	if (!db_sync_script(s, "set lock_timeout = '60s'; set statement_timeout = 0; set client_min_messages = warning", f)
	    || !db_sync_script(s, "select pg_advisory_lock(" LOCK_KEY ")", f))
		return false;
	good = db_sync_script(s, table, f) && apply_missing(s, now_us, applied, f) && make_partitions(s, now_us, f)
	       && db_sync_script(s, "analyze code, regime, regime_step, authority", f);
	return db_sync_script(s, "select pg_advisory_unlock(" LOCK_KEY ")", f) && good; /* f keeps the first reason */
}
