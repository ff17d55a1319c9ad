/*
 * GET /v1/authorities: health, backlog and expected wait of each, for everybody (P5).
 *
 * No token is asked for, so the answer is made once a second at most and kept, in each language. What is said of the wait is
 * model/outlook.h; the numbers come from all workers through table dispatcher.
 */
#include "api/authorities.h"

#include <stdlib.h>

#include "api/args.h"
#include "api/handlers.h"
#include "model/authority.h"
#include "model/outlook.h"
#include "model/tally.h"

#define KEEP_US      US_PER_S
#define PERCENT_USUAL 50
#define PERCENT_LONG  99

enum { COL_CODE, COL_CONNECTED, COL_MAX_IN_FLIGHT, COL_MAX_PER_S, COL_TIMEOUT_MS, COL_DUE, COL_OLDEST, COL_DEAD, COL_WORKERS, COL_AWAY, COL_PROBING,
       COL_IN_FLIGHT, COL_QUEUED, COL_ANSWERED, COL_ELAPSED, COL_CLASSES, COL_UNTIL, COL_OUTAGE, COL_CURRENT, COL_PLANNED, COL_CURRENT_UNTIL };

static db_step_fn found;

static int64_t ahead_us(int64_t at_us, int64_t now_us)
{
	return at_us == INT64_MAX ? INT64_MAX : at_us > now_us ? at_us - now_us : 0;
}

static struct outlook outlook_of_row(const struct db_rows *r, int row, int64_t now_us)
{
	bool in_maintenance = !db_is_null(r, row, COL_CURRENT);
	int64_t oldest_us = db_get_time(r, row, COL_OLDEST), due = db_get_int(r, row, COL_DUE), queued = db_get_int(r, row, COL_QUEUED);
	const struct outlook_case c = {
		.connected = db_get_int(r, row, COL_CONNECTED) != 0, .in_maintenance = in_maintenance, .away = db_get_int(r, row, COL_AWAY) != 0,
		.probing = db_get_int(r, row, COL_PROBING) != 0, .senders = (int)db_get_int(r, row, COL_WORKERS),
		.max_per_s = (int)db_get_int(r, row, COL_MAX_PER_S), .max_in_flight = (int)db_get_int(r, row, COL_MAX_IN_FLIGHT),
		.backlog = due > queued ? due : queued, .oldest_age_us = oldest_us == INT64_MIN || oldest_us > now_us ? 0 : now_us - oldest_us,
		.answered = db_get_int(r, row, COL_ANSWERED), .elapsed_us = db_get_int(r, row, COL_ELAPSED),
		.window_us = (int64_t)TALLY_WINDOW_S * US_PER_S, .timeout_us = db_get_int(r, row, COL_TIMEOUT_MS) * 1000,
		.until_us = ahead_us(db_get_time(r, row, in_maintenance ? COL_CURRENT_UNTIL : COL_UNTIL), now_us),
	};

	return outlook_of(&c);
}

static void put_json(struct buf *b, const char *name, struct text json, const char *otherwise)
{
	buf_printf(b, ",\"%s\":", name);
	buf_text(b, json.at == NULL ? text_of(otherwise) : json);
}

static void put_latency(struct buf *b, struct text classes)
{
	struct tally_sum s = { 0 };
	struct text one;
	int64_t n;

	for (int c = 0; c < TALLY_CLASSES && text_next(&classes, ',', &one); c++)
		if (text_to_i64(one, &n) && n <= INT32_MAX)
			s.classes[c] = (int32_t)n;
	if (tally_quantile_us(&s, PERCENT_LONG) == 0)
		buf_str(b, ",\"latency_ms\":null");
	else
		buf_printf(b, ",\"latency_ms\":{\"p50\":%lld,\"p99\":%lld}", (long long)(tally_quantile_us(&s, PERCENT_USUAL) / 1000),
		           (long long)(tally_quantile_us(&s, PERCENT_LONG) / 1000));
}

static void put_row(struct buf *b, const struct db_rows *r, int row, int64_t now_us, bool chinese)
{
	const struct outlook o = outlook_of_row(r, row, now_us);
	struct text code = db_get_text(r, row, COL_CODE);
	enum authority authority;

	buf_str(b, "{\"code\":");
	buf_json(b, code);
	buf_str(b, ",\"title\":");
	buf_json(b, text_of(authority_by_code(code, &authority) ? authority_title(authority, chinese) : NULL));
	buf_printf(b, ",\"connected\":%s,\"health\":\"%s\",\"backlog\":%lld", db_get_int(r, row, COL_CONNECTED) != 0 ? "true" : "false",
	           health_name(o.health), (long long)db_get_int(r, row, COL_DUE));
	clock_put_member(b, "oldest_waiting_at", db_get_time(r, row, COL_OLDEST));
	buf_printf(b, ",\"dead\":%lld,\"in_flight\":%lld,\"answered_in_5_min\":%lld", (long long)db_get_int(r, row, COL_DEAD),
	           (long long)db_get_int(r, row, COL_IN_FLIGHT), (long long)db_get_int(r, row, COL_ANSWERED));
	put_latency(b, db_get_text(r, row, COL_CLASSES));
	if (o.wait_us < 0)
		buf_str(b, ",\"expected_wait_s\":null");
	else
		buf_printf(b, ",\"expected_wait_s\":%lld", (long long)((o.wait_us + US_PER_S - 1) / US_PER_S));
	buf_printf(b, ",\"expected_wait_at_least\":%s", o.at_least ? "true" : "false");
	clock_put_member(b, "outage_since", db_get_time(r, row, COL_OUTAGE));
	put_json(b, "maintenance", db_get_text(r, row, COL_CURRENT), "[]");
	put_json(b, "maintenance_planned", db_get_text(r, row, COL_PLANNED), "[]");
	buf_char(b, '}');
}

static void keep(struct authorities_kept *k, const struct buf *b, int64_t now_us)
{
	char *bytes = b->full ? NULL : malloc(b->len);

	if (bytes == NULL)
		return; /* made again for the next one */
	memcpy(bytes, b->at, b->len);
	free(k->bytes);
	*k = (struct authorities_kept){ .bytes = bytes, .len = b->len, .made_us = now_us };
}

static struct authorities_kept *kept_of(struct req *r)
{
	return &r->api->authorities[req_chinese(r)];
}

void authorities_forget(struct api *a)
{
	for (size_t i = 0; i < COUNTOF(a->authorities); i++) {
		free(a->authorities[i].bytes);
		a->authorities[i] = (struct authorities_kept){ 0 };
	}
}

enum step authorities_list(struct req *r)
{
	const struct authorities_kept *k = kept_of(r);
	struct args *q;

	if (k->bytes != NULL && loop_now_us(r->api->deps.loop) - k->made_us < KEEP_US)
		return reply_bytes(r, 200, "application/json", (struct text){ k->bytes, k->len });
	q = args_new(r);
	args_time(q, r->now_us);
	return args_await_query(r, q, "authorities_list", found);
}

static enum step found(struct req *r, const struct db_answer *a)
{
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	buf_init(&b, r->arena, 16384);
	buf_str(&b, "{\"items\":[");
	for (int row = 0; row < db_row_count(a->results[0]); row++) {
		buf_str(&b, row == 0 ? "" : ",");
		put_row(&b, a->results[0], row, r->now_us, req_chinese(r));
	}
	buf_str(&b, "]}");
	keep(kept_of(r), &b, loop_now_us(r->api->deps.loop));
	return reply_json(r, 200, &b);
}
