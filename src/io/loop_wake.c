/*
 * What reaches the loop from outside its thread: calls of other threads (a
 * bounded ring behind a mutex, an eventfd that wakes the loop) and signals (a
 * signalfd). Both end as plain calls in the loop's thread.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "io/loop_priv.h"

static void on_woken(struct loop_fd *event, unsigned events)
{
	struct loop_waker *w = container_of(event, struct loop_waker, event);
	uint64_t times;
	unsigned left;

	(void)events;
	if (read(event->fd, &times, sizeof(times)) < 0)
		return; /* EAGAIN: somebody else's wake was counted with ours */
	(void)pthread_mutex_lock(&w->lock);
	for (left = w->count; left > 0; left--) {
		void (*fn)(void *) = w->calls[w->first].fn;
		void *arg = w->calls[w->first].arg;

		w->first = (w->first + 1) % LOOP_WAKES_MAX;
		w->count--;
		(void)pthread_mutex_unlock(&w->lock);
		fn(arg);
		(void)pthread_mutex_lock(&w->lock);
	}
	left = w->count;
	(void)pthread_mutex_unlock(&w->lock);
	if (left > 0) /* came while these ran, maybe before the counter was read: look again next turn */
		(void)eventfd_write(event->fd, 1);
}

bool loop_waker_init(struct loop *l, struct loop_waker *w, struct fault *f)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0)
		return fault_set(f, FAULT_SYSTEM, "eventfd: %s", strerror(errno));
	if (!loop_fd_add(l, &w->event, fd, LOOP_READ, on_woken)) {
		(void)close(fd);
		return fault_set(f, FAULT_SYSTEM, "the event descriptor cannot be watched");
	}
	(void)pthread_mutex_init(&w->lock, NULL);
	return true;
}

void loop_waker_done(struct loop *l, struct loop_waker *w)
{
	int fd = w->event.fd;

	if (w->event.slot == 0)
		return;
	loop_fd_remove(l, &w->event);
	(void)close(fd);
	(void)pthread_mutex_destroy(&w->lock);
}

bool loop_wake(struct loop *l, void (*fn)(void *arg), void *arg)
{
	struct loop_waker *w = &l->waker;
	bool has_room, was_empty;

	(void)pthread_mutex_lock(&w->lock);
	has_room = w->count < LOOP_WAKES_MAX;
	was_empty = w->count == 0;
	if (has_room) {
		unsigned at = (w->first + w->count) % LOOP_WAKES_MAX;

		w->calls[at].fn = fn;
		w->calls[at].arg = arg;
		w->count++;
	}
	(void)pthread_mutex_unlock(&w->lock);
	if (was_empty)
		(void)eventfd_write(w->event.fd, 1); /* fails only when it is set high already */
	return has_room;
}

static void on_signal(struct loop_fd *event, unsigned events)
{
	struct loop_signal_watch *s = container_of(event, struct loop_signal_watch, event);
	struct signalfd_siginfo info;

	(void)events;
	while (read(event->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		s->fn(s->arg, (int)info.ssi_signo);
		if (event->slot == 0)
			return; /* the call ended the watch */
	}
}

bool loop_signals(struct loop *l, const int *signals, int count, void (*fn)(void *arg, int signal), void *arg,
                  struct fault *f)
{
	sigset_t set;
	int fd;

	assert(l->signals.event.slot == 0);
	(void)sigemptyset(&set);
	for (int i = 0; i < count; i++)
		(void)sigaddset(&set, signals[i]);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return fault_set(f, FAULT_SYSTEM, "the signals cannot be blocked");
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return fault_set(f, FAULT_SYSTEM, "signalfd: %s", strerror(errno));
	l->signals.fn = fn;
	l->signals.arg = arg;
	if (!loop_fd_add(l, &l->signals.event, fd, LOOP_READ, on_signal)) {
		(void)close(fd);
		return fault_set(f, FAULT_SYSTEM, "the signal descriptor cannot be watched");
	}
	return true;
}
