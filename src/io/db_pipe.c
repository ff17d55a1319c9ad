/*
 * Calls on a ready connection: a pipeline of groups, each closed by a sync.
 *
 *   [prepare … sync]  statement … sync │ statement … sync │ …
 *    first use only    ── one call ──    ── one call ──
 *
 * A group is one implicit transaction that commits at its sync, so the call has
 * not succeeded before the sync came back: an error of the COMMIT itself arrives
 * after all statements went well. Prepares have their own sync, so that neither
 * a failing statement takes a later prepare with it, nor the other way round.
 *
 * libpq copies parameters when sending; results are kept until on_done returned.
 */
#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "io/db_priv.h"

#define US_PER_MS INT64_C(1000)
#define REPLAN_US (INT64_C(5000) * US_PER_MS)

enum { REPLAN_CALLS = 128 }; /* a power of two */

static struct db_slot *oldest(const struct db_conn *c)
{
	return &c->slots[c->head];
}

/* --- what is prepared here --------------------------------------------------------- */

static struct db_prepared *prepared_find(struct db_conn *c, const struct db_stmt *stmt)
{
	size_t at = ((uintptr_t)stmt >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 54;

	static_assert(DB_PREPARED_SLOTS == 1 << (64 - 54), "the hash's bits");
	while (c->prepared[at].stmt != stmt && c->prepared[at].stmt != NULL)
		at = (at + 1) % DB_PREPARED_SLOTS;
	if (c->prepared[at].stmt == NULL) {
		assert(c->prepared_count < DB_PREPARED_SLOTS * 3 / 4); /* statements are static: their number is ours */
		c->prepared_count++;
		c->prepared[at].stmt = stmt;
	}
	return &c->prepared[at];
}

static void retire(struct db_conn *c, const char *why)
{
	c->is_retiring = true;
	c->why_retired = why;
}

/* --- sending ----------------------------------------------------------------------- */

static const struct db_stmt replan = { .name = "db_replan", .sql = "discard plans" };

/*
 * A generic plan is made once, for the tables as they are then: one made for empty tables reads the whole of them when they
 * have grown. So plans are made anew after 4, 8, 16 … REPLAN_CALLS calls, then after as many again or REPLAN_US.
 */
static bool plans_are_old(struct db_conn *c)
{
	int64_t now_us = loop_now_us(c->pool->loop);
	bool is_old;

	c->calls++;
	if (c->calls <= REPLAN_CALLS)
		is_old = c->calls >= 4 && (c->calls & (c->calls - 1)) == 0;
	else
		is_old = c->calls % REPLAN_CALLS == 0 || now_us - c->planned_us > REPLAN_US;
	if (is_old)
		c->planned_us = now_us;
	return is_old;
}

static bool send_prepares(struct db_conn *c, struct db_slot *s)
{
	if (plans_are_old(c)) {
		if (PQsendQueryParams(c->pg, replan.sql, 0, NULL, NULL, NULL, NULL, 1) != 1)
			return false;
		s->prepares[s->prepare_count++] = &replan;
	}
	for (int i = 0; i < s->stmt_count; i++) {
		const struct db_stmt *stmt = s->stmts[i];
		struct db_prepared *p = prepared_find(c, stmt);

		if (p->is_there)
			continue;
		if (PQsendPrepare(c->pg, stmt->name, stmt->sql, 0, NULL) != 1)
			return false;
		p->is_there = true; /* or will be, before what is sent next */
		s->prepares[s->prepare_count++] = stmt;
	}
	if (s->prepare_count == 0)
		return true;
	s->is_preparing = true;
	return PQpipelineSync(c->pg) == 1;
}

static bool send_stmt(struct db_conn *c, const struct db_stmt *stmt, const struct db_param *params)
{
	const char *values[DB_PARAMS_MAX];
	int lengths[DB_PARAMS_MAX], formats[DB_PARAMS_MAX];

	for (int i = 0; i < stmt->param_count; i++) {
		values[i] = params[i].bytes;
		lengths[i] = params[i].len;
		formats[i] = 1;
	}
	return PQsendQueryPrepared(c->pg, stmt->name, stmt->param_count, values, lengths, formats, 1) == 1;
}

bool db_pipe_send(struct db_conn *c, struct db_call *call, bool *unsent)
{
	const struct db_conf *conf = &c->pool->conf;
	struct db_slot *s = &c->slots[(c->head + c->in_flight) % conf->pipeline_depth];
	int left;

	assert(c->state == DB_CONN_READY && c->in_flight < conf->pipeline_depth);
	*s = (struct db_slot){ .call = call, .stmt_count = call->stmt_count };
	s->sent_us = loop_now_us(c->pool->loop);
	s->deadline_us = s->sent_us + conf->call_timeout_ms * US_PER_MS;
	c->in_flight++;
	for (int i = 0; i < s->stmt_count; i++) {
		s->stmts[i] = call->stmts[i].stmt;
		s->writes |= (s->stmts[i]->flags & DB_WRITES) != 0;
	}
	if (!send_prepares(c, s))
		return false;
	for (int i = 0; i < s->stmt_count; i++)
		if (!send_stmt(c, s->stmts[i], call->stmts[i].params))
			return false;
	s->is_whole = true; /* from here on the outcome may be unknown */
	if (PQpipelineSync(c->pg) != 1)
		return false;
	left = PQflush(c->pg);
	*unsent = left == 1;
	return left >= 0;
}

/* --- ends of calls -------------------------------------------------------------------- */

static struct db_slot take_oldest(struct db_conn *c)
{
	struct db_slot s = *oldest(c);

	memset(oldest(c), 0, sizeof(s));
	c->head = (c->head + 1) % c->pool->conf.pipeline_depth;
	c->in_flight--;
	return s;
}

void db_deliver(struct db *d, struct db_call *call, const struct db_answer *answer)
{
	bool was_delivering = d->is_delivering;

	if (answer->outcome == DB_DONE)
		d->stats.done++;
	else if (answer->outcome == DB_UNCERTAIN)
		d->stats.uncertain++;
	else
		d->stats.failed++;
	call->state = DB_CALL_IDLE;
	call->conn = NULL;
	d->is_delivering = true;
	call->on_done(call, answer); /* the call may be gone, or started anew, after this */
	d->is_delivering = was_delivering;
}

static void answer(struct db *d, struct db_slot *s, const struct db_error *e)
{
	struct db_answer a = { .outcome = DB_DONE, .detail = "" };

	if (e != NULL) {
		a.outcome = e->outcome;
		a.detail = e->detail;
		memcpy(a.sqlstate, e->sqlstate, sizeof(a.sqlstate));
	} else {
		a.count = s->stmt_count;
		for (int i = 0; i < s->stmt_count; i++)
			a.results[i] = &s->rows[i];
	}
	if (a.outcome == DB_BROKEN) /* a bug of ours: never invisible, whatever the caller does with it */
		log_event(NULL, LOG_LEVEL_ERROR, "db.broken", "pool=%s %s", d->conf.label, a.detail);
	if (s->call != NULL)
		db_deliver(d, s->call, &a);
	for (int i = 0; i < s->stmt_count; i++)
		PQclear(s->rows[i].result);
}

static void finish(struct db_conn *c)
{
	struct db_slot s = take_oldest(c);

	c->pool->pump(c->pool); /* what waits is sent first: the server shall not idle while we think */
	answer(c->pool, &s, s.has_failed ? &s.error : NULL);
}

void db_pipe_abandon(struct db_conn *c, const char *why)
{
	while (c->in_flight > 0) {
		struct db_slot s = take_oldest(c);

		if (!s.has_failed) { /* else it was rolled back for certain, and why is known */
			s.error.outcome = s.writes && s.is_whole ? DB_UNCERTAIN : DB_TRY_AGAIN;
			if (s.error.sqlstate[0] == '\0')
				db_one_line(s.error.detail, sizeof(s.error.detail), why);
		}
		answer(c->pool, &s, &s.error);
	}
}

void db_pipe_cancel(struct db_conn *c, const struct db_call *call)
{
	for (int i = 0; i < c->in_flight; i++) {
		struct db_slot *s = &c->slots[(c->head + i) % c->pool->conf.pipeline_depth];

		if (s->call == call) {
			s->call = NULL;
			return;
		}
	}
	assert(call == NULL); /* a call that was sent has a slot */
}

/* --- reading ---------------------------------------------------------------------------- */

static void prepare_failed(struct db_conn *c, struct db_slot *s, const struct db_error *e)
{
	if (!s->has_unprepared)
		s->prepare_error = *e;
	s->has_unprepared = true;
	if (strcmp(e->sqlstate, "42P05") != 0) /* there already: good enough */
		prepared_find(c, s->prepares[s->step])->is_there = false;
}

static void stmt_failed(struct db_conn *c, struct db_slot *s, const struct db_error *e, const PGresult *r)
{
	const char *where = PQresultErrorField(r, PG_DIAG_SOURCE_FUNCTION);

	if (s->has_failed)
		return; /* the first reason is the cause */
	s->has_failed = true;
	s->error = *e;
	if (strcmp(e->sqlstate, "25006") == 0)
		retire(c, "the server is read only");
	else if (where != NULL && strcmp(where, "RevalidateCachedQuery") == 0)
		retire(c, "the schema changed under prepared statements");
	if (strcmp(e->sqlstate, "26000") != 0)
		return;
	if (s->has_unprepared)
		s->error = s->prepare_error;
	else if (s->step < s->stmt_count && prepared_find(c, s->stmts[s->step])->is_there)
		retire(c, "a prepared statement is gone");
	/* else another call's prepare failed before this one ran: trying again prepares anew */
}

/* False: the connection must go. */
static bool read_error(struct db_conn *c, struct db_slot *s, const PGresult *r)
{
	const struct db_stmt *stmt = NULL;
	struct db_error e;

	if (s->is_preparing && s->step < s->prepare_count)
		stmt = s->prepares[s->step];
	else if (!s->is_preparing && s->step < s->stmt_count)
		stmt = s->stmts[s->step];
	if (PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED) == NULL)
		return false; /* made by libpq: the connection went, or an answer was too large for its memory */
	db_error_read(&e, r, stmt);
	if (!e.is_ended) { /* FATAL: the session ends; whether the call was committed is not known */
		s->error = e;
		return true;
	}
	if (!s->is_preparing)
		stmt_failed(c, s, &e, r);
	else if (stmt != NULL)
		prepare_failed(c, s, &e);
	s->step++;
	return true;
}

static bool read_sync(struct db_conn *c, struct db_slot *s)
{
	if (s->is_preparing) {
		s->is_preparing = false;
		s->step = 0;
		return true;
	}
	if (!s->has_failed && s->step != s->stmt_count)
		return false;
	finish(c);
	return true;
}

/* One result; keeps or clears it. False: the connection must go. */
static bool read_result(struct db_conn *c, PGresult *r)
{
	struct db_slot *s = oldest(c);
	bool is_good = true, keeps = false;

	switch (PQresultStatus(r)) {
	case PGRES_PIPELINE_SYNC:
		is_good = read_sync(c, s);
		break;
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
		keeps = !s->is_preparing && s->step < s->stmt_count;
		if (keeps)
			s->rows[s->step].result = r;
		s->step++;
		break;
	case PGRES_PIPELINE_ABORTED:
		if (s->is_preparing && s->step < s->prepare_count)
			prepared_find(c, s->prepares[s->step])->is_there = false;
		s->step++;
		break;
	case PGRES_FATAL_ERROR:
		is_good = read_error(c, s, r);
		break;
	default: /* COPY and the like have no place in a pipeline */
		is_good = false;
		break;
	}
	if (!keeps)
		PQclear(r);
	return is_good;
}

/* All that can be read without waiting. libpq ends a statement's results with NULL and a sync without
 * one; two NULLs in a row with calls in flight would mean that we and libpq are out of step. */
static bool read_results(struct db_conn *c)
{
	bool was_null = false;

	while (PQisBusy(c->pg) == 0 && c->in_flight > 0) {
		PGresult *r = PQgetResult(c->pg);

		if (r == NULL && was_null)
			return false;
		was_null = r == NULL;
		if (r != NULL && !read_result(c, r))
			return false;
	}
	return true;
}

bool db_pipe_event(struct db_conn *c, bool *unsent, const char **why)
{
	bool is_alive = PQconsumeInput(c->pg) == 1;
	int left = 0;

	if (!read_results(c)) /* also what came before the end */
		is_alive = false;
	if (is_alive)
		left = PQflush(c->pg);
	is_alive = is_alive && left >= 0 && PQstatus(c->pg) == CONNECTION_OK;
	*unsent = left == 1;
	*why = is_alive ? c->why_retired : PQerrorMessage(c->pg);
	return is_alive && !(c->is_retiring && c->in_flight == 0);
}
