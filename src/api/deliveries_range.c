/*
 * POST /v1/deliveries/retry: many deliveries to one authority once more.
 *
 * One request is one statement over at most DELIVERY_RETRY_MAX of them and says how many are left: whoever asks again goes on where it
 * ended, and asking twice does nothing twice. They become due one after the other, so many a second.
 */
#include "api/args.h"
#include "api/body.h"
#include "api/handlers.h"
#include "api/page.h"
#include "base/log.h"
#include "model/delivery.h"
#include "store/delivery_store.h"

#define LIMIT_USUAL 1000

static db_step_fn retried;

struct range {
	struct text authority, reason;
	bool dead;
	int64_t from_us, to_us, limit, per_s;
};

static bool read_number(const struct json *body, const char *name, int64_t most, int64_t *out, struct fault *f)
{
	const struct json *value = json_member(body, name);

	if (value == NULL || (json_i64(value, out) && *out >= 1 && *out <= most))
		return true;
	return fault_set(f, FAULT_BAD_REQUEST, "%s is a number from 1 to %lld", name, (long long)most);
}

static bool read_range(struct req *r, struct range *g, struct fault *f)
{
	const struct json *body = body_read(r, "authority state from to reason limit per_s", f), *reason;
	enum authority authority;
	struct text state;

	if (body == NULL)
		return false;
	*g = (struct range){ .authority = json_text(json_member(body, "authority")), .to_us = PAGE_LAST_US, .limit = LIMIT_USUAL,
		             .per_s = r->api->conf.retry_per_s };
	if (!authority_by_code(g->authority, &authority))
		return fault_set(f, FAULT_BAD_REQUEST, "authority is one of the codes in docs/API.md");
	state = json_text(json_member(body, "state"));
	g->dead = text_is(state, "dead");
	if (!g->dead && !text_is(state, "due"))
		return fault_set(f, FAULT_BAD_REQUEST, "state is dead or due");
	reason = json_member(body, "reason");
	g->reason = json_text(reason);
	if (reason != NULL && (g->reason.at == NULL || text_utf8_length(g->reason) < 0 || memchr(g->reason.at, '\0', g->reason.len) != NULL))
		return fault_set(f, FAULT_BAD_REQUEST, "reason is a text: how the reason of each begins");
	return body_time(body, "from", &g->from_us, f) && body_time(body, "to", &g->to_us, f)
	       && read_number(body, "limit", DELIVERY_RETRY_MAX, &g->limit, f) && read_number(body, "per_s", 10000, &g->per_s, f);
}

enum step deliveries_retry_range(struct req *r)
{
	struct range *g = arena_zalloc(r->arena, sizeof(*g));
	struct args *q = args_new(r);
	struct fault f = { 0 };

	if (g == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!read_range(r, g, &f))
		return reply_problem(r, &f);
	r->own = g;
	args_text(q, g->authority);
	args_time(q, g->from_us);
	args_time(q, g->to_us);
	args_text(q, g->reason);
	args_i32(q, (int32_t)g->limit);
	args_time(q, r->now_us);
	args_i32(q, (int32_t)(US_PER_S / g->per_s));
	return args_await(r, q, g->dead ? &delivery_store_retry_dead : &delivery_store_retry_due, retried);
}

static enum step retried(struct req *r, const struct db_answer *a)
{
	const struct range *g = r->own;
	long long count, left;
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	count = db_get_int(a->results[0], 0, 0);
	left = db_get_int(a->results[0], 0, 1);
	log_event(&(struct log_ids){ .trace = r->trace.id, .authority = g->authority.at }, LOG_LEVEL_NOTICE, "delivery.range_retry_asked",
	          "%lld %s ones, %lld left, by client %d", count, g->dead ? "dead" : "due", left, r->client.id);
	buf_init(&b, r->arena, 128);
	buf_printf(&b, "{\"retried\":%lld,\"left\":%lld,\"per_s\":%lld}", count, left, (long long)g->per_s);
	return reply_json(r, 202, &b);
}
