/*
 * What is looked at every second: does the database answer, is it the right one, does the loop turn; once a day
 * partitions are made ahead, and every few seconds the backlog in the database is counted (first worker only).
 *
 * /readyz answers from what was seen here; no request asks the database for it.
 */
#include <stdatomic.h>
#include <string.h>

#include "base/log.h"
#include "worker_priv.h"

#define TICK_US         US_PER_S
#define STALE_US        (5 * US_PER_S)  /* no answer for so long: not ready */
#define LAG_US          (2 * US_PER_S)  /* a turn longer than this: not ready */
#define BACKLOG_US      (10 * US_PER_S)
#define SWEEP_US        (60 * US_PER_S)

enum { BL_AUTHORITY, BL_DUE, BL_DEAD, BL_OLDEST };

/* The last rows are the lists of declarations to judge, and the feed: its watermark and the oldest change that has no number yet. Partial indexes hold exactly the deliveries counted. */
static const struct db_stmt backlog = {
	.name = "worker_backlog",
	.sql =
	"select authority, count(*) filter (where state = 'due'), count(*) filter (where state = 'dead'),"
	"   min(created_at) filter (where state = 'due')"
	" from (select authority, state, created_at from delivery where listed = 'due'"
	"       union all select authority, state, created_at from delivery where listed = 'dead') d group by authority"
	" union all select 'todo', count(*), 0, min(due_at) from todo where due_at <= $1::timestamptz"
	" union all select 'work', coalesce(sum(cardinality(declaration_ids)), 0), 0, min(made_at) from work where not handed"
	" union all select 'feed', feed_watermark(), 0, feed_oldest()",
	.param_count = 1,
};

/* Some of what is over, each minute. */
static const struct db_stmt idempotency_sweep = {
	.name = "idempotency_sweep",
	.sql =
	"delete from idempotency where (client_id, route, key_sha256) in"
	" (select client_id, route, key_sha256 from idempotency where expires_at <= now() order by expires_at limit 10000)",
	.flags = DB_WRITES,
};

/* --- the database's health --------------------------------------------------------------------------------------- */

static void on_health(struct db_call *call, const struct db_answer *a)
{
	struct worker *w = container_of(call, struct worker, watch.health_call);
	struct worker_watch *h = &w->watch;

	h->asking_health = false;
	if (a->outcome != DB_DONE || db_row_count(a->results[0]) != 1)
		return;
	h->answered_us = loop_now_us(w->loop);
	h->schema_version = (int)db_get_int(a->results[0], 0, SH_VERSION);
	h->fsync_on = db_get_int(a->results[0], 0, SH_FSYNC) != 0;
	h->is_writable = db_get_int(a->results[0], 0, SH_WRITABLE) != 0;
}

static void ask_health(struct worker *w)
{
	struct worker_watch *h = &w->watch;

	if (h->asking_health)
		return;
	h->asking_health = true;
	db_call_init(&h->health_call);
	db_call_add(&h->health_call, &schema_store_health, NULL);
	db_start(w->pools[POOL_QUERY], &h->health_call, on_health);
}

/* --- partitions -------------------------------------------------------------------------------------------------- */

static void ask_partitions(struct worker *w);

static void on_partitions(struct db_call *call, const struct db_answer *a)
{
	struct worker *w = container_of(call, struct worker, watch.partitions_call);
	struct worker_watch *h = &w->watch;

	h->asking_partitions = false;
	if (a->outcome != DB_DONE) {
		h->partitions_again_us = loop_now_us(w->loop) + (a->outcome == DB_TRY_AGAIN ? 60 * US_PER_S : US_PER_HOUR);
		log_event(NULL, LOG_LEVEL_WARNING, "partitions.not_made", "%s", a->detail == NULL ? db_outcome_name(a->outcome) : a->detail);
		return;
	}
	if (db_row_count(a->results[0]) == 1 && db_get_int(a->results[0], 0, 0) > 0) { /* one a call: schema_store_partitions says why */
		h->partitions_made++;
		ask_partitions(w);
		return;
	}
	h->partitions_day = h->partitions_asked_day;
	if (h->partitions_made > 0)
		log_event(NULL, LOG_LEVEL_NOTICE, "partitions.made", "%d tables", h->partitions_made);
	h->partitions_made = 0;
}

static void ask_partitions(struct worker *w)
{
	struct worker_watch *h = &w->watch;
	int32_t day = clock_day(clock_now_us(w->deps.clock));
	struct arena a;

	if (h->asking_partitions || h->partitions_day == day || loop_now_us(w->loop) < h->partitions_again_us)
		return;
	arena_init(&a, 64);
	h->partitions_params[0] = db_i32(&a, day);
	if (!a.full) {
		memcpy(&h->params_space[0], h->partitions_params[0].bytes, sizeof(int32_t));
		h->partitions_params[0].bytes = &h->params_space[0];
		h->asking_partitions = true;
		h->partitions_asked_day = day;
		db_call_init(&h->partitions_call);
		db_call_add(&h->partitions_call, &schema_store_partitions, h->partitions_params);
		db_start(w->pools[POOL_QUERY], &h->partitions_call, on_partitions);
	}
	arena_done(&a);
}

/* --- backlog ----------------------------------------------------------------------------------------------------- */

static void on_backlog(struct db_call *call, const struct db_answer *a)
{
	struct worker *w = container_of(call, struct worker, watch.backlog_call);
	struct worker_backlog *h = &w->watch.backlog;
	int rows = a->outcome == DB_DONE ? db_row_count(a->results[0]) : 0;
	enum authority authority;

	w->watch.asking_backlog = false;
	if (rows == 0)
		return;
	memset(h->authorities, 0, sizeof(h->authorities));
	for (int row = 0; row < rows; row++) {
		struct text code = db_get_text(a->results[0], row, BL_AUTHORITY);
		int64_t oldest_us = db_is_null(a->results[0], row, BL_OLDEST) ? 0 : db_get_time(a->results[0], row, BL_OLDEST);

		if (text_is(code, "todo")) {
			h->todo = db_get_int(a->results[0], row, BL_DUE);
			h->todo_oldest_us = oldest_us;
		} else if (text_is(code, "work")) {
			h->work = db_get_int(a->results[0], row, BL_DUE);
			h->work_oldest_us = oldest_us;
		} else if (text_is(code, "feed")) {
			h->feed_watermark = db_get_int(a->results[0], row, BL_DUE);
			h->feed_oldest_us = oldest_us;
		} else if (authority_by_code(code, &authority)) {
			h->authorities[authority].due = db_get_int(a->results[0], row, BL_DUE);
			h->authorities[authority].dead = db_get_int(a->results[0], row, BL_DEAD);
			h->authorities[authority].oldest_us = oldest_us;
		}
	}
}

static void ask_backlog(struct worker *w)
{
	struct worker_watch *h = &w->watch;
	struct arena a;

	if (h->asking_backlog || loop_now_us(w->loop) - h->backlog_us < BACKLOG_US)
		return;
	arena_init(&a, 64);
	h->backlog_params[0] = db_time(&a, clock_now_us(w->deps.clock));
	if (!a.full) {
		memcpy(&h->params_space[1], h->backlog_params[0].bytes, sizeof(int64_t));
		h->backlog_params[0].bytes = &h->params_space[1];
		h->asking_backlog = true;
		h->backlog_us = loop_now_us(w->loop);
		db_call_init(&h->backlog_call);
		db_call_add(&h->backlog_call, &backlog, h->backlog_params);
		db_start(w->pools[POOL_QUERY], &h->backlog_call, on_backlog);
	}
	arena_done(&a);
}

/* --- what callers proved ------------------------------------------------------------------------------------------ */

static void on_swept(struct db_call *call, const struct db_answer *a)
{
	struct worker *w = container_of(call, struct worker, watch.sweep_call);

	w->watch.asking_sweep = false;
	if (a->outcome != DB_DONE)
		log_event(NULL, LOG_LEVEL_WARNING, "nonces.not_swept", "%s", a->detail == NULL ? db_outcome_name(a->outcome) : a->detail);
}

static void ask_sweep(struct worker *w)
{
	struct worker_watch *h = &w->watch;
	struct arena a;

	if (h->asking_sweep || loop_now_us(w->loop) - h->sweep_us < SWEEP_US)
		return;
	arena_init(&a, 64);
	h->sweep_params[0] = db_i32(&a, (int32_t)(clock_real_us() / (60 * US_PER_S)));
	if (!a.full) {
		memcpy(&h->params_space[2], h->sweep_params[0].bytes, sizeof(int32_t));
		h->sweep_params[0].bytes = &h->params_space[2];
		h->asking_sweep = true;
		h->sweep_us = loop_now_us(w->loop);
		db_call_init(&h->sweep_call);
		db_call_add(&h->sweep_call, &client_nonce_sweep, h->sweep_params);
		db_call_add(&h->sweep_call, &idempotency_sweep, NULL);
		db_start(w->pools[POOL_QUERY], &h->sweep_call, on_swept);
	}
	arena_done(&a);
}

/* --- the tick ---------------------------------------------------------------------------------------------------- */

static void on_tick(struct loop_timer *t)
{
	struct worker *w = container_of(t, struct worker, watch.tick);

	w->watch.lag_us = (int64_t)atomic_exchange(&loop_stats(w->loop)->longest_us, 0);
	worker_note(w);
	ask_health(w);
	if (w->is_known)
		worker_keys_tick(w);
	if (w->deps.index == 0 && w->is_known) {
		ask_partitions(w);
		ask_backlog(w);
		ask_sweep(w);
	}
	loop_timer_set(w->loop, &w->watch.tick, TICK_US, on_tick);
}

void worker_watch_start(struct worker *w)
{
	w->watch.backlog_us = -BACKLOG_US;
	w->watch.sweep_us = -SWEEP_US;
	loop_timer_set(w->loop, &w->watch.tick, 0, on_tick);
}

void worker_watch_stop(struct worker *w)
{
	struct worker_watch *h = &w->watch;

	if (h->asking_health)
		db_cancel(w->pools[POOL_QUERY], &h->health_call);
	if (h->asking_partitions)
		db_cancel(w->pools[POOL_QUERY], &h->partitions_call);
	if (h->asking_backlog)
		db_cancel(w->pools[POOL_QUERY], &h->backlog_call);
	if (h->asking_sweep)
		db_cancel(w->pools[POOL_QUERY], &h->sweep_call);
	loop_timer_clear(w->loop, &h->tick);
}

/* --- for the HTTP resources -------------------------------------------------------------------------------------- */

void worker_ready(void *arg, struct buf *problems)
{
	static const char *const labels[POOL_COUNT] = { "intake", "flow", "query" };
	struct worker *w = arg;
	const struct worker_watch *h = &w->watch;

	for (int p = 0; p < POOL_COUNT; p++)
		if (!db_is_up(w->pools[p]))
			buf_printf(problems, "the database pool %s has no connection\n", labels[p]);
	if (loop_now_us(w->loop) - h->answered_us > STALE_US || h->answered_us == 0) {
		buf_str(problems, "the database has not answered for a while\n");
		return;
	}
	if (h->schema_version != schema_version())
		buf_printf(problems, "the database's schema is of version %d, this program's of %d\n", h->schema_version, schema_version());
	if (!h->is_writable)
		buf_str(problems, "the database takes no writes\n");
	if (!h->fsync_on)
		buf_str(problems, "fsync is off in PostgreSQL: what is acknowledged might be lost\n");
	if (h->lag_us > LAG_US)
		buf_printf(problems, "the loop was held up for %lld ms\n", (long long)(h->lag_us / 1000));
}
