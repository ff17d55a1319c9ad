/*
 * POST /test/clock: moves business time, so that tests need not sleep through waiting windows. There is no such
 * path unless the settings allow it, and these are honoured only in a database marked as test or sandbox.
 */
#include "api/handlers.h"
#include "base/json.h"
#include "base/log.h"

#define SHIFT_MAX_S (INT64_C(100) * 366 * 86400)

enum step test_clock_post(struct req *r)
{
	struct fault f = { 0 };
	const struct json *body;
	char now[CLOCK_RFC3339_BYTES];
	int64_t shift_s = 0;
	struct buf b;

	if (!r->api->conf.allow_clock_shift)
		return reply_fault(r, FAULT_NOT_FOUND, "there is no such path");
	body = json_parse(r->arena, r->http->body, &f);
	if (body == NULL)
		return reply_problem(r, &f);
	if (!json_i64(json_member(body, "shift_s"), &shift_s) || shift_s < -SHIFT_MAX_S || shift_s > SHIFT_MAX_S)
		return reply_fault(r, FAULT_BAD_REQUEST, "shift_s is a whole number of seconds");
	clock_shift(r->api->deps.clock, shift_s * US_PER_S);
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "clock.shifted", "shift_s=%lld", (long long)shift_s);
	clock_rfc3339(clock_now_us(r->api->deps.clock), 6, now);
	buf_init(&b, r->arena, 96);
	buf_str(&b, "{\"shift_s\":");
	buf_i64(&b, shift_s);
	buf_str(&b, ",\"now\":");
	buf_json(&b, text_of(now));
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}
