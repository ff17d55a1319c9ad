/*
 * The loop's timers: a heap with four children a node, ordered by time, then by
 * the order in which they were set. Every timer knows its place, so that moving
 * and clearing cost no search. The times are copied into the entries: sifting
 * does not touch the timers' owners but to tell them their new place.
 */
#include <stdlib.h>

#include "io/loop_priv.h"

#define CHILDREN   4u
#define FIRST_SIZE 64u

static bool before(const struct loop_heap_entry *a, const struct loop_heap_entry *b)
{
	return a->due_us < b->due_us || (a->due_us == b->due_us && a->serial < b->serial);
}

static void place(struct loop_heap *h, uint32_t at, struct loop_heap_entry e)
{
	h->entries[at] = e;
	e.timer->place = at;
}

static uint32_t parent_of(uint32_t at)
{
	return (at - 2) / CHILDREN + 1;
}

static void sift_up(struct loop_heap *h, uint32_t at, struct loop_heap_entry e)
{
	while (at > 1 && before(&e, &h->entries[parent_of(at)])) {
		place(h, at, h->entries[parent_of(at)]);
		at = parent_of(at);
	}
	place(h, at, e);
}

static void sift_down(struct loop_heap *h, uint32_t at, struct loop_heap_entry e)
{
	for (;;) {
		uint32_t child = CHILDREN * (at - 1) + 2;
		uint32_t end = child + CHILDREN < h->count + 1 ? child + CHILDREN : h->count + 1;
		uint32_t least = child;

		if (child > h->count)
			break;
		for (uint32_t i = child + 1; i < end; i++)
			if (before(&h->entries[i], &h->entries[least]))
				least = i;
		if (!before(&h->entries[least], &e))
			break;
		place(h, at, h->entries[least]);
		at = least;
	}
	place(h, at, e);
}

static void settle(struct loop_heap *h, uint32_t at, struct loop_heap_entry e)
{
	if (at > 1 && before(&e, &h->entries[parent_of(at)]))
		sift_up(h, at, e);
	else
		sift_down(h, at, e);
}

static bool grow(struct loop_heap *h)
{
	uint32_t size = h->size == 0 ? FIRST_SIZE : h->size * 2;
	struct loop_heap_entry *more = realloc(h->entries, size * sizeof(*more));

	if (more == NULL)
		return false;
	h->entries = more;
	h->size = size;
	return true;
}

bool loop_heap_put(struct loop_heap *h, struct loop_timer *t)
{
	struct loop_heap_entry e = { t->due_us, h->serial, t };

	if (t->place == 0) {
		if (h->count + 1 >= h->size && !grow(h))
			return false;
		h->count++;
		h->serial++;
		sift_up(h, h->count, e);
		return true;
	}
	h->serial++;
	settle(h, t->place, e);
	return true;
}

void loop_heap_remove(struct loop_heap *h, struct loop_timer *t)
{
	uint32_t at = t->place;

	if (at == 0)
		return;
	t->place = 0;
	h->count--;
	if (at <= h->count)
		settle(h, at, h->entries[h->count + 1]);
}

struct loop_timer *loop_heap_take(struct loop_heap *h, int64_t now_us, uint64_t serial)
{
	struct loop_timer *t;

	if (h->count == 0 || h->entries[1].due_us > now_us || h->entries[1].serial >= serial)
		return NULL;
	t = h->entries[1].timer;
	loop_heap_remove(h, t);
	return t;
}
