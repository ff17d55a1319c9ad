/* deliveries: what waits for an authority or was given up, and once more. */
#include <stdio.h>
#include <string.h>

#include "ctl/rows.h"
#include "model/authority.h"
#include "store/delivery_store.h"

enum { LIST_USUAL = 100, PER_S_USUAL = 50, PER_S_MAX = 10000 };

struct range {
	bool dead;
	struct db_param authority, from, to, reason;
};

static bool read_range(struct ctl *c, struct range *g, struct fault *f)
{
	enum authority authority;

	if (c->authority == NULL || !authority_by_code(text_of(c->authority), &authority))
		return fault_set(f, FAULT_BAD_REQUEST, "--authority takes a role code, such as CUS");
	g->dead = c->state == NULL || strcmp(c->state, "dead") == 0;
	if (!g->dead && strcmp(c->state, "due") != 0)
		return fault_set(f, FAULT_BAD_REQUEST, "--state takes dead or due");
	g->authority = db_text(text_of(c->authority));
	g->from = db_time(&c->arena, 0);
	g->to = db_time(&c->arena, INT64_MAX);
	g->reason = db_text(text_of(c->reason));
	return ctl_time(c, "from", c->from, &g->from, f) && ctl_time(c, "to", c->to, &g->to, f);
}

static bool read_number(struct ctl *c, const char *option, const char *value, int most, int *out, struct fault *f)
{
	struct db_param number;
	int64_t n;

	if (value == NULL)
		return true;
	if (!ctl_number(c, option, value, &number, f) || !text_to_i64(text_of(value), &n))
		return false;
	if (n > most)
		return fault_set(f, FAULT_BAD_REQUEST, "--%s takes at most %d", option, most);
	*out = (int)n;
	return true;
}

bool deliveries_show(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "delivery", "attempts", "created_at", "due_at", "reason" };
	static const char dead[] =
	"select declaration_id || '.' || authority || '.' || version, attempts, created_at, due_at, reason from delivery"
	" where authority = $1::text and listed = 'dead' and due_at >= $2::timestamptz and due_at < $3::timestamptz"
	"   and ($4::text is null or starts_with(reason, $4::text)) order by due_at limit $5::integer";
	static const char due[] =
	"select declaration_id || '.' || authority || '.' || version, attempts, created_at, due_at, reason from delivery"
	" where authority = $1::text and listed = 'due' and due_at >= $2::timestamptz and due_at < $3::timestamptz"
	"   and ($4::text is null or starts_with(reason, $4::text)) order by due_at limit $5::integer";
	int limit = LIST_USUAL;
	struct range g;

	if (!read_range(c, &g, f) || !read_number(c, "limit", c->limit, DELIVERY_RETRY_MAX, &limit, f))
		return false;
	const struct db_param p[] = { g.authority, g.from, g.to, g.reason, db_i32(&c->arena, limit) };

	return rows_show(c, &(struct shown){ .sql = g.dead ? dead : due, .p = p, .count = COUNTOF(p), .columns = columns, .kinds = "tnzzt" }, f);
}

/* Dead ones part after part, until none is left; of due ones one part, since they stay in the range. */
bool deliveries_again(struct ctl *c, struct fault *f)
{
	int limit = DELIVERY_RETRY_MAX, per_s = PER_S_USUAL;
	int64_t retried = 0, left, now_us = clock_now_us(&c->clock);
	const struct db_rows *r;
	struct range g;

	if (!read_range(c, &g, f) || !read_number(c, "limit", c->limit, DELIVERY_RETRY_MAX, &limit, f)
	    || !read_number(c, "per-s", c->per_s, PER_S_MAX, &per_s, f))
		return false;
	do {
		int64_t count, begin_us = now_us + retried * (US_PER_S / per_s);
		const struct db_param p[] = { g.authority, g.from, g.to, g.reason, db_i32(&c->arena, limit), db_time(&c->arena, begin_us),
			                      db_i32(&c->arena, (int32_t)(US_PER_S / per_s)) };

		r = ctl_run(c, g.dead ? delivery_store_retry_dead.sql : delivery_store_retry_due.sql, p, 7, f);
		if (r == NULL)
			return false;
		count = db_get_int(r, 0, 0);
		left = db_get_int(r, 0, 1);
		retried += count;
		if (count == 0)
			break;
	} while (g.dead && c->limit == NULL && left > 0);
	(void)printf("%lld sent again, %d a second; %lld left\n", (long long)retried, per_s, (long long)left);
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}
