/*
 * One loop with everything that hangs off it: database pools, HTTP in and out, intake, inbox, flow, the rules in force.
 * All workers of a process share the listening sockets, the clock, the board of numbers and what clients used of their limits; nothing else.
 *
 *   new ─► run: connect ─► rules and clients read ─► open (listening) ─► … ─► drain ─► run returns ─► free
 */
#ifndef WORKER_H
#define WORKER_H

#include <pthread.h>

#include "api/job_runner.h"
#include "base/clock.h"
#include "config.h"
#include "flow/flow.h"
#include "flow/push.h"
#include "io/loop.h"
#include "startup.h"
#include "store/intake.h"
#include "store/sender_quality.h"
#include "store/signature_failures.h"

struct worker;

enum { POOL_INTAKE, POOL_FLOW, POOL_QUERY, POOL_COUNT };
enum { LISTENER_MAIN, LISTENER_LOCAL, LISTENER_COUNT }; /* for everybody; in clear, for this machine */

struct worker_sockets { /* that are listened on; -1: none */
	int fd[LISTENER_COUNT];
};

struct worker_numbers { /* of one worker, for /metrics and the status line */
	struct db_stats pools[POOL_COUNT];
	struct intake_stats intake;
	struct flow_stats flow;
	struct job_runner_stats jobs;
	struct sender_quality_stats sender_quality;
	struct signature_failures_stats failures;
	struct push_stats push;
	uint64_t turns, busy_us;
	int64_t lag_us;         /* longest turn within the last second */
	int connections, open_requests, streams;
	int64_t rules_revision;
};

struct worker_backlog { /* of the database, counted now and then; times are business time, 0: there is none */
	struct { int64_t due, dead, oldest_us; } authorities[AUTHORITY_COUNT];
	int64_t todo, todo_oldest_us, work, work_oldest_us;
	int64_t feed_watermark, feed_oldest_us;
};

enum { FOLLOWER_COUNT = 13 };

struct worker_board { /* each worker writes its own line, and the first what it alone knows; any may read all */
	pthread_mutex_t lock;
	int count;
	struct worker_numbers *each;
	struct worker_backlog backlog;
	struct { struct text name; int64_t behind_us; } followers[FOLLOWER_COUNT];
};

struct worker_deps {
	const struct config *config;   /* outlives the worker; stop_timeout_ms may change, read by worker 0 alone */
	const struct startup *startup;
	struct clock *clock;
	struct worker_board *board;
	const struct api_shared *shared; /* by all workers */
	int index;
	/* In the worker's thread: it listens, or could not (then *f says why and it does not go on). */
	void (*on_open)(void *arg, struct worker *w, const struct fault *f);
	void *arg;
};

struct worker *worker_new(const struct worker_deps *deps, struct fault *f) must_check;
void worker_free(struct worker *w);        /* after its loop ended; NULL allowed */
void worker_run(struct worker *w);         /* until it has drained or was halted */

struct loop *worker_loop(struct worker *w);
/* In the worker's thread. */
void worker_open(struct worker *w, const struct worker_sockets *given); /* those other than the first listen on its sockets, once they know rules and clients */
struct worker_sockets worker_sockets(const struct worker *w);
int worker_port(const struct worker *w, int listener); /* 0: there is no such listener, or it has no port */
void worker_reload(struct worker *w);      /* rules and clients are read anew */
void worker_drain(struct worker *w, int64_t timeout_us, bool stops); /* stops: ends its own loop when drained */
bool worker_is_drained(const struct worker *w); /* from any thread */
void worker_note(struct worker *w);        /* brings its line on the board up to date */

#endif
