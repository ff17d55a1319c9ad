/*
 * All memory of one request, one batch or one attempt, freed at once.
 *
 * An arena has a hard limit: asking beyond it returns NULL and marks the
 * arena full, so that its owner refuses the work instead of growing (P6).
 * Fill first, check `full` once. Memory is not zeroed unless said.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct arena_block;
struct arena_defer;

struct arena {
	struct arena_block *blocks;
	struct arena_defer *defers; /* run newest first by arena_done() */
	size_t used, limit;
	bool full;
};

void arena_init(struct arena *a, size_t limit_bytes);
/* Runs the deferred calls, frees everything; the arena may be used again. */
void arena_done(struct arena *a);

void *arena_alloc(struct arena *a, size_t size) must_check;
void *arena_zalloc(struct arena *a, size_t size) must_check;
char *arena_dup(struct arena *a, const char *text) must_check;
void *arena_copy(struct arena *a, const void *bytes, size_t size) must_check; /* adds a NUL after the bytes */
/* Enlarges the newest allocation in place, or, when it has a block of its own, by moving it: use what is
 * returned. NULL: not possible, nothing changed and `full` is not set; allocate anew and copy. */
void *arena_extend(struct arena *a, void *newest, size_t old_size, size_t new_size) must_check;
/* A list of `count` items with room for one more: the same, or a copy with twice the room. NULL: the arena is full. */
void *arena_grow(struct arena *a, void *list, int count, int *room, size_t item_size) must_check;
/* Ties an object of an outside library to the arena: fn(object) runs in arena_done().
 * False (arena full): nothing was tied, the caller frees the object itself. */
bool arena_defer(struct arena *a, void (*fn)(void *), void *object) must_check;

/* For tests: the n-th allocation of this process from now fails once (0 = none does). */
void arena_fail_nth(long n);

#endif
