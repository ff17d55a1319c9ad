/* client promote, history, report: how an enterprise comes in. */
#include <stdio.h>

#include "ctl/rows.h"
#include "model/onboarding.h"
#include "store/client_store.h"
#include "store/query.h"

static bool read_state(struct ctl *c, struct text name, enum client_state *out, struct fault *f)
{
	struct db_param p[1] = { db_text(name) };
	const struct db_rows *r = ctl_run(c, "select state from client where name = $1", p, 1, f);

	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_NOT_FOUND, "there is no client of that name");
	if (!client_state_by_name(db_get_text(r, 0, 0), out))
		return fault_set(f, FAULT_STATE_CONFLICT, "only enterprises have a state");
	return true;
}

static bool choose(const struct ctl *c, enum client_state from, enum client_state *to, struct fault *f)
{
	if (c->to == NULL && from == CLIENT_LIVE)
		return fault_set(f, FAULT_STATE_CONFLICT, "the client is live: there is no next state; --to names an earlier one");
	*to = c->to == NULL ? from + 1 : from;
	if (c->to != NULL && !client_state_by_name(text_of(c->to), to))
		return fault_set(f, FAULT_BAD_REQUEST, "--to is applied, tested, approved or live");
	if (c->reason != NULL && strlen(c->reason) > CLIENT_REASON_BYTES_MAX)
		return fault_set(f, FAULT_BAD_REQUEST, "--reason has up to %d bytes", CLIENT_REASON_BYTES_MAX);
	return client_state_may_move(from, *to, text_of(c->reason), f);
}

bool client_promote(struct ctl *c, struct fault *f)
{
	struct text name = text_of(ctl_client_name(c));
	enum client_state from, to;

	if (name.at == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "which client?");
	if (!read_state(c, name, &from, f) || !choose(c, from, &to, f))
		return false;
	struct db_param p[6] = { db_text(name), db_text(text_of(client_state_name(to))), db_text(text_of(client_state_name(from))),
		                 db_time(&c->arena, clock_now_us(&c->clock)), db_text(ctl_actor(c)), db_text(text_of(c->reason)) };
	const struct change move = { client_store_move.sql, p, COUNTOF(p), { FAULT_STATE_CONFLICT, "somebody else moved the client just now: look at it again" } };

	return rows_change_held(c, &move, f) && rows_say(client_state_name(to), f);
}

bool client_history(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "at", "from", "to", "actor", "reason" };
	static const char select[] =
	"select s.at, s.from_state, s.to_state, s.actor, s.reason from client_state_change s join client c on c.id = s.client_id where c.name = $1 order by s.id";
	struct text name = text_of(ctl_client_name(c));
	const struct db_param p[1] = { db_text(name) };
	enum client_state now;

	if (name.at == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "which client?");
	return read_state(c, name, &now, f) && rows_show(c, &(struct shown){ .sql = select, .p = p, .count = 1, .columns = columns, .kinds = "ztttt" }, f);
}

/* JSON always: it is kept as the evidence for the step to tested. */
bool client_report(struct ctl *c, struct fault *f)
{
	struct text name = text_of(ctl_client_name(c));
	struct db_param ask[1] = { db_text(name) };
	const struct db_rows *r;
	enum client_state state;
	struct buf messages;

	if (name.at == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "which client?");
	if (!read_state(c, name, &state, f))
		return false;
	r = ctl_run(c, "select c.id, s.value from client c, setting s where c.name = $1 and s.name = 'purpose'", ask, 1, f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0 || text_is(db_get_text(r, 0, 1), purpose_name(PURPOSE_PRODUCTION)))
		return fault_set(f, FAULT_STATE_CONFLICT, "a report is made in the sandbox's database; this one is production's");
	buf_init(&messages, &c->arena, 1024);
	client_report_put_messages(&messages);
	struct db_param p[3] = { db_i32(&c->arena, (int32_t)db_get_int(r, 0, 0)), db_text(buf_as_text(&messages)),
		                 db_time(&c->arena, clock_now_us(&c->clock)) };
	query_init();
	r = ctl_run(c, query("client_report")->sql, p, 3, f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_NOT_FOUND, "there is no client of that name");
	(void)printf(TEXT_FMT "\n", TEXT_ARG(db_get_text(r, 0, 0)));
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}
