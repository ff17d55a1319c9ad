/*
 * The descriptors that the loop watches.
 *
 * An event carries its watch's slot and the slot's generation, so that events
 * still in the batch for a watch that was removed meanwhile, or whose descriptor
 * number was taken by another, are recognised and dropped.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "io/loop_priv.h"

#define FIRST_SLOTS 64u
#define SLOTS_MAX   (1u << 20)

static bool slots_grow(struct loop *l)
{
	uint32_t count = l->slot_count == 0 ? FIRST_SLOTS : l->slot_count * 2;
	struct loop_slot *more;

	if (count > SLOTS_MAX)
		return false;
	more = realloc(l->slots, count * sizeof(*more));
	if (more == NULL)
		return false;
	l->slots = more;
	for (uint32_t i = count - 1; i >= l->slot_count && i > 0; i--) {
		more[i] = (struct loop_slot){ .next_free = l->slot_free };
		l->slot_free = i;
	}
	l->slot_count = count;
	return true;
}

/* Adds or changes; tolerates that a library closed and reopened the number behind our back. */
static bool control(struct loop *l, const struct loop_fd *w, int op)
{
	struct epoll_event e = { .events = EPOLLRDHUP, .data.u64 = (uint64_t)w->slot << 32 | w->generation };

	if ((w->wanted & LOOP_READ) != 0)
		e.events |= EPOLLIN;
	if ((w->wanted & LOOP_WRITE) != 0)
		e.events |= EPOLLOUT;
	if (epoll_ctl(l->epoll, op, w->fd, &e) == 0)
		return true;
	if (op == EPOLL_CTL_ADD && errno == EEXIST)
		return epoll_ctl(l->epoll, EPOLL_CTL_MOD, w->fd, &e) == 0;
	if (op == EPOLL_CTL_MOD && errno == ENOENT)
		return epoll_ctl(l->epoll, EPOLL_CTL_ADD, w->fd, &e) == 0;
	return false;
}

bool loop_fd_add(struct loop *l, struct loop_fd *w, int fd, unsigned wanted, loop_fd_fn *fn)
{
	assert(w->slot == 0);
	if (l->slot_free == 0 && !slots_grow(l))
		return false;
	w->fn = fn;
	w->fd = fd;
	w->wanted = wanted;
	w->slot = l->slot_free;
	w->generation = l->slots[w->slot].generation;
	if (!control(l, w, EPOLL_CTL_ADD)) {
		w->slot = 0;
		return false;
	}
	l->slot_free = l->slots[w->slot].next_free;
	l->slots[w->slot].watch = w;
	return true;
}

void loop_fd_want(struct loop *l, struct loop_fd *w, unsigned wanted)
{
	assert(w->slot != 0);
	if (w->wanted == wanted)
		return;
	w->wanted = wanted;
	(void)control(l, w, EPOLL_CTL_MOD); /* fails only for a descriptor that is closed: then nothing can be heard */
}

void loop_fd_remove(struct loop *l, struct loop_fd *w)
{
	struct loop_slot *s;

	if (w->slot == 0)
		return;
	s = &l->slots[w->slot];
	assert(s->watch == w);
	(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL); /* ENOENT, EBADF: the kernel forgot it at close */
	s->watch = NULL;
	s->generation++;
	s->next_free = l->slot_free;
	l->slot_free = w->slot;
	w->slot = 0;
}

void loop_fd_event(struct loop *l, const struct epoll_event *e)
{
	uint32_t slot = (uint32_t)(e->data.u64 >> 32), generation = (uint32_t)e->data.u64;
	struct loop_fd *w = l->slots[slot].watch;
	unsigned events = 0;

	if (w == NULL || l->slots[slot].generation != generation)
		return;
	if ((e->events & EPOLLIN) != 0)
		events |= LOOP_READ;
	if ((e->events & EPOLLOUT) != 0)
		events |= LOOP_WRITE;
	if ((e->events & EPOLLRDHUP) != 0)
		events |= LOOP_HUP;
	if ((e->events & (EPOLLHUP | EPOLLERR)) != 0) /* reading or writing will tell what it is */
		events |= LOOP_HUP | (w->wanted & (LOOP_READ | LOOP_WRITE));
	w->fn(w, events);
}
