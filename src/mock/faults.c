/*
 * What befalls a request on order or by chance, before its work and in place of its answer; and answers that wait.
 *
 *   limit (429) ─► down, refuse (503 …) ─► lose, drop ─► [the work] ─► lose, drop, wrong, corrupt ─► the reply, late or not
 */
#include <stdio.h>

#include "mock/mock.h"

struct held { /* a reply that waits: latency, or a hang */
	struct http_req *r;
	struct loop *loop;
	struct loop_timer timer;
	struct http_reply reply;
};

static void on_held(struct loop_timer *t)
{
	struct held *h = container_of(t, struct held, timer);

	httpd_reply(h->r, &h->reply);
}

static void reply_after(struct visit *v, const struct http_reply *reply, int wait_ms)
{
	struct held *h;

	if (wait_ms <= 0 || (h = arena_zalloc(&v->r->arena, sizeof(*h))) == NULL) {
		httpd_reply(v->r, reply);
		return;
	}
	*h = (struct held){ .r = v->r, .loop = v->m->home->loop, .reply = *reply };
	v->r->user = h;
	loop_timer_set(h->loop, &h->timer, (int64_t)wait_ms * 1000, on_held);
}

void fault_gone(struct http_req *r)
{
	struct held *h = r->user;

	if (h != NULL)
		loop_timer_clear(h->loop, &h->timer);
}

static bool spend(int *left)
{
	if (*left == 0)
		return false;
	--*left;
	return true;
}

static bool strikes(const struct visit *v, enum chaos_kind kind)
{
	return chaos_strikes(&v->m->chaos, kind, v->m->authority, v->of, v->attempt);
}

static int latency_ms(const struct visit *v)
{
	return v->x->latency_ms + chaos_slow_ms(&v->m->chaos, v->m->authority, v->of, v->attempt);
}

static void refuse(struct visit *v, int status, int retry_after_s)
{
	struct http_reply reply = { .status = status };
	struct http_header *header = arena_alloc(&v->r->arena, sizeof(*header));
	char *seconds = arena_alloc(&v->r->arena, 16);

	if (retry_after_s > 0 && header != NULL && seconds != NULL) {
		(void)snprintf(seconds, 16, "%d", retry_after_s);
		*header = (struct http_header){ "Retry-After", seconds };
		reply.headers = header;
		reply.header_count = 1;
	}
	reply_after(v, &reply, latency_ms(v));
}

static void hang(struct visit *v)
{
	reply_after(v, &(struct http_reply){ .status = 504 }, v->x->hang_ms > 0 ? v->x->hang_ms : 1);
}

/* Within one second of the clock at most so many are let in. */
static bool is_over_limit(struct visit *v)
{
	struct mock_authority *m = v->m;
	int64_t second = clock_mono_us() / US_PER_S;

	if (second != m->second) {
		m->second = second;
		m->came[0] = m->came[1] = 0;
	}
	return v->x->limit_per_s > 0 && m->came[v->is_query ? 1 : 0]++ >= v->x->limit_per_s;
}

bool fault_before(struct visit *v)
{
	struct mock_behaviour *x = v->x;

	if (is_over_limit(v)) {
		refuse(v, 429, x->retry_after_s > 0 ? x->retry_after_s : 1);
	} else if (x->down || strikes(v, CHAOS_REFUSE)) {
		x->refuse_next -= x->down && x->refuse_next > 0;
		refuse(v, 503, x->retry_after_s);
	} else if (spend(&x->refuse_next)) {
		refuse(v, x->refuse_status, x->refuse_status == 503 || x->refuse_status == 429 ? x->retry_after_s : 0);
	} else if (spend(&x->lose_before_next) || strikes(v, CHAOS_LOSE_BEFORE)) {
		hang(v);
	} else if (spend(&x->drop_before_next) || strikes(v, CHAOS_DROP_BEFORE)) {
		httpd_drop(v->r);
	} else {
		return false;
	}
	return true;
}

void fault_reply(struct visit *v, const struct http_reply *reply)
{
	struct mock_behaviour *x = v->x;
	struct http_reply half = *reply;

	if (spend(&x->lose_after_next) || strikes(v, CHAOS_LOSE_AFTER)) {
		hang(v);
	} else if (spend(&x->drop_after_next) || strikes(v, CHAOS_DROP_AFTER)) {
		httpd_drop(v->r);
	} else if (spend(&x->wrong_next) || strikes(v, CHAOS_WRONG)) {
		mock_reply_json(v->r, 200, TEXT("{\"nonsense\": [1, 2"));
	} else {
		if (spend(&x->corrupt_next) || strikes(v, CHAOS_CORRUPT))
			half.body.len /= 2;
		reply_after(v, &half, latency_ms(v));
	}
}
