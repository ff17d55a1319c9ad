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
	struct saying *saying;
	int64_t due_us; /* monotonic */
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
	int64_t next_us[AUTHORITY_COUNT]; /* nothing of it is due before */
	uint64_t counts[AUTHORITY_COUNT];
	bool stopped;
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
	if (l->counts[a]++ == 0 || due_us < l->next_us[a])
		l->next_us[a] = due_us;
}

void later_add(struct later *l, struct mock_authority *m, struct mock_message *msg, struct saying *s)
{
	int64_t wait_us = s->due_us - clock_now_us(&m->home->clock);

	for (int i = 0; i < s->left && m->home->gateway != NULL; i++) {
		struct due *d = l->counts[m->authority] >= WAITING_MAX ? NULL : malloc(sizeof(*d));

		if (d == NULL)
			return;
		*d = (struct due){ .m = m, .msg = msg, .saying = s };
		put_back(l, d, clock_mono_us() + (wait_us > 0 ? wait_us : 0));
	}
}

static bool goes_with(const struct due *d, const struct due *first)
{
	return first == NULL || saying_form(d->m, d->msg, d->saying) == saying_form(first->m, first->msg, first->saying);
}

/* Those of the list that are due and of one form, at most BATCH_MAX, taken off; the rest keeps its order. */
static struct due *take_due(struct later *l, enum authority a, int64_t now_us, int *count)
{
	struct due *taken = NULL, **tail = &taken, **at = &l->waiting[a];
	int64_t next_us = INT64_MAX;

	*count = 0;
	while (*at != NULL) {
		struct due *d = *at;

		if (d->due_us > now_us || *count == BATCH_MAX || !goes_with(d, taken)) {
			next_us = d->due_us < next_us ? d->due_us : next_us;
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
	l->next_us[a] = next_us;
	l->counts[a] -= (uint64_t)*count;
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

static void fail(struct post *p, int64_t pause_us)
{
	while (p->list != NULL) {
		struct due *d = p->list;

		p->list = d->next;
		put_back(p->home, d, clock_mono_us() + pause_us);
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

	buf_init(&b, &p->arena, 1024 * (size_t)p->count);
	for (const struct due *d = p->list; said != NULL && d != NULL; d = d->next)
		said[n++] = (struct mock_said){ d->msg, d->saying };
	if (n > 0)
		mock_put_answers(&b, p->m, said, n);
	(void)snprintf(url, sizeof(url), "%s/v1/authorities/%s/receipts", mock->gateway, authority_code(p->m->authority));
	p->headers[0] = mock->token_headers[p->m->authority];
	p->headers[1] = NULL;
	p->http = (struct httpc_call){ .url = arena_dup(&p->arena, url), .body = buf_as_text(&b), .headers = p->headers, .timeout_ms = 10000,
		                       .content_type = p->m->authority == AUTHORITY_CUS ? "application/xml" : "application/json" };
	if (said == NULL || b.full || p->http.url == NULL || !httpc_start(mock->httpc, &p->http, on_answered))
		fail(p, PAUSE_US);
}

static void on_answered(struct httpc_call *call, const struct httpc_answer *answer)
{
	struct post *p = container_of(call, struct post, http);
	bool taken = answer->end == HTTPC_ANSWERED && ((answer->status >= 200 && answer->status < 300) || answer->status == 404);

	if (!taken) {
		log_event(&(struct log_ids){ .authority = authority_code(p->m->authority) }, LOG_LEVEL_WARNING, "mock.receipt_refused", "HTTP %d: %.*s",
		          answer->status, answer->body.len > 200 ? 200 : (int)answer->body.len, answer->body.at == NULL ? "" : answer->body.at);
		fail(p, answer->retry_after_s > 0 ? (int64_t)answer->retry_after_s * US_PER_S : PAUSE_US);
		return;
	}
	while (p->list != NULL) {
		struct due *d = p->list;

		p->list = d->next;
		d->saying->left--;
		d->saying->posted++;
		p->m->posted++;
		record_saying(p->m, d->msg, d->saying);
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
	for (enum authority a = 0; a < AUTHORITY_COUNT && !l->stopped; a++)
		while (l->waiting[a] != NULL && l->next_us[a] <= now_us) {
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

uint64_t later_waiting(const struct later *l, const struct mock_authority *m)
{
	uint64_t n = 0;

	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		n += m == NULL || m->authority == a ? l->counts[a] : 0;
	for (int i = 0; i < POSTS_MAX; i++)
		n += l->posts[i].busy && (m == NULL || l->posts[i].m == m) ? (uint64_t)l->posts[i].count : 0;
	return n;
}

bool later_is_posting(const struct later *l)
{
	for (int i = 0; i < POSTS_MAX; i++)
		if (l->posts[i].busy)
			return true;
	return false;
}

void later_stop(struct later *l)
{
	l->stopped = true;
}

void later_forget(struct later *l, const struct mock_authority *m)
{
	struct due **at = &l->waiting[m->authority];

	while (*at != NULL) {
		struct due *d = *at;

		*at = d->next;
		l->counts[m->authority]--;
		free(d);
	}
	l->tails[m->authority] = at;
	for (int i = 0; i < POSTS_MAX; i++)
		if (l->posts[i].busy && l->posts[i].m == m) {
			httpc_cancel(l->mock->httpc, &l->posts[i].http);
			fail(&l->posts[i], PAUSE_US);
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
