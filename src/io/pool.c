#include "io/pool.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { THREADS_MAX = 16 };

struct jobs { /* first in, first out */
	struct pool_job *first, **last;
};

struct pool {
	struct loop *loop;
	struct loop_fd event; /* something is finished */
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wake;
	struct jobs queued, finished;
	int open;             /* started, and not done or cancelled */
	bool ends;
	int limit, thread_count;
	pthread_t threads[THREADS_MAX];
};

static void jobs_init(struct jobs *q)
{
	q->first = NULL;
	q->last = &q->first;
}

static void jobs_put(struct jobs *q, struct pool_job *job)
{
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
}

static struct pool_job *jobs_take(struct jobs *q)
{
	struct pool_job *job = q->first;

	if (job == NULL)
		return NULL;
	q->first = job->next;
	if (q->first == NULL)
		q->last = &q->first;
	return job;
}

static void *run(void *arg)
{
	struct pool *p = arg;
	struct pool_job *job;

	(void)pthread_mutex_lock(&p->lock);
	while (!p->ends) {
		job = jobs_take(&p->queued);
		if (job == NULL) {
			(void)pthread_cond_wait(&p->wake, &p->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&p->lock);
		job->work(job);
		(void)pthread_mutex_lock(&p->lock);
		jobs_put(&p->finished, job);
		(void)eventfd_write(p->event.fd, 1);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void on_finished(struct loop_fd *event, unsigned events)
{
	struct pool *p = container_of(event, struct pool, event);
	struct pool_job *job, *next;
	eventfd_t times;

	(void)events;
	(void)eventfd_read(event->fd, &times);
	(void)pthread_mutex_lock(&p->lock);
	job = p->finished.first;
	jobs_init(&p->finished);
	for (next = job; next != NULL; next = next->next)
		p->open--;
	(void)pthread_mutex_unlock(&p->lock);
	for (; job != NULL; job = next) {
		next = job->next; /* done may free it */
		job->done(job);
	}
}

/* Signals are the main loop's. */
static bool start_threads(struct pool *p, int threads)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	while (p->thread_count < threads && pthread_create(&p->threads[p->thread_count], NULL, run, p) == 0)
		p->thread_count++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return p->thread_count == threads;
}

struct pool *pool_new(struct loop *l, int threads, int limit, struct fault *f)
{
	struct pool *p = calloc(1, sizeof(*p));
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	assert(threads >= 1 && threads <= THREADS_MAX);
	if (p == NULL || fd < 0 || !loop_fd_add(l, &p->event, fd, LOOP_READ, on_finished)) {
		(void)fault_set(f, FAULT_SYSTEM, "no event for a pool of threads: %s", strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		free(p);
		return NULL;
	}
	p->loop = l;
	p->limit = limit;
	jobs_init(&p->queued);
	jobs_init(&p->finished);
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->wake, NULL);
	if (!start_threads(p, threads)) {
		(void)fault_set(f, FAULT_SYSTEM, "no threads for a pool");
		pool_free(p);
		return NULL;
	}
	return p;
}

bool pool_start(struct pool *p, struct pool_job *job, pool_fn *work, pool_fn *done)
{
	bool has_room;

	job->work = work;
	job->done = done;
	(void)pthread_mutex_lock(&p->lock);
	has_room = p->open < p->limit;
	if (has_room) {
		p->open++;
		jobs_put(&p->queued, job);
		(void)pthread_cond_signal(&p->wake);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return has_room;
}

bool pool_cancel(struct pool *p, struct pool_job *job)
{
	struct pool_job **at;
	bool found;

	(void)pthread_mutex_lock(&p->lock);
	for (at = &p->queued.first; *at != NULL && *at != job; at = &(*at)->next)
		;
	found = *at != NULL;
	if (found) {
		*at = job->next;
		if (p->queued.last == &job->next)
			p->queued.last = at;
		p->open--;
	}
	(void)pthread_mutex_unlock(&p->lock);
	return found;
}

void pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->ends = true;
	(void)pthread_cond_broadcast(&p->wake);
	(void)pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->thread_count; i++)
		(void)pthread_join(p->threads[i], NULL);
	loop_fd_remove(p->loop, &p->event);
	(void)close(p->event.fd);
	(void)pthread_cond_destroy(&p->wake);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}
