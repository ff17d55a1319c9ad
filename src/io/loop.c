/*
 * The event loop: level-triggered epoll, a heap of timers, two lists.
 *
 *   wait ──> descriptors ──> timers ──> put-off tasks ──> hooks ──> wait …
 *
 * The wait is never longer than WAIT_MAX_MS: the watchdog looks at the time of the last turn.
 */
#include "io/loop.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/loop_priv.h"

#define EVENTS_MAX  256
#define WAIT_MAX_MS 1000

struct loop *loop_new(struct fault *f)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the loop");
		return NULL;
	}
	l->soon_end = &l->soon;
	l->now_us = clock_mono_us();
	atomic_store(&l->stats.last_turn_us, l->now_us);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0) {
		(void)fault_set(f, FAULT_SYSTEM, "epoll: %s", strerror(errno));
		free(l);
		return NULL;
	}
	if (!loop_waker_init(l, &l->waker, f)) {
		loop_free(l);
		return NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	assert(!l->running);
	if (l->signals.event.slot != 0) {
		int fd = l->signals.event.fd;

		loop_fd_remove(l, &l->signals.event);
		(void)close(fd);
	}
	loop_waker_done(l, &l->waker);
	(void)close(l->epoll);
	free(l->slots);
	free(l->timers.entries);
	free(l);
}

/* --- timers, tasks, hooks ------------------------------------------------------ */

void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t after_us, loop_timer_fn *fn)
{
	t->fn = fn;
	t->due_us = loop_now_us(l) + (after_us > 0 ? after_us : 0);
	if (!loop_heap_put(&l->timers, t))
		abort(); /* a timer that never fires would break a promise silently; restarting does not */
}

void loop_timer_clear(struct loop *l, struct loop_timer *t)
{
	loop_heap_remove(&l->timers, t);
}

static void run_timers(struct loop *l)
{
	uint64_t serial = l->timers.serial; /* what is set from here on waits for the next turn */
	struct loop_timer *t;

	while ((t = loop_heap_take(&l->timers, l->now_us, serial)) != NULL)
		t->fn(t);
}

void loop_soon(struct loop *l, struct loop_task *t, loop_task_fn *fn)
{
	t->fn = fn;
	if (t->queued)
		return;
	t->queued = true;
	t->next = NULL;
	*l->soon_end = t;
	l->soon_end = &t->next;
}

void loop_soon_cancel(struct loop *l, struct loop_task *t)
{
	struct loop_task **at;

	if (!t->queued)
		return;
	t->queued = false;
	for (at = &l->due; *at != NULL; at = &(*at)->next) {
		if (*at == t) {
			*at = t->next;
			return;
		}
	}
	for (at = &l->soon; *at != t; at = &(*at)->next)
		assert(*at != NULL);
	*at = t->next;
	if (l->soon_end == &t->next)
		l->soon_end = at;
}

static void run_soon(struct loop *l)
{
	struct loop_task *t;

	l->due = l->soon;
	l->soon = NULL;
	l->soon_end = &l->soon;
	while ((t = l->due) != NULL) {
		l->due = t->next;
		t->queued = false;
		t->fn(t);
	}
}

void loop_hook_add(struct loop *l, struct loop_hook *h)
{
	struct loop_hook **at = &l->hooks;

	while (*at != NULL)
		at = &(*at)->next;
	h->next = NULL;
	*at = h;
}

void loop_hook_remove(struct loop *l, struct loop_hook *h)
{
	struct loop_hook **at = &l->hooks;

	while (*at != NULL && *at != h)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = h->next;
	if (l->hook_next == h)
		l->hook_next = h->next;
}

static void run_hooks(struct loop *l)
{
	for (struct loop_hook *h = l->hooks; h != NULL; h = l->hook_next) {
		l->hook_next = h->next;
		if (h->after_turn != NULL)
			h->after_turn(h);
	}
}

/* --- the turns ------------------------------------------------------------------ */

int64_t loop_now_us(const struct loop *l)
{
	return l->running ? l->now_us : clock_mono_us();
}

static int wait_ms(struct loop *l, int64_t now_us)
{
	int64_t us = (int64_t)WAIT_MAX_MS * 1000;

	if (l->soon != NULL || l->stopping)
		return 0;
	if (l->timers.count > 0 && l->timers.entries[1].due_us - now_us < us)
		us = l->timers.entries[1].due_us - now_us;
	for (struct loop_hook *h = l->hooks; h != NULL; h = h->next) {
		int64_t bound = h->wait_us == NULL ? -1 : h->wait_us(h);

		if (bound >= 0 && bound < us)
			us = bound;
	}
	return us <= 0 ? 0 : (int)((us + 999) / 1000);
}

static void count_turn(struct loop *l, int64_t busy_us)
{
	uint64_t busy = busy_us > 0 ? (uint64_t)busy_us : 0;

	(void)atomic_fetch_add_explicit(&l->stats.turns, 1, memory_order_relaxed);
	(void)atomic_fetch_add_explicit(&l->stats.busy_us, busy, memory_order_relaxed);
	if (busy > atomic_load_explicit(&l->stats.longest_us, memory_order_relaxed))
		atomic_store_explicit(&l->stats.longest_us, busy, memory_order_relaxed);
}

static void turn(struct loop *l)
{
	struct epoll_event events[EVENTS_MAX];
	int64_t idle_from_us = clock_mono_us();
	int count = epoll_wait(l->epoll, events, EVENTS_MAX, wait_ms(l, idle_from_us));

	assert(count >= 0 || errno == EINTR);
	l->now_us = clock_mono_us();
	atomic_store_explicit(&l->stats.last_turn_us, l->now_us, memory_order_relaxed);
	for (int i = 0; i < count; i++)
		loop_fd_event(l, &events[i]);
	run_timers(l);
	run_soon(l);
	run_hooks(l);
	count_turn(l, clock_mono_us() - l->now_us);
}

void loop_run(struct loop *l)
{
	assert(!l->running);
	l->now_us = clock_mono_us();
	l->running = true;
	l->stopping = false;
	while (!l->stopping)
		turn(l);
	l->running = false;
}

void loop_stop(struct loop *l)
{
	l->stopping = true;
}

struct loop_stats *loop_stats(struct loop *l)
{
	return &l->stats;
}
