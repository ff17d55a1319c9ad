/*
 * Answers that come after a while: POST {gateway}/v1/authorities/{CODE}/receipts.
 *
 *   later_add ──> waiting (by due time) ──timer──> one request per answer batch ──┬─ 2xx, 404: done
 *                    ^                                                            └─ else: again after a pause
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "mock/mock.h"

#define BATCH_MAX   MOCK_SAID_MAX
#define WAITING_MAX 200000
#define TICK_US     10000
#define PAUSE_US    200000
#define POSTS_MAX   16

struct due { /* one answer */
	struct mock_authority *m;
	struct mock_message *msg;
	enum part_outcome outcome;
	int64_t at_us, due_us;
	struct due *next;
};

struct post {
	struct later *home;
	struct mock_authority *m;
	struct arena arena;
	struct due *list;
	int count;
	struct httpc_call http;
	const char *headers[2];
	bool busy;
};

struct later {
	struct mock *mock;
	struct due *waiting[AUTHORITY_COUNT], **tails[AUTHORITY_COUNT];
	uint64_t count;
	struct post posts[POSTS_MAX];
	struct loop_timer tick;
};

static loop_timer_fn on_tick;
static httpc_done_fn on_answered;

struct later *later_new(struct mock *m)
{
	struct later *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->mock = m;
	for (int i = 0; i < AUTHORITY_COUNT; i++)
		l->tails[i] = &l->waiting[i];
	for (int i = 0; i < POSTS_MAX; i++) {
		l->posts[i].home = l;
		arena_init(&l->posts[i].arena, (size_t)8 << 20);
	}
	loop_timer_set(m->loop, &l->tick, TICK_US, on_tick);
	return l;
}

static void put_back(struct later *l, struct due *d, int64_t due_us)
{
	enum authority a = d->m->authority;

	d->due_us = due_us;
	d->next = NULL;
	*l->tails[a] = d;
	l->tails[a] = &d->next;
	l->count++;
}

bool later_add(struct later *l, struct mock_authority *m, struct mock_message *msg, enum part_outcome outcome, int64_t at_us, int64_t wait_us)
{
	struct due *d = l->count >= WAITING_MAX ? NULL : malloc(sizeof(*d));

	if (d == NULL)
		return false;
	*d = (struct due){ .m = m, .msg = msg, .outcome = outcome, .at_us = at_us };
	put_back(l, d, clock_mono_us() + wait_us);
	return true;
}

/* In one message of customs? */
static bool fit_together(const struct mock_message *a, const struct mock_message *b)
{
	return a->direction == b->direction && a->is_cancellation == b->is_cancellation;
}

/* Those of the list that are due, at most BATCH_MAX, taken off; the rest keeps its order. */
static struct due *take_due(struct later *l, enum authority a, int64_t now_us, int *count)
{
	struct due *taken = NULL, **tail = &taken, **at = &l->waiting[a];

	*count = 0;
	while (*at != NULL) {
		struct due *d = *at;

		if (d->due_us > now_us || *count == BATCH_MAX || (taken != NULL && !fit_together(d->msg, taken->msg))) {
			at = &d->next;
			continue;
		}
		*at = d->next;
		d->next = NULL;
		*tail = d;
		tail = &d->next;
		++*count;
	}
	l->tails[a] = at;
	l->count -= (uint64_t)*count;
	return taken;
}

static struct due *reversed(struct due *list)
{
	struct due *out = NULL;

	while (list != NULL) {
		struct due *next = list->next;

		list->next = out;
		out = list;
		list = next;
	}
	return out;
}

static void fail(struct post *p)
{
	while (p->list != NULL) {
		struct due *d = p->list;

		p->list = d->next;
		put_back(p->home, d, clock_mono_us() + PAUSE_US);
	}
	arena_done(&p->arena);
	p->busy = false;
}

static void send_post(struct post *p)
{
	struct mock *mock = p->home->mock;
	char url[256];
	struct mock_said *said = arena_alloc(&p->arena, sizeof(*said) * (size_t)p->count);
	struct buf b;
	int n = 0;

	buf_init(&b, &p->arena, 512 * (size_t)p->count);
	for (const struct due *d = p->list; said != NULL && d != NULL; d = d->next)
		said[n++] = (struct mock_said){ d->msg, d->outcome, d->at_us };
	mock_put_answers(&b, p->m, said, n);
	(void)snprintf(url, sizeof(url), "%s/v1/authorities/%s/receipts", mock->gateway, authority_code(p->m->authority));
	p->headers[0] = mock->token_headers[p->m->authority];
	p->headers[1] = NULL;
	p->http = (struct httpc_call){ .url = arena_dup(&p->arena, url), .body = buf_as_text(&b), .headers = p->headers, .timeout_ms = 10000,
		                       .content_type = p->m->authority == AUTHORITY_CUS ? "application/xml" : "application/json" };
	if (said == NULL || b.full || p->http.url == NULL || !httpc_start(mock->httpc, &p->http, on_answered))
		fail(p);
}

static void on_answered(struct httpc_call *call, const struct httpc_answer *answer)
{
	struct post *p = container_of(call, struct post, http);
	bool taken = answer->end == HTTPC_ANSWERED && ((answer->status >= 200 && answer->status < 300) || answer->status == 404);

	if (!taken) {
		log_event(&(struct log_ids){ .authority = authority_code(p->m->authority) }, LOG_LEVEL_WARNING, "mock.receipt_refused", "HTTP %d: %.*s",
		          answer->status, answer->body.len > 200 ? 200 : (int)answer->body.len, answer->body.at == NULL ? "" : answer->body.at);
		fail(p);
		return;
	}
	while (p->list != NULL) {
		struct due *d = p->list;

		p->list = d->next;
		d->msg->posted++;
		p->m->posted++;
		free(d);
	}
	arena_done(&p->arena);
	p->busy = false;
}

static void on_tick(struct loop_timer *t)
{
	struct later *l = container_of(t, struct later, tick);
	int64_t now_us = clock_mono_us();
	int free_post = 0;

	loop_timer_set(l->mock->loop, &l->tick, TICK_US, on_tick);
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		while (l->waiting[a] != NULL) {
			struct post *p;

			while (free_post < POSTS_MAX && l->posts[free_post].busy)
				free_post++;
			if (free_post == POSTS_MAX)
				return;
			p = &l->posts[free_post];
			p->list = take_due(l, a, now_us, &p->count);
			if (p->list == NULL)
				break;
			p->m = p->list->m;
			if (p->m->behaviour.backwards)
				p->list = reversed(p->list);
			p->busy = true;
			send_post(p);
		}
}

uint64_t later_waiting(const struct later *l)
{
	uint64_t n = l->count;

	for (int i = 0; i < POSTS_MAX; i++)
		n += l->posts[i].busy ? (uint64_t)l->posts[i].count : 0;
	return n;
}

void later_forget(struct later *l, const struct mock_authority *m)
{
	struct due **at = &l->waiting[m->authority];

	while (*at != NULL) {
		struct due *d = *at;

		*at = d->next;
		l->count--;
		free(d);
	}
	l->tails[m->authority] = at;
	for (int i = 0; i < POSTS_MAX; i++)
		if (l->posts[i].busy && l->posts[i].m == m) {
			httpc_cancel(l->mock->httpc, &l->posts[i].http);
			fail(&l->posts[i]);
		}
	if (l->waiting[m->authority] != NULL)
		later_forget(l, m); /* what a cancelled post put back */
}

void later_free(struct later *l)
{
	if (l == NULL)
		return;
	loop_timer_clear(l->mock->loop, &l->tick);
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		later_forget(l, &l->mock->authorities[a]);
	free(l);
}
