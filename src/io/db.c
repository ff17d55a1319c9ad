/*
 * The pool: which call goes to which connection, what waits, what is refused.
 *
 *   db_start ──room──> sent ─────────────────────────────────> on_done
 *        │                ^                                       ^
 *        ├──no room──> waiting ──queue_wait_ms──> TRY_AGAIN ──────┤
 *        └──queue full──> refused, next turn ───> TRY_AGAIN ──────┘
 *
 * A call goes to the ready connection with the fewest calls in flight; one that
 * follows goes behind another, if there is one under way that is not stuck.
 * Nothing is delivered below db_start(): what fails there is taken up at the turn's end.
 */
#include "io/db.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "io/db_priv.h"

#define US_PER_MS INT64_C(1000)

enum { CONNECTIONS_MAX = 16, DEPTH_MAX = 64, ARENA_BYTES = 4 << 20 };

/* --- the queues ---------------------------------------------------------------- */

static void push(struct db_queue *q, struct db_call *call)
{
	call->next = NULL;
	call->prev = q->last;
	if (q->last != NULL)
		q->last->next = call;
	else
		q->first = call;
	q->last = call;
	q->count++;
}

static void leave(struct db_queue *q, struct db_call *call)
{
	if (call->prev != NULL)
		call->prev->next = call->next;
	else
		q->first = call->next;
	if (call->next != NULL)
		call->next->prev = call->prev;
	else
		q->last = call->prev;
	call->next = call->prev = NULL;
	q->count--;
}

static void refuse(struct db *d, struct db_queue *q, const char *why)
{
	struct db_answer answer = { .outcome = DB_TRY_AGAIN, .detail = why };
	struct db_call *call = q->first;

	leave(q, call);
	db_deliver(d, call, &answer);
}

static void on_refused_due(struct loop_task *t)
{
	struct db *d = container_of(t, struct db, refused_task);

	for (int left = d->refused.count; left > 0 && d->refused.first != NULL; left--)
		refuse(d, &d->refused, "too many calls wait for a connection");
	if (d->refused.first != NULL) /* refused meanwhile: they too get their turn, not ours */
		loop_soon(d->loop, &d->refused_task, on_refused_due);
}

static void on_waited(struct loop_timer *t)
{
	struct db *d = container_of(t, struct db, waiting_timer);
	int64_t now_us = loop_now_us(d->loop);

	while (d->waiting.first != NULL && d->waiting.first->deadline_us <= now_us)
		refuse(d, &d->waiting, "no connection became free in time");
	if (d->waiting.first != NULL) /* all wait equally long: the first is the next */
		loop_timer_set(d->loop, &d->waiting_timer, d->waiting.first->deadline_us - now_us, on_waited);
}

/* --- which connection ------------------------------------------------------------ */

static bool takes_calls(const struct db_conn *c)
{
	return c->state == DB_CONN_READY && !c->is_retiring && c->in_flight < c->pool->conf.pipeline_depth;
}

static struct db_conn *least_busy(const struct db *d)
{
	struct db_conn *best = NULL;

	for (int i = 0; i < d->conf.connections; i++) {
		struct db_conn *c = &d->conns[i];

		if (takes_calls(c) && (best == NULL || c->in_flight < best->in_flight))
			best = c;
	}
	return best;
}

static struct db_conn *room_for(const struct db *d, const struct db_call *call)
{
	int64_t stuck_before_us = loop_now_us(d->loop) - DB_STUCK_US;

	for (int i = 0; call->follows && i < d->conf.connections; i++) {
		struct db_conn *c = &d->conns[i];

		if (takes_calls(c) && c->in_flight > 0 && c->slots[c->head].sent_us > stuck_before_us)
			return c;
	}
	return least_busy(d);
}

static void send_call(struct db_conn *c, struct db_call *call)
{
	call->state = DB_CALL_SENT;
	call->conn = c;
	db_conn_send(c, call);
}

static void on_room_due(struct loop_task *t)
{
	struct db *d = container_of(t, struct db, room_task);

	if (d->on_room != NULL && db_has_room(d))
		d->on_room(d->on_room_arg);
}

/* Waiting calls take what room there is; then the listener hears of the rest. */
static void pump(struct db *d)
{
	struct db_conn *c;

	while (d->waiting.first != NULL && (c = room_for(d, d->waiting.first)) != NULL) {
		struct db_call *call = d->waiting.first;

		leave(&d->waiting, call);
		send_call(c, call);
	}
	if (d->on_room != NULL && db_has_room(d))
		loop_soon(d->loop, &d->room_task, on_room_due);
}

/* --- calls ------------------------------------------------------------------------ */

void db_call_init(struct db_call *call)
{
	*call = (struct db_call){ .state = DB_CALL_IDLE };
}

void db_call_add(struct db_call *call, const struct db_stmt *stmt, const struct db_param *params)
{
	assert(call->state == DB_CALL_IDLE && call->stmt_count < DB_STMTS_MAX);
	assert(stmt->param_count >= 0 && stmt->param_count <= DB_PARAMS_MAX);
	call->stmts[call->stmt_count].stmt = stmt;
	call->stmts[call->stmt_count].params = params;
	call->stmt_count++;
}

void db_start(struct db *d, struct db_call *call, db_done_fn *on_done)
{
	struct db_conn *c = d->waiting.first == NULL ? room_for(d, call) : NULL;

	assert(call->state == DB_CALL_IDLE && call->stmt_count > 0);
	call->on_done = on_done;
	if (c != NULL) {
		send_call(c, call);
	} else if (d->waiting.count < d->conf.queue_limit) {
		call->state = DB_CALL_WAITING;
		call->deadline_us = loop_now_us(d->loop) + d->conf.queue_wait_ms * US_PER_MS;
		push(&d->waiting, call);
		if (d->waiting_timer.place == 0)
			loop_timer_set(d->loop, &d->waiting_timer, d->conf.queue_wait_ms * US_PER_MS, on_waited);
	} else {
		call->state = DB_CALL_REFUSED;
		push(&d->refused, call);
		loop_soon(d->loop, &d->refused_task, on_refused_due);
	}
}

void db_cancel(struct db *d, struct db_call *call)
{
	switch ((enum db_call_state)call->state) {
	case DB_CALL_IDLE:
		break;
	case DB_CALL_WAITING:
		leave(&d->waiting, call);
		break;
	case DB_CALL_REFUSED:
		leave(&d->refused, call);
		break;
	case DB_CALL_SENT:
		db_pipe_cancel(call->conn, call);
		call->conn = NULL;
		break;
	}
	call->state = DB_CALL_IDLE;
}

/* --- the pool --------------------------------------------------------------------- */

static bool conf_is_good(const struct db_conf *conf, struct fault *f)
{
	PQconninfoOption *options;

	if (conf->connections < 1 || conf->connections > CONNECTIONS_MAX)
		return fault_set(f, FAULT_CONFIG, "database pool %s: 1 to %d connections", conf->label, CONNECTIONS_MAX);
	if (conf->pipeline_depth < 1 || conf->pipeline_depth > DEPTH_MAX)
		return fault_set(f, FAULT_CONFIG, "database pool %s: 1 to %d calls in flight", conf->label, DEPTH_MAX);
	if (conf->queue_limit < 0 || conf->queue_wait_ms < 0 || conf->call_timeout_ms < 1 || conf->connect_timeout_ms < 1)
		return fault_set(f, FAULT_CONFIG, "database pool %s: a limit or a timeout is too small", conf->label);
	options = PQconninfoParse(conf->conninfo, NULL);
	if (options == NULL) /* libpq's reason would quote the string, which may hold a password */
		return fault_set(f, FAULT_CONFIG, "database pool %s: the connection string is not valid", conf->label);
	PQconninfoFree(options);
	return true;
}

static const char *keep(struct db *d, const char *text)
{
	return text == NULL ? NULL : arena_dup(&d->arena, text);
}

static void build(struct db *d, const struct db_conf *conf)
{
	size_t depth = (size_t)conf->pipeline_depth;

	d->conf = *conf;
	d->conf.label = keep(d, conf->label);
	d->conf.conninfo = keep(d, conf->conninfo);
	d->conf.password = keep(d, conf->password);
	d->conf.session = keep(d, conf->session);
	d->conns = arena_zalloc(&d->arena, (size_t)conf->connections * sizeof(*d->conns));
	for (int i = 0; i < conf->connections && !d->arena.full; i++) {
		d->conns[i].pool = d;
		d->conns[i].slots = arena_zalloc(&d->arena, depth * sizeof(*d->conns[i].slots));
		d->conns[i].prepared = arena_zalloc(&d->arena, DB_PREPARED_SLOTS * sizeof(*d->conns[i].prepared));
	}
}

struct db *db_new(struct loop *l, const struct db_conf *conf, struct fault *f)
{
	struct db *d;

	if (!conf_is_good(conf, f))
		return NULL;
	d = calloc(1, sizeof(*d));
	if (d == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for database pool %s", conf->label);
		return NULL;
	}
	d->loop = l;
	d->pump = pump;
	arena_init(&d->arena, ARENA_BYTES);
	id_source_init(&d->random);
	build(d, conf);
	if (d->arena.full) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for database pool %s", conf->label);
		arena_done(&d->arena);
		free(d);
		return NULL;
	}
	for (int i = 0; i < conf->connections; i++)
		db_conn_start(&d->conns[i]);
	return d;
}

void db_free(struct db *d)
{
	if (d == NULL)
		return;
	assert(!d->is_delivering && d->waiting.first == NULL && d->refused.first == NULL);
	for (int i = 0; i < d->conf.connections; i++)
		db_conn_stop(&d->conns[i]);
	loop_timer_clear(d->loop, &d->waiting_timer);
	loop_soon_cancel(d->loop, &d->refused_task);
	loop_soon_cancel(d->loop, &d->room_task);
	if (d->conf.password != NULL)
		explicit_bzero((char *)(uintptr_t)d->conf.password, strlen(d->conf.password));
	arena_done(&d->arena);
	free(d);
}

void db_stats_get(const struct db *d, struct db_stats *out)
{
	*out = d->stats;
	out->connections_wanted = d->conf.connections;
	out->calls_waiting = d->waiting.count;
	for (int i = 0; i < d->conf.connections; i++) {
		out->connections_up += d->conns[i].state == DB_CONN_READY;
		out->calls_sent += d->conns[i].in_flight;
	}
}

bool db_is_up(const struct db *d)
{
	for (int i = 0; i < d->conf.connections; i++)
		if (d->conns[i].state == DB_CONN_READY)
			return true;
	return false;
}

bool db_has_room(const struct db *d)
{
	return d->waiting.first == NULL && least_busy(d) != NULL;
}

void db_on_room(struct db *d, void (*fn)(void *arg), void *arg)
{
	d->on_room = fn;
	d->on_room_arg = arg;
}
