/*
 * The process: one worker, or several threads of them, from start to stop.
 *
 *   workers made ─► first one knows the rules and listens ─► the others listen on the same sockets ─► READY
 *   SIGTERM, SIGINT ─► all drain, bounded by service.stop_timeout_ms ─► end;   the second one: at once
 *   SIGHUP ─► settings that may change, rules, clients
 *
 * The first worker runs in the main thread and hears signals; the watchdog is fed only while every loop turns.
 */
#include "daemon.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/shared.h"
#include "base/killpoint.h"
#include "base/log.h"
#include "io/systemd.h"
#include "worker.h"

#define STATUS_US       (10 * US_PER_S)
#define JOIN_LOOK_US    10000
#define STALLED_US_MIN  (5 * US_PER_S) /* each loop turns every second at least */

struct house;

struct member { /* one worker and its thread */
	struct house *house;
	struct worker *worker;
	pthread_t thread;
	bool has_thread;
	struct fault fault;
};

struct house {
	struct config *config;
	const struct startup *startup;
	struct clock clock;
	struct worker_board board;
	struct api_shared shared;
	struct member *members;
	int count;
	_Atomic int open_count;
	struct worker_sockets sockets; /* of the first worker: set before the others are woken */
	_Atomic bool has_failed;
	struct loop_timer watchdog, status, join;
	int64_t watchdog_us;
	bool stopping;
};

static struct loop *first_loop(struct house *h)
{
	return worker_loop(h->members[0].worker);
}

/* --- starting ---------------------------------------------------------------------------------------------------- */

static void wake(struct house *h, struct member *m, void (*fn)(void *arg))
{
	if (m == &h->members[0])
		fn(m);
	else if (!loop_wake(worker_loop(m->worker), fn, m))
		log_event(NULL, LOG_LEVEL_ERROR, "worker.deaf", "worker %d takes no more calls", (int)(m - h->members));
}

static void stop_loop(void *arg)
{
	struct member *m = arg;

	loop_stop(worker_loop(m->worker));
}

static void stop_all(struct house *h)
{
	for (int i = h->count - 1; i >= 0; i--)
		wake(h, &h->members[i], stop_loop);
}

static void open_by_sockets(void *arg)
{
	struct member *m = arg;

	worker_open(m->worker, &m->house->sockets);
}

static void told_open(void *arg)
{
	struct house *h = ((struct member *)arg)->house;

	if (h->has_failed) {
		stop_all(h);
		return;
	}
	if (++h->open_count != h->count)
		return;
	log_event(NULL, LOG_LEVEL_NOTICE, "daemon.ready", "port=%d local_port=%d workers=%d version=%s", worker_port(h->members[0].worker, LISTENER_MAIN),
	          worker_port(h->members[0].worker, LISTENER_LOCAL), h->count, TONGGUAN_VERSION);
	systemd_notify("READY=1");
}

/* In that worker's thread. */
static void on_open(void *arg, struct worker *w, const struct fault *f)
{
	struct member *m = arg;
	struct house *h = m->house;

	if (f->code != FAULT_NONE) {
		m->fault = *f;
		h->has_failed = true;
	} else if (m == &h->members[0]) {
		h->sockets = worker_sockets(w);
		for (int i = 1; i < h->count; i++)
			wake(h, &h->members[i], open_by_sockets);
	}
	if (m == &h->members[0])
		told_open(m);
	else if (!loop_wake(first_loop(h), told_open, m))
		h->has_failed = true;
}

static void *run_member(void *arg)
{
	struct member *m = arg;

	worker_run(m->worker);
	return NULL;
}

static bool make_members(struct house *h, struct fault *f)
{
	h->members = calloc((size_t)h->count, sizeof(*h->members));
	h->board.each = calloc((size_t)h->count, sizeof(*h->board.each));
	h->board.count = h->count;
	if (!api_shared_make(&h->shared, h->config->tracking.trace_per_minute, f))
		return false;
	if (h->members == NULL || h->board.each == NULL)
		return fault_set(f, FAULT_SYSTEM, "no memory for %d workers", h->count);
	for (int i = 0; i < h->count; i++) {
		struct member *m = &h->members[i];
		const struct worker_deps deps = { .config = h->config, .startup = h->startup, .clock = &h->clock, .board = &h->board, .shared = &h->shared, .index = i,
			                          .on_open = on_open, .arg = m };

		m->house = h;
		m->worker = worker_new(&deps, f);
		if (m->worker == NULL)
			return false;
	}
	return true;
}

static bool start_threads(struct house *h, struct fault *f)
{
	for (int i = 1; i < h->count; i++) {
		struct member *m = &h->members[i];

		m->has_thread = pthread_create(&m->thread, NULL, run_member, m) == 0;
		if (!m->has_thread)
			return fault_set(f, FAULT_SYSTEM, "no thread for worker %d", i);
	}
	return true;
}

/* --- signals ----------------------------------------------------------------------------------------------------- */

static void drain_member(void *arg)
{
	struct member *m = arg;

	worker_drain(m->worker, (int64_t)m->house->config->service.stop_timeout_ms * 1000, m != &m->house->members[0]);
}

static void reload_member(void *arg)
{
	struct member *m = arg;

	worker_reload(m->worker);
}

/* The main thread's loop goes on until all have drained, so that a second signal is still heard. */
static void on_join(struct loop_timer *t)
{
	struct house *h = container_of(t, struct house, join);

	for (int i = 0; i < h->count; i++) {
		if (worker_is_drained(h->members[i].worker))
			continue;
		loop_timer_set(first_loop(h), &h->join, JOIN_LOOK_US, on_join);
		return;
	}
	loop_stop(first_loop(h));
}

static void stop(struct house *h)
{
	char state[80];

	if (h->stopping) {
		log_event(NULL, LOG_LEVEL_WARNING, "daemon.halted", "the second signal: stopping at once");
		stop_all(h);
		return;
	}
	h->stopping = true;
	log_event(NULL, LOG_LEVEL_NOTICE, "daemon.stopping", "finishing what is under way, at most %d ms", h->config->service.stop_timeout_ms);
	(void)snprintf(state, sizeof(state), "STOPPING=1\nEXTEND_TIMEOUT_USEC=%lld", (long long)(h->config->service.stop_timeout_ms + 5000) * 1000);
	systemd_notify(state);
	for (int i = h->count - 1; i >= 0; i--)
		wake(h, &h->members[i], drain_member);
	loop_timer_set(first_loop(h), &h->join, 0, on_join);
}

static void reload(struct house *h)
{
	struct config fresh;
	struct fault f = { 0 };
	char restart[1024];

	systemd_reloading();
	if (config_load(&fresh, h->config->path, &f)) {
		config_take_reloadable(h->config, &fresh, restart, sizeof(restart));
		log_level_set((enum log_level)(LOG_LEVEL_ERROR + h->config->log.level));
		log_event(NULL, LOG_LEVEL_NOTICE, "config.reloaded", "%s%s", restart[0] == '\0' ? "all settings are in force" : "need a restart: ", restart);
	} else {
		log_event(NULL, LOG_LEVEL_ERROR, "config.refused", "%s; what was read before stays in force", f.text);
	}
	config_done(&fresh);
	for (int i = 0; i < h->count; i++)
		wake(h, &h->members[i], reload_member);
	systemd_notify("READY=1");
}

static void on_signal(void *arg, int number)
{
	struct house *h = arg;

	if (number != SIGHUP)
		stop(h);
	else if (!h->stopping)
		reload(h);
}

/* --- the service manager ----------------------------------------------------------------------------------------- */

static void on_watchdog(struct loop_timer *t)
{
	struct house *h = container_of(t, struct house, watchdog);
	int64_t now_us = clock_mono_us(), limit_us = h->watchdog_us / 2 > STALLED_US_MIN ? h->watchdog_us / 2 : STALLED_US_MIN;
	bool all_turn = true;

	for (int i = 0; i < h->count; i++) {
		if (now_us - loop_stats(worker_loop(h->members[i].worker))->last_turn_us <= limit_us || worker_is_drained(h->members[i].worker))
			continue;
		all_turn = false;
		log_event(NULL, LOG_LEVEL_ERROR, "worker.stalled", "the loop of worker %d does not turn", i);
	}
	if (all_turn)
		systemd_notify("WATCHDOG=1");
	loop_timer_set(first_loop(h), &h->watchdog, h->watchdog_us / 4, on_watchdog);
}

static void on_status(struct loop_timer *t)
{
	struct house *h = container_of(t, struct house, status);
	unsigned long long stored = 0, released = 0;
	int waiting = 0, up = 0, wanted = 0;
	char state[160];

	(void)pthread_mutex_lock(&h->board.lock);
	for (int i = 0; i < h->count; i++) {
		const struct worker_numbers *n = &h->board.each[i];

		stored += n->intake.stored;
		released += n->flow.released;
		waiting += n->intake.waiting;
		for (int p = 0; p < POOL_COUNT; p++) {
			up += n->pools[p].connections_up;
			wanted += n->pools[p].connections_wanted;
		}
	}
	(void)pthread_mutex_unlock(&h->board.lock);
	(void)snprintf(state, sizeof(state), "STATUS=%s%llu filings stored, %d waiting, %llu released, %d of %d database connections",
	               h->stopping ? "stopping; " : "", stored, waiting, released, up, wanted);
	systemd_notify(state);
	loop_timer_set(first_loop(h), &h->status, STATUS_US, on_status);
}

/* --- life -------------------------------------------------------------------------------------------------------- */

static bool begin(struct house *h, struct fault *f)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

	if (pthread_mutex_init(&h->board.lock, NULL) != 0)
		return fault_set(f, FAULT_SYSTEM, "no lock");
	if (!make_members(h, f) || !loop_signals(first_loop(h), signals, (int)COUNTOF(signals), on_signal, h, f) || !start_threads(h, f))
		return false;
	h->watchdog_us = systemd_watchdog_us();
	if (h->watchdog_us > 0)
		loop_timer_set(first_loop(h), &h->watchdog, 0, on_watchdog);
	loop_timer_set(first_loop(h), &h->status, 2 * US_PER_S, on_status);
	return true;
}

static void end(struct house *h)
{
	for (int i = 1; i < h->count && h->members != NULL; i++) {
		struct member *m = &h->members[i];

		if (!m->has_thread)
			continue;
		wake(h, m, stop_loop);
		(void)pthread_join(m->thread, NULL);
	}
	if (h->members != NULL && h->members[0].worker != NULL) {
		loop_timer_clear(first_loop(h), &h->watchdog);
		loop_timer_clear(first_loop(h), &h->status);
		loop_timer_clear(first_loop(h), &h->join);
	}
	for (int i = h->count - 1; i >= 0 && h->members != NULL; i--)
		worker_free(h->members[i].worker);
	free(h->members);
	free(h->board.each);
	api_shared_free(&h->shared);
	(void)pthread_mutex_destroy(&h->board.lock);
}

bool daemon_run(struct config *c, const struct startup *s, struct fault *f)
{
	struct house h = { .config = c, .startup = s, .count = c->service.workers };
	bool good;

	killpoint_arm(s->purpose != PURPOSE_PRODUCTION ? c->test.kill_point : NULL);
	good = begin(&h, f);
	if (good) {
		log_event(NULL, LOG_LEVEL_INFO, "daemon.started", "the database is marked as %s", purpose_name(s->purpose));
		worker_run(h.members[0].worker);
	}
	for (int i = 0; i < h.count && h.members != NULL && good; i++)
		if (h.members[i].fault.code != FAULT_NONE)
			good = fault_set(f, h.members[i].fault.code, "%s", h.members[i].fault.text);
	end(&h);
	if (good)
		log_event(NULL, LOG_LEVEL_NOTICE, "daemon.stopped", "nothing is under way here");
	return good;
}
