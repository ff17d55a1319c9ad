/*
 * Threads for what costs more time than a loop should give at once: signatures, when many come together.
 *
 * A job is embedded in its owner. Its work runs in a thread of the pool, where it touches only what it was given; then done
 * runs in the loop's thread, once, never from within pool_start(). Jobs begin in the order in which they were started.
 *
 *   started ──► queued ──► working ──► finished ──► done (in the loop)
 *                 └─ cancelled: as if it had never been       a cancelled job that works already is done all the same
 */
#ifndef IO_POOL_H
#define IO_POOL_H

#include "io/loop.h"

struct pool;
struct pool_job;

typedef void pool_fn(struct pool_job *job);

struct pool_job { /* embedded; zero it before first use */
	pool_fn *work, *done;
	struct pool_job *next;
};

/* limit: jobs that wait or work at once. */
struct pool *pool_new(struct loop *l, int threads, int limit, struct fault *f) must_check;
/* False: as many wait as may. */
bool pool_start(struct pool *p, struct pool_job *job, pool_fn *work, pool_fn *done) must_check;
/* True: it will not run and is not done. False: its work has begun, done will follow. */
bool pool_cancel(struct pool *p, struct pool_job *job) must_check;
/* Work that has begun ends first; nothing is done any more. */
void pool_free(struct pool *p);

#endif
