/*
 * The inside of the loop, shared by src/io/loop*.c; nobody else includes it.
 *
 *   loop ─► loop_wake ─► loop_fd
 *     └───► loop_heap
 */
#ifndef IO_LOOP_PRIV_H
#define IO_LOOP_PRIV_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/attr.h"
#include "io/loop.h"

/* --- the timers ------------------------------------------------------------ */
struct loop_heap_entry {
	int64_t due_us;
	uint64_t serial; /* of equal times the one set first fires first */
	struct loop_timer *timer;
};

struct loop_heap { /* four children a node; entries count from 1 */
	struct loop_heap_entry *entries;
	uint32_t count, size;
	uint64_t serial; /* the next one */
};

/* Arms or moves t, whose due_us is set. False: no memory, t is as it was. */
bool loop_heap_put(struct loop_heap *h, struct loop_timer *t) must_check;
void loop_heap_remove(struct loop_heap *h, struct loop_timer *t);
/* The first timer, disarmed, if it is due by now_us and was set before serial; else NULL. */
struct loop_timer *loop_heap_take(struct loop_heap *h, int64_t now_us, uint64_t serial);

/* --- calls from outside the loop's thread ----------------------------------- */
enum { LOOP_WAKES_MAX = 1024 };

struct loop_waker {
	pthread_mutex_t lock;
	struct {
		void (*fn)(void *arg);
		void *arg;
	} calls[LOOP_WAKES_MAX]; /* a ring */
	unsigned first, count;
	struct loop_fd event;
};

struct loop_signal_watch {
	struct loop_fd event;
	void (*fn)(void *arg, int signal);
	void *arg;
};

bool loop_waker_init(struct loop *l, struct loop_waker *w, struct fault *f) must_check;
void loop_waker_done(struct loop *l, struct loop_waker *w);

/* --- the loop itself --------------------------------------------------------- */
struct loop_slot {
	struct loop_fd *watch; /* NULL: free */
	uint32_t generation;   /* grows whenever the slot is given up */
	uint32_t next_free;
};

struct loop {
	int epoll;
	struct loop_slot *slots; /* from 1; 0 means "not added" */
	uint32_t slot_count, slot_free;
	struct loop_heap timers;
	struct loop_task *soon, **soon_end; /* asked for since the last run */
	struct loop_task *due;              /* being run now */
	struct loop_hook *hooks, *hook_next; /* hook_next: where the walk goes on if a hook leaves */
	int64_t now_us;
	bool running, stopping;
	struct loop_stats stats;
	struct loop_waker waker;
	struct loop_signal_watch signals;
};

/* loop_fd.c: what epoll told of one of the descriptors. */
void loop_fd_event(struct loop *l, const struct epoll_event *e);

#endif
