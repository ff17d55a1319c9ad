/*
 * One event loop per thread: epoll, timers, work put off to the end of the turn.
 *
 * A turn: wait for descriptors or the next timer; run what fired; run what was
 * put off with loop_soon() (what these put off runs in the next turn); run the
 * turn hooks. Everything else in io/ is built on this; nothing above io/ sees a
 * descriptor. One thread only, except loop_wake().
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/fault.h"

struct loop;
struct loop_fd;
struct loop_timer;
struct loop_task;
struct loop_hook;

#define LOOP_READ  1u
#define LOOP_WRITE 2u
/* The peer left (or shut its side, or the descriptor is in error): reported always, watched alone when
 * nothing else is asked, and every turn until the watch is removed. */
#define LOOP_HUP 4u

typedef void loop_fd_fn(struct loop_fd *w, unsigned events);
typedef void loop_timer_fn(struct loop_timer *t);
typedef void loop_task_fn(struct loop_task *t);

struct loop_fd { /* embedded in its owner; zero it before first use */
	loop_fd_fn *fn;
	int fd;
	unsigned wanted;
	uint32_t slot, generation; /* the loop's */
};

struct loop_timer { /* embedded; zero it before first use */
	loop_timer_fn *fn;
	int64_t due_us; /* monotonic */
	uint32_t place; /* in the heap, 1-based; 0: not armed */
};

struct loop_task { /* embedded; zero it before first use */
	loop_task_fn *fn;
	struct loop_task *next;
	bool queued;
};

struct loop_hook { /* runs at the end of every turn and may bound the next wait */
	void (*after_turn)(struct loop_hook *h);
	int64_t (*wait_us)(struct loop_hook *h); /* how long the loop may sleep; -1: no bound; NULL: no bound */
	struct loop_hook *next;
};

struct loop *loop_new(struct fault *f) must_check;
void loop_free(struct loop *l);

bool loop_fd_add(struct loop *l, struct loop_fd *w, int fd, unsigned wanted, loop_fd_fn *fn) must_check;
void loop_fd_want(struct loop *l, struct loop_fd *w, unsigned wanted);
void loop_fd_remove(struct loop *l, struct loop_fd *w); /* before the descriptor is closed; harmless when not added */

void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t after_us, loop_timer_fn *fn); /* arms or moves */
void loop_timer_clear(struct loop *l, struct loop_timer *t);
void loop_soon(struct loop *l, struct loop_task *t, loop_task_fn *fn); /* once, however often asked before it runs */
void loop_soon_cancel(struct loop *l, struct loop_task *t);
void loop_hook_add(struct loop *l, struct loop_hook *h);
void loop_hook_remove(struct loop *l, struct loop_hook *h);

/* Time of this turn, monotonic; read once a turn. */
int64_t loop_now_us(const struct loop *l);
void loop_run(struct loop *l);  /* until loop_stop() */
void loop_stop(struct loop *l); /* from within the loop */
/* From any thread: have fn(arg) run in the loop's thread. Copies nothing; false: the queue is full. */
bool loop_wake(struct loop *l, void (*fn)(void *arg), void *arg) must_check;

struct loop_stats { /* readable from other threads, each value by itself */
	_Atomic uint64_t turns;
	_Atomic uint64_t busy_us;      /* spent outside epoll_wait */
	_Atomic uint64_t longest_us;   /* the longest turn since the last look: exchange with 0 */
	_Atomic int64_t last_turn_us;  /* monotonic, for the watchdog */
};
struct loop_stats *loop_stats(struct loop *l);

/* Signals as calls in the loop's thread (signalfd); blocks them for the process. Before any thread starts. */
bool loop_signals(struct loop *l, const int *signals, int count, void (*fn)(void *arg, int signal), void *arg,
                  struct fault *f) must_check;

#endif
