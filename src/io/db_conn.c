/*
 * The life of one connection.
 *
 *   off ──timer──> connecting ──> set-up ──> ready ──lost, retired──> off
 *    ^                 │ failed     │ refused
 *    └─────────────────┴────────────┘   100 ms, doubled up to 10 s, jittered
 *
 * Connecting asks libpq at each step what to wait for; libpq may change the
 * descriptor between steps, hence it is unwatched before each. Name look-ups
 * are libpq's and block: connection strings should give addresses or sockets.
 */
#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "io/db_priv.h"

#define US_PER_MS      INT64_C(1000)
#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 10000

static void connect_now(struct db_conn *c);
static void lose(struct db_conn *c, const char *why);
static loop_timer_fn on_timer;

/* The timer, for the oldest call's deadline. */
static void arm(struct db_conn *c)
{
	if (c->state == DB_CONN_READY && c->in_flight > 0 && c->timer.place == 0)
		loop_timer_set(c->pool->loop, &c->timer, c->slots[c->head].deadline_us - loop_now_us(c->pool->loop), on_timer);
}

static void watch(struct db_conn *c, bool writing)
{
	loop_fd_want(c->pool->loop, &c->fd, writing ? LOOP_READ | LOOP_WRITE : LOOP_READ);
	arm(c);
}

static void deadline_came(struct db_conn *c)
{
	if (c->in_flight > 0 && c->slots[c->head].deadline_us <= loop_now_us(c->pool->loop))
		lose(c, "a call took longer than call_timeout_ms");
	else
		arm(c);
}

static void on_timer(struct loop_timer *t)
{
	struct db_conn *c = container_of(t, struct db_conn, timer);

	switch (c->state) {
	case DB_CONN_OFF:
		connect_now(c);
		break;
	case DB_CONN_CONNECTING:
	case DB_CONN_SETUP:
		lose(c, "it took too long");
		break;
	case DB_CONN_READY:
		deadline_came(c);
		break;
	}
}

static void close_pg(struct db_conn *c)
{
	loop_fd_remove(c->pool->loop, &c->fd);
	loop_timer_clear(c->pool->loop, &c->timer);
	loop_soon_cancel(c->pool->loop, &c->breaking);
	if (c->pg != NULL)
		PQfinish(c->pg);
	c->pg = NULL;
	c->state = DB_CONN_OFF;
	c->is_retiring = false;
	c->why_retired = NULL;
	memset(c->prepared, 0, DB_PREPARED_SLOTS * sizeof(*c->prepared));
	c->prepared_count = 0;
	c->calls = 0;
}

/* Half of the step for sure, the other half by chance, so that the daemons of a site do not line up. */
static int64_t backoff_us(struct db_conn *c)
{
	int64_t ms = c->failures > 7 ? BACKOFF_MAX_MS : (int64_t)BACKOFF_MIN_MS << c->failures;
	int64_t us = (ms > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : ms) * US_PER_MS;

	return us / 2 + (int64_t)(id_random(&c->pool->random) % (uint64_t)(us / 2 + 1));
}

static bool is_power_of_two(unsigned n)
{
	return (n & (n - 1)) == 0;
}

static void lose(struct db_conn *c, const char *why)
{
	struct db *d = c->pool;
	bool was_up = c->state == DB_CONN_READY;
	char line[DB_DETAIL_BYTES];

	db_one_line(line, sizeof(line), why); /* may lie in what is closed now */
	close_pg(c);
	loop_timer_set(d->loop, &c->timer, backoff_us(c), on_timer);
	c->failures++;
	if (was_up)
		log_event(NULL, LOG_LEVEL_WARNING, "db.lost", "pool=%s calls=%d: %s", d->conf.label, c->in_flight, line);
	else if (is_power_of_two(c->failures)) /* a long outage fills no journal */
		log_event(NULL, LOG_LEVEL_WARNING, "db.connect_failed", "pool=%s failures=%u: %s", d->conf.label,
		          c->failures, line);
	db_pipe_abandon(c, line);
}

static void on_breaking(struct loop_task *t)
{
	struct db_conn *c = container_of(t, struct db_conn, breaking);

	lose(c, PQerrorMessage(c->pg));
}

/* Never below db_start(): what fails there ends the connection with this turn, and the call with it. */
void db_conn_send(struct db_conn *c, struct db_call *call)
{
	bool unsent;

	if (db_pipe_send(c, call, &unsent)) {
		watch(c, unsent);
		return;
	}
	c->is_retiring = true; /* no more calls until then */
	loop_soon(c->pool->loop, &c->breaking, on_breaking);
}

static void become_ready(struct db_conn *c)
{
	struct db *d = c->pool;

	if (PQenterPipelineMode(c->pg) != 1) {
		lose(c, PQerrorMessage(c->pg));
		return;
	}
	loop_timer_clear(d->loop, &c->timer);
	c->state = DB_CONN_READY;
	c->failures = 0;
	d->stats.reconnects += c->was_ready;
	c->was_ready = true;
	watch(c, false);
	log_event(NULL, LOG_LEVEL_INFO, "db.connected", "pool=%s host=%s", d->conf.label, PQhost(c->pg));
	d->pump(d);
}

/* The session's statements: several results, then NULL. */
static void read_setup(struct db_conn *c)
{
	PGresult *result;

	if (PQconsumeInput(c->pg) != 1) {
		lose(c, PQerrorMessage(c->pg));
		return;
	}
	while (PQisBusy(c->pg) == 0) {
		ExecStatusType status;

		result = PQgetResult(c->pg);
		if (result == NULL) {
			become_ready(c);
			return;
		}
		status = PQresultStatus(result);
		PQclear(result);
		if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
			lose(c, PQerrorMessage(c->pg));
			return;
		}
	}
	watch(c, PQflush(c->pg) == 1);
}

static void set_up(struct db_conn *c)
{
	const char *session = c->pool->conf.session;

	c->state = DB_CONN_SETUP;
	if (PQsetnonblocking(c->pg, 1) != 0) {
		lose(c, PQerrorMessage(c->pg));
	} else if (session == NULL || session[0] == '\0') {
		become_ready(c);
	} else if (PQsendQuery(c->pg, session) != 1) {
		lose(c, PQerrorMessage(c->pg));
	} else {
		watch(c, PQflush(c->pg) == 1);
	}
}

static void on_event(struct loop_fd *w, unsigned events);

static void connect_on(struct db_conn *c, PostgresPollingStatusType step)
{
	struct loop *l = c->pool->loop;
	unsigned wanted = step == PGRES_POLLING_READING ? LOOP_READ : LOOP_WRITE;

	loop_fd_remove(l, &c->fd);
	if (step == PGRES_POLLING_FAILED) {
		lose(c, PQerrorMessage(c->pg));
		return;
	}
	if (step == PGRES_POLLING_OK)
		wanted = LOOP_READ;
	if (!loop_fd_add(l, &c->fd, PQsocket(c->pg), wanted, on_event))
		lose(c, "its descriptor cannot be watched");
	else if (step == PGRES_POLLING_OK)
		set_up(c);
}

static void pipe_event(struct db_conn *c)
{
	const char *why;
	bool unsent;

	if (db_pipe_event(c, &unsent, &why))
		watch(c, unsent);
	else
		lose(c, why);
}

static void on_event(struct loop_fd *w, unsigned events)
{
	struct db_conn *c = container_of(w, struct db_conn, fd);

	(void)events; /* libpq finds out by itself */
	switch (c->state) {
	case DB_CONN_OFF:
		break;
	case DB_CONN_CONNECTING:
		loop_fd_remove(c->pool->loop, &c->fd);
		connect_on(c, PQconnectPoll(c->pg));
		break;
	case DB_CONN_SETUP:
		read_setup(c);
		break;
	case DB_CONN_READY:
		pipe_event(c);
		break;
	}
}

static void drop_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result; /* notices are for people at a terminal; libpq would print them on stderr */
}

static void connect_now(struct db_conn *c)
{
	const struct db_conf *conf = &c->pool->conf;
	/* What stands before dbname is a default, what stands after it overrules the connection string. */
	const char *const keys[] = { "target_session_attrs", "keepalives_idle", "keepalives_interval", "keepalives_count",
		                     "tcp_user_timeout", "dbname", "application_name", "client_encoding",
		                     conf->password == NULL ? NULL : "password", NULL };
	const char *const values[] = { "read-write", "30", "10", "3", "30000", conf->conninfo, "tongguand", "UTF8",
		                       conf->password, NULL };

	c->state = DB_CONN_CONNECTING;
	c->pg = PQconnectStartParams(keys, values, 1);
	if (c->pg == NULL) {
		lose(c, "no memory for a connection");
		return;
	}
	(void)PQsetNoticeReceiver(c->pg, drop_notice, NULL);
	if (PQstatus(c->pg) == CONNECTION_BAD) {
		lose(c, PQerrorMessage(c->pg));
		return;
	}
	loop_timer_set(c->pool->loop, &c->timer, conf->connect_timeout_ms * US_PER_MS, on_timer);
	connect_on(c, PGRES_POLLING_WRITING);
}

void db_conn_start(struct db_conn *c)
{
	connect_now(c);
}

void db_conn_stop(struct db_conn *c)
{
	for (int i = 0; i < c->in_flight; i++)
		assert(c->slots[(c->head + i) % c->pool->conf.pipeline_depth].call == NULL);
	db_pipe_abandon(c, ""); /* frees the results of cancelled calls */
	close_pg(c);
}
