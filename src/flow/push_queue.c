/*
 * Messages in memory, and the queues in which they wait.
 *
 * A subscription has two: what it reads, in order, and what failed before and is due. Messages of a stream also hang in the order
 * in which they were read: the oldest that is not done says how far the stream is done.
 */
#include "flow/push_priv.h"

#include <stdlib.h>

#define ATTEMPT_BYTES 16384u /* headers of an attempt; and a copy of the body for each of up to three signatures */

int push_mark_cmp(const struct push_mark *a, const struct push_mark *b)
{
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return id_cmp(&a->id, &b->id);
}

struct push_message *push_message_new(struct push *p, struct push_sub *s, struct text id, const char *content_type, struct text body)
{
	size_t type_len = strlen(content_type), bytes = sizeof(struct push_message) + id.len + type_len + body.len + 3;
	struct push_message *m = calloc(1, bytes);
	char *at;

	if (m == NULL)
		return NULL;
	*m = (struct push_message){ .push = p, .sub = s, .bytes = bytes };
	at = (char *)(m + 1);
	memcpy(at, id.at, id.len);
	m->id = (struct text){ at, id.len };
	at += id.len + 1;
	memcpy(at, content_type, type_len);
	m->content_type = at;
	at += type_len + 1;
	memcpy(at, body.at, body.len);
	m->body = (struct text){ at, body.len };
	arena_init(&m->arena, ATTEMPT_BYTES + 4 * body.len);
	p->bytes += bytes;
	return m;
}

static void leave_row(struct push_message **oldest, struct push_message **newest, struct push_message *m)
{
	if (m->older != NULL)
		m->older->newer = m->newer;
	else
		*oldest = m->newer;
	if (m->newer != NULL)
		m->newer->older = m->older;
	else if (newest != NULL)
		*newest = m->older;
}

void push_message_free(struct push_message *m)
{
	if (m->stream != NULL)
		leave_row(&m->stream->oldest, &m->stream->newest, m);
	else
		leave_row(&m->sub->retries, NULL, m);
	m->push->bytes -= m->bytes;
	arena_done(&m->arena);
	free(m);
}

bool push_has_room(const struct push_sub *s)
{
	return s->enabled && !s->is_held && s->queued < PUSH_QUEUE / 2;
}

bool push_enqueue(struct push_stream *t, struct text id, const char *content_type, struct text body, const struct push_mark *upto)
{
	struct push_sub *s = t->sub;
	struct push *p = t->push;
	struct push_message *m;

	if (s->queued >= PUSH_QUEUE || (s->queued > 0 && p->bytes >= p->conf.memory_bytes))
		return false;
	m = push_message_new(p, s, id, content_type, body);
	if (m == NULL)
		return false;
	m->stream = t;
	m->before = t->taken;
	m->older = t->newest;
	if (t->newest != NULL)
		t->newest->newer = m;
	else
		t->oldest = m;
	t->newest = m;
	if (s->last != NULL)
		s->last->next = m;
	else
		s->first = m;
	s->last = m;
	s->queued++;
	p->stats.queued++;
	t->taken = *upto;
	push_ready(s);
	return true;
}

void push_drop_queue(struct push_sub *s)
{
	struct push_message *m, *next;

	for (int k = 0; k < PUSH_SOURCE_COUNT * 2; k++)
		s->streams[k / 2][k % 2].is_behind = true;
	for (m = s->first; m != NULL; m = next) {
		struct push_stream *t = m->stream;

		next = m->next;
		if (push_mark_cmp(&m->before, &t->taken) < 0)
			t->taken = m->before;
		m->push->stats.queued--;
		push_message_free(m);
	}
	s->first = s->last = NULL;
	s->queued = 0;
	for (m = s->again_first; m != NULL; m = next) {
		next = m->next;
		push_message_free(m); /* its claim runs out */
	}
	s->again_first = s->again_last = NULL;
}

void push_ready(struct push_sub *s)
{
	struct push *p = s->push;

	if (s->is_ready)
		return;
	s->is_ready = true;
	s->next_ready = NULL;
	if (p->ready_last != NULL)
		p->ready_last->next_ready = s;
	else
		p->ready_first = s;
	p->ready_last = s;
}

static bool may_send_new(const struct push_sub *s)
{
	return s->enabled && !s->is_held && s->waiting < s->push->conf.failed_max && s->in_flight < s->push->conf.per_subscription;
}

struct push_message *push_take(struct push_sub *s)
{
	struct push_message *m = s->again_first;

	if (m != NULL && s->in_flight < (s->is_held ? 1 : s->push->conf.per_subscription)) {
		s->again_first = m->next;
		if (m->next == NULL)
			s->again_last = NULL;
	} else if (s->first != NULL && may_send_new(s)) {
		m = s->first;
		s->first = m->next;
		if (m->next == NULL)
			s->last = NULL;
		s->queued--;
		s->push->stats.queued--;
	} else {
		return NULL;
	}
	m->next = NULL;
	return m;
}
