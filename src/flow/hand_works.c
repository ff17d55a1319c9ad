#include "flow/hand_works.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WORKS    4096 /* batches in hand; beyond: left to the sweep */
#define DONE_MAX 2048

struct hand_work {
	struct id row;
	int holders;
	bool abandoned;
	struct hand_work *next;
};

struct hand_works {
	struct hand_work list[WORKS], *free;
	struct id done[DONE_MAX];
	int done_count;
};

struct hand_works *hand_works_new(void)
{
	struct hand_works *s = calloc(1, sizeof(*s));

	for (int i = 0; s != NULL && i < WORKS; i++) {
		s->list[i].next = s->free;
		s->free = &s->list[i];
	}
	return s;
}

void hand_works_free(struct hand_works *s)
{
	free(s);
}

struct hand_work *hand_work_new(struct hand_works *s, const struct id *row, int holders)
{
	struct hand_work *w = s->free;

	assert(holders >= 1);
	if (w != NULL) {
		s->free = w->next;
		*w = (struct hand_work){ .row = *row, .holders = holders };
	}
	return w;
}

void hand_work_hold(struct hand_work *w)
{
	w->holders++;
}

void hand_work_abandon(struct hand_work *w)
{
	w->abandoned = true;
}

void hand_work_release(struct hand_works *s, struct hand_work *w)
{
	if (--w->holders > 0)
		return;
	if (!w->abandoned && s->done_count < DONE_MAX)
		s->done[s->done_count++] = w->row;
	w->next = s->free;
	s->free = w;
}

int hand_works_done_count(const struct hand_works *s)
{
	return s->done_count;
}

const struct id *hand_works_done(const struct hand_works *s)
{
	return s->done;
}

void hand_works_forget(struct hand_works *s, int n)
{
	assert(n <= s->done_count);
	s->done_count -= n;
	memmove(s->done, s->done + n, sizeof(s->done[0]) * (size_t)s->done_count);
}
