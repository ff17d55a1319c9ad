/*
 * The subscriptions in memory, sorted by their ids.
 */
#include "flow/push_priv.h"

#include <stdlib.h>

struct push_sub *push_find_among(const struct push *p, const struct id *id, int count)
{
	int low = 0, high = count - 1;

	while (low <= high) {
		int middle = low + (high - low) / 2, order = id_cmp(id, &p->subs[middle]->id);

		if (order == 0)
			return p->subs[middle];
		if (order < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return NULL;
}

struct push_sub *push_find(const struct push *p, const struct id *id)
{
	return push_find_among(p, id, p->sub_count);
}

struct push_sub *push_sub_new(struct push *p, const struct id *id)
{
	struct push_sub **more = realloc(p->subs, (size_t)(p->sub_count + 1) * sizeof(*more));
	struct push_sub *s = calloc(1, sizeof(*s));

	if (more != NULL)
		p->subs = more;
	if (more == NULL || s == NULL) {
		free(s);
		return NULL;
	}
	s->push = p;
	s->id = *id;
	for (int source = 0; source < PUSH_SOURCE_COUNT; source++)
		for (int replay = 0; replay < 2; replay++)
			s->streams[source][replay] = (struct push_stream){ .push = p, .sub = s, .source = (enum push_source)source, .is_replay = replay == 1,
				                                           .recording.number = INT64_MIN };
	p->subs[p->sub_count++] = s; /* sorted in when all are there */
	return s;
}

static int compare(const void *a, const void *b)
{
	return id_cmp(&(*(struct push_sub *const *)a)->id, &(*(struct push_sub *const *)b)->id);
}

void push_subs_sort(struct push *p)
{
	if (p->sub_count > 0)
		qsort(p->subs, (size_t)p->sub_count, sizeof(struct push_sub *), compare);
}

void push_sub_free(struct push *p, struct push_sub *s)
{
	struct push_sub **at = &p->ready_first, *before = NULL;

	while (*at != NULL && *at != s) {
		before = *at;
		at = &before->next_ready;
	}
	if (*at == s) {
		*at = s->next_ready;
		if (p->ready_last == s)
			p->ready_last = before;
	}
	push_drop_queue(s);
	for (int k = 0; k < PUSH_SOURCE_COUNT * 2; k++)
		while (s->streams[k / 2][k % 2].oldest != NULL)
			push_message_free(s->streams[k / 2][k % 2].oldest);
	while (s->retries != NULL)
		push_message_free(s->retries);
	free(s->url);
	free(s);
}
