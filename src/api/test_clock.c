/*
 * POST /test/clock: moves business time, so that tests need not sleep through waiting windows. There is no such
 * path unless the settings allow it, and these are honoured only in a database marked as test or sandbox.
 */
#include "api/test_clock.h"

#include "api/handlers.h"
#include "base/json.h"
#include "base/log.h"

#define SHIFT_MAX_S (INT64_C(100) * 366 * 86400)

enum step test_clock_move(struct req *r, int64_t least_s, int64_t most_s)
{
	struct fault f = { 0 };
	const struct json *body = json_parse(r->arena, r->http->body, &f);
	int64_t shift_s = 0;
	struct buf b;

	if (body == NULL)
		return reply_problem(r, &f);
	if (!json_i64(json_member(body, "shift_s"), &shift_s) || shift_s < least_s || shift_s > most_s) {
		(void)fault_set(&f, FAULT_BAD_REQUEST, "shift_s is a whole number of seconds from %lld to %lld", (long long)least_s, (long long)most_s);
		return reply_problem(r, &f);
	}
	clock_shift(r->api->deps.clock, shift_s * US_PER_S);
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "clock.shifted", "shift_s=%lld", (long long)shift_s);
	buf_init(&b, r->arena, 96);
	buf_str(&b, "{\"shift_s\":");
	buf_i64(&b, shift_s);
	clock_put_member(&b, "now", clock_now_us(r->api->deps.clock));
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}

enum step test_clock_post(struct req *r)
{
	if (!r->api->conf.allow_clock_shift)
		return reply_fault(r, FAULT_NOT_FOUND, "there is no such path");
	return test_clock_move(r, -SHIFT_MAX_S, SHIFT_MAX_S);
}
