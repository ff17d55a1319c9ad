/* authority maintenance: windows in which an authority is left alone on purpose. */
#include "store/maintenance_store.h"

#include <stdio.h>
#include <string.h>

#include "ctl/rows.h"
#include "model/authority.h"

static bool list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "window", "from", "until", "ended_at", "recorded_by", "reason" };
	static const char select[] =
	"select id, begins_at, ends_at, ended_at, recorded_by, reason from maintenance where authority = $1 order by begins_at desc, id desc limit 100";
	const struct db_param p[] = { db_text(text_of(c->arguments[0])) };

	return rows_show(c, &(struct shown){ .sql = select, .p = p, .count = 1, .columns = columns, .kinds = "nzzztt" }, f);
}

static bool show(struct ctl *c, const struct db_rows *r, struct fault *f)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct text one = db_get_text(r, row, 0);

		(void)printf(TEXT_FMT "\n", TEXT_ARG(one));
	}
	if (fflush(stdout) != 0)
		return fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
	return ctl_rules_moved(c, f);
}

static bool add(struct ctl *c, struct fault *f)
{
	int64_t now_us = clock_now_us(&c->clock);
	struct db_param p[6] = { db_text(text_of(c->arguments[0])), db_time(&c->arena, now_us), db_null(), db_text(text_of(c->reason)),
		                 db_time(&c->arena, now_us), db_text(ctl_actor(c)) };
	const struct db_rows *r;

	if (strlen(c->reason) == 0 || strlen(c->reason) > MAINTENANCE_REASON_MAX)
		return fault_set(f, FAULT_BAD_REQUEST, "--reason takes up to %d bytes: everybody reads it", MAINTENANCE_REASON_MAX);
	if (!ctl_time(c, "from", c->from, &p[1], f) || !ctl_time(c, "until", c->until, &p[2], f))
		return false;
	r = ctl_run(c, maintenance_store_add.sql, p, 6, f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "it has sixteen windows that are not over: close one first");
	return show(c, r, f);
}

static bool end(struct ctl *c, struct fault *f)
{
	struct db_param p[4] = { db_text(text_of(c->arguments[0])), db_null(), db_time(&c->arena, clock_now_us(&c->clock)), db_text(ctl_actor(c)) };
	const struct db_rows *r;
	int64_t window;

	if (c->window != NULL && (!text_to_i64(text_of(c->window), &window) || window < 1))
		return fault_set(f, FAULT_BAD_REQUEST, "--window takes the number of a window");
	if (c->window != NULL)
		p[1] = db_i64(&c->arena, window);
	r = ctl_run(c, maintenance_store_end.sql, p, 4, f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "no such window is open");
	return show(c, r, f);
}

bool authority_maintenance(struct ctl *c, struct fault *f)
{
	enum authority authority;

	if (!authority_by_code(text_of(c->arguments[0]), &authority))
		return fault_set(f, FAULT_NOT_FOUND, "there is no authority %.20s", c->arguments[0]);
	if (c->end && (c->reason != NULL || c->from != NULL || c->until != NULL))
		return fault_set(f, FAULT_BAD_REQUEST, "--end goes with --window at most");
	if (c->end)
		return end(c, f);
	if (c->reason != NULL)
		return add(c, f);
	if (c->from != NULL || c->until != NULL || c->window != NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "a window needs --reason");
	return list(c, f);
}
