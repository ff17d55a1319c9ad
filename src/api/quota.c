#include "api/quota.h"

#include <pthread.h>
#include <stdlib.h>

#include "api/handlers.h"
#include "api/route.h"

enum { CLIENTS_MAX = 1 << 22, CLIENTS_STEP = 256 };

struct used {
	int64_t until_us; /* monotonic, the end of the window; 0: none is open */
	int count;
};

struct quotas {
	pthread_mutex_t lock;
	struct used (*clients)[QUOTA_CLASS_COUNT]; /* by their ids, which are small numbers */
	int size;
};

struct quotas *quotas_new(struct fault *f)
{
	struct quotas *q = calloc(1, sizeof(*q));

	if (q == NULL || pthread_mutex_init(&q->lock, NULL) != 0) {
		free(q);
		(void)fault_set(f, FAULT_SYSTEM, "no memory for limits");
		return NULL;
	}
	return q;
}

void quotas_free(struct quotas *q)
{
	if (q == NULL)
		return;
	(void)pthread_mutex_destroy(&q->lock);
	free(q->clients);
	free(q);
}

/* NULL: no memory. */
static struct used *find(struct quotas *q, int client_id, enum quota_class c)
{
	int size = q->size;
	void *more;

	if (client_id < 0 || client_id >= CLIENTS_MAX)
		return NULL;
	if (client_id >= size) {
		size = client_id + CLIENTS_STEP;
		more = realloc(q->clients, sizeof(*q->clients) * (size_t)size);
		if (more == NULL)
			return NULL;
		q->clients = more;
		memset(q->clients[q->size], 0, sizeof(*q->clients) * (size_t)(size - q->size));
		q->size = size;
	}
	return &q->clients[client_id][c];
}

static void tell(const struct used *u, const struct quota_limit *limit, int64_t now_us, struct quota_state *out)
{
	bool is_open = u->until_us > now_us;

	out->available = !is_open ? limit->quota : u->count >= limit->quota ? 0 : limit->quota - u->count;
	out->resets_s = is_open ? (int)((u->until_us - now_us + US_PER_S - 1) / US_PER_S) : limit->window_s;
}

bool quotas_take(struct quotas *q, const struct quota_limit *limit, int client_id, int64_t now_us, struct quota_state *out)
{
	struct used *u;
	bool has_one = true;

	*out = (struct quota_state){ limit->quota, limit->window_s };
	(void)pthread_mutex_lock(&q->lock);
	u = find(q, client_id, limit->class);
	if (u != NULL) {
		if (u->until_us <= now_us || u->until_us > now_us + limit->window_s * US_PER_S) /* over, or of a longer limit that was */
			*u = (struct used){ .until_us = now_us + limit->window_s * US_PER_S };
		has_one = u->count < limit->quota;
		u->count += has_one;
		tell(u, limit, now_us, out);
	}
	(void)pthread_mutex_unlock(&q->lock);
	return has_one;
}

void quotas_look(struct quotas *q, const struct quota_limit *limit, int client_id, int64_t now_us, struct quota_state *out)
{
	const struct used *u;

	*out = (struct quota_state){ limit->quota, limit->window_s };
	(void)pthread_mutex_lock(&q->lock);
	u = find(q, client_id, limit->class);
	if (u != NULL)
		tell(u, limit, now_us, out);
	(void)pthread_mutex_unlock(&q->lock);
}

/* --- requests ---------------------------------------------------------------------------------------------------------- */

static enum quota_class class_of(const struct route *route)
{
	if (route->files)
		return QUOTA_FILING;
	return strcmp(route->method, "GET") == 0 ? QUOTA_READING : QUOTA_WRITING;
}

static const struct quota_limit *limit_of(const struct req *r, enum quota_class c)
{
	return quota_limits_find(client_set_limits(*r->api->deps.clients), c, r->client.id, role_name(r->client.role), r->now_us);
}

/* The fields of draft-ietf-httpapi-ratelimit-headers-11. */
static void add_headers(struct req *r, const struct quota_limit *limit, const struct quota_state *s)
{
	const char *name = quota_class_name(limit->class);
	struct buf policy, state;

	buf_init(&policy, r->arena, 64);
	buf_init(&state, r->arena, 64);
	buf_printf(&policy, "\"%s\";q=%d;w=%d", name, limit->quota, limit->window_s);
	buf_printf(&state, "\"%s\";r=%d;t=%d", name, s->available, s->resets_s);
	if (policy.full || state.full)
		return;
	req_header(r, "RateLimit-Policy", policy.at);
	req_header(r, "RateLimit", state.at);
}

static enum step refuse(struct req *r, const struct quota_limit *limit, const struct quota_state *s)
{
	struct problem p = { .code = FAULT_QUOTA, .node = -1 };
	struct fault f = { 0 };
	struct buf more, after;

	(void)fault_set(&f, FAULT_QUOTA, "%d requests in %d s are allowed", limit->quota, limit->window_s);
	buf_init(&more, r->arena, 64);
	buf_printf(&more, ",\"violated-policies\":[\"%s\"]", quota_class_name(limit->class));
	buf_init(&after, r->arena, 16);
	buf_i64(&after, s->resets_s);
	if (!after.full)
		req_header(r, "Retry-After", after.at);
	p.detail = text_of(f.text);
	p.more = more.full ? (struct text){ NULL, 0 } : buf_as_text(&more);
	return reply_problem_of(r, &p);
}

bool quota_pass(struct req *r, enum step *s)
{
	const struct quota_limit *limit = r->route->roles == ROLES_NONE ? NULL : limit_of(r, class_of(r->route));
	struct quota_state state;
	bool has_one;

	if (limit == NULL)
		return true;
	has_one = quotas_take(r->api->deps.shared->quotas, limit, r->client.id, loop_now_us(r->api->deps.loop), &state);
	add_headers(r, limit, &state);
	if (!has_one)
		*s = refuse(r, limit, &state);
	return has_one;
}

enum step me_limits(struct req *r)
{
	bool first = true;
	struct buf b;

	buf_init(&b, r->arena, 512);
	buf_str(&b, "{\"items\":[");
	for (int c = 0; c < QUOTA_CLASS_COUNT; c++) {
		const struct quota_limit *limit = limit_of(r, (enum quota_class)c);
		struct quota_state s;

		if (limit == NULL)
			continue;
		quotas_look(r->api->deps.shared->quotas, limit, r->client.id, loop_now_us(r->api->deps.loop), &s);
		buf_printf(&b, "%s{\"class\":\"%s\",\"quota\":%d,\"window_s\":%d,\"available\":%d,\"resets_s\":%d,\"source\":", first ? "" : ",",
		           quota_class_name(limit->class), limit->quota, limit->window_s, s.available, s.resets_s);
		buf_json(&b, limit->source);
		buf_char(&b, '}');
		first = false;
	}
	buf_str(&b, "]}");
	return reply_json(r, 200, &b);
}
