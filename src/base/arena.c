/*
 * Memory by blocks: a pointer moves forward in the newest block.
 *
 *   blocks ─► current ─► own ─► own ─► older …
 *
 * Blocks start small and double, so that a short request costs one malloc and a long one few. A request larger
 * than the next block gets a block of its own, put behind the current one, which stays in use. The limit counts
 * what was asked for, rounded up; memory taken from the system exceeds it by less than one block.
 * Nothing is ever given back before arena_done().
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FIRST_BYTES = 4096, BLOCK_LAST_BYTES = 65536, ALIGN_BYTES = _Alignof(max_align_t) };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	max_align_t bytes[];
};

struct arena_defer {
	struct arena_defer *next;
	void (*fn)(void *);
	void *object;
};

/* The one mutable thing of this file outside arenas: a test counts here down to the allocation that fails. */
static _Atomic long fail_in;

void arena_fail_nth(long n)
{
	fail_in = n;
}

static bool must_fail(void)
{
	return fail_in > 0 && --fail_in == 0;
}

static size_t rounded(size_t size)
{
	return (size + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
}

void arena_init(struct arena *a, size_t limit_bytes)
{
	*a = (struct arena){ .limit = limit_bytes };
}

void arena_done(struct arena *a)
{
	while (a->defers != NULL) {
		struct arena_defer *d = a->defers;

		a->defers = d->next;
		d->fn(d->object);
	}
	while (a->blocks != NULL) {
		struct arena_block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
	arena_init(a, a->limit);
}

static struct arena_block *block_new(size_t size)
{
	struct arena_block *b = malloc(sizeof(*b) + size);

	if (b != NULL) {
		b->used = 0;
		b->size = size;
	}
	return b;
}

/* A block with room for need bytes, linked into the arena; NULL: the system has no memory. */
static struct arena_block *block_add(struct arena *a, size_t need)
{
	struct arena_block *current = a->blocks, *b;
	size_t size = BLOCK_FIRST_BYTES;

	if (current != NULL && current->size >= BLOCK_FIRST_BYTES)
		size = current->size < BLOCK_LAST_BYTES ? current->size * 2 : BLOCK_LAST_BYTES;

	if (need > size / 2 && current != NULL) { /* too big to begin a block with */
		b = block_new(need);
		if (b == NULL)
			return NULL;
		b->next = current->next;
		current->next = b;
		return b;
	}
	if (size > a->limit - a->used)
		size = a->limit - a->used; /* no more than the arena may still give */
	b = block_new(need > size ? need : size);
	if (b == NULL)
		return NULL;
	b->next = current;
	a->blocks = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->blocks;
	size_t need = rounded(size > 0 ? size : 1);

	if (need < size || need > a->limit - a->used || must_fail()) {
		a->full = true;
		return NULL;
	}
	if (b == NULL || b->size - b->used < need)
		b = block_add(a, need);
	if (b == NULL) {
		a->full = true;
		return NULL;
	}
	a->used += need;
	b->used += need;
	return (char *)b->bytes + b->used - need;
}

/* The block in which the allocation is the last one: the current block, or the newest with an owner of its own. */
static struct arena_block **block_ending_in(struct arena *a, const void *at, size_t need)
{
	struct arena_block **where = &a->blocks;

	for (int i = 0; i < 2 && *where != NULL; i++, where = &(*where)->next) {
		struct arena_block *b = *where;

		if (b->used >= need && (const char *)b->bytes + b->used - need == (const char *)at)
			return where;
	}
	return NULL;
}

void *arena_extend(struct arena *a, void *newest, size_t old_size, size_t new_size)
{
	size_t old_need = rounded(old_size > 0 ? old_size : 1), new_need = rounded(new_size);
	struct arena_block **where, *b;

	if (new_need < new_size || new_size < old_size || new_need - old_need > a->limit - a->used)
		return NULL;
	where = block_ending_in(a, newest, old_need);
	if (where == NULL)
		return NULL;
	b = *where;
	if (b->size - b->used < new_need - old_need) {
		if (b->used != old_need)
			return NULL; /* others live in this block: it must not move */
		b = realloc(b, sizeof(*b) + new_need);
		if (b == NULL)
			return NULL;
		b->size = new_need;
		*where = b;
	}
	a->used += new_need - old_need;
	b->used += new_need - old_need;
	return (char *)b->bytes + b->used - new_need;
}

void *arena_zalloc(struct arena *a, size_t size)
{
	void *at = arena_alloc(a, size);

	return at == NULL ? NULL : memset(at, 0, size);
}

void *arena_copy(struct arena *a, const void *bytes, size_t size)
{
	char *copy = size < SIZE_MAX ? arena_alloc(a, size + 1) : NULL;

	if (copy == NULL) {
		a->full = true;
		return NULL;
	}
	if (size > 0)
		memcpy(copy, bytes, size);
	copy[size] = '\0';
	return copy;
}

char *arena_dup(struct arena *a, const char *text)
{
	return arena_copy(a, text, strlen(text));
}

void *arena_grow(struct arena *a, void *list, int count, int *room, size_t item_size)
{
	int twice = *room == 0 ? 4 : 2 * *room;
	void *grown;

	if (count < *room)
		return list;
	grown = arena_alloc(a, item_size * (size_t)twice);
	if (grown == NULL)
		return NULL;
	if (count > 0)
		memcpy(grown, list, item_size * (size_t)count);
	*room = twice;
	return grown;
}

bool arena_defer(struct arena *a, void (*fn)(void *), void *object)
{
	struct arena_defer *d = arena_alloc(a, sizeof(*d));

	if (d == NULL)
		return false;
	d->next = a->defers;
	d->fn = fn;
	d->object = object;
	a->defers = d;
	return true;
}
