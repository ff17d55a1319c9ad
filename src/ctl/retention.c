/* retention: which months of records are past their time; and they go, each in a transaction of its own, leaving a tombstone. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/table.h"

/* $1: now. In both commands: nobody removes by a day that has not come. */
static const struct db_rows *read_due(struct ctl *c, struct fault *f)
{
	const struct db_param now[] = { db_time(&c->arena, clock_now_us(&c->clock)) };

	return ctl_run(c, "select record, part, from_time, to_time, years, rule_id from retention_due($1::timestamptz)", now, 1, f);
}

bool retention_list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "record", "part", "from", "to", "years", "rule" };
	const struct db_rows *r = read_due(c, f);
	struct table t;

	if (r == NULL)
		return false;
	table_begin(&t, &c->arena, columns, (int)COUNTOF(columns));
	for (int row = 0; row < db_row_count(r); row++) {
		table_text(&t, db_get_text(r, row, 0));
		table_text(&t, db_get_text(r, row, 1));
		table_time(&t, r, row, 2);
		table_time(&t, r, row, 3);
		table_int(&t, db_get_int(r, row, 4));
		table_int(&t, db_get_int(r, row, 5));
	}
	return table_end(&t, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

static bool drop(struct ctl *c, struct text part, struct fault *f)
{
	const struct db_param params[] = { db_text(part), db_time(&c->arena, clock_now_us(&c->clock)), db_text(ctl_actor(c)) };
	const struct db_rows *r = ctl_run(c, "select retention_drop($1::text, $2::timestamptz, $3::text)", params, (int)COUNTOF(params), f);

	if (r == NULL)
		return false;
	(void)printf(TEXT_FMT ": %lld rows removed\n", TEXT_ARG(part), (long long)db_get_int(r, 0, 0));
	return true;
}

bool retention_run(struct ctl *c, struct fault *f)
{
	const struct db_rows *r = read_due(c, f);
	int count = r == NULL ? 0 : db_row_count(r);
	struct text *parts = arena_alloc(&c->arena, sizeof(*parts) * (size_t)(count + 1)); /* rows live until the next statement */

	if (r == NULL)
		return false;
	if (parts == NULL)
		return fault_set(f, FAULT_SYSTEM, "no memory");
	for (int i = 0; i < count; i++)
		parts[i] = text_dup(&c->arena, db_get_text(r, i, 1));
	for (int i = 0; i < count; i++)
		if (!drop(c, parts[i], f))
			return false;
	return true;
}
