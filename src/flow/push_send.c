/*
 * Attempts: one HTTP call each, signed at the moment it is made.
 *
 * A subscription that failed three times in a row is held: nothing new goes to it, and of what failed one at a time by
 * its schedule. The first that goes well opens it again, and all that failed goes at once.
 */
#include "flow/push_priv.h"

#include <stdio.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "standard/utf8.h"

#define DUE_MAX       200
#define CLAIM_EXTRA_S 30 /* beyond an attempt's longest time: it may wait here before it begins */
#define HEADER_BYTES  160u
#define BODY_BYTES    ((size_t)64 << 20) /* bounded in fact by what a message may hold */

static httpc_done_fn on_answered;
static db_done_fn on_due;

/* --- sending ---------------------------------------------------------------------------------------------------------- */

static const char *header(struct arena *a, const char *name, struct text value)
{
	struct buf b;

	buf_init(&b, a, HEADER_BYTES + value.len);
	buf_str(&b, name);
	buf_text(&b, value);
	return b.full ? NULL : b.at;
}

static bool sign(struct push_message *m, int64_t timestamp_s, struct buf *out)
{
	struct push_sub *s = m->sub;
	bool good = true;

	webhook_sign_secret(out, s->secret, m->id, timestamp_s, m->body);
	if (s->old_secret.at != NULL && clock_now_us(m->push->deps.clock) < s->old_until_us) {
		buf_char(out, ' ');
		webhook_sign_secret(out, s->old_secret, m->id, timestamp_s, m->body);
	}
	if (s->ed25519) {
		buf_char(out, ' ');
		good = webhook_sign_key(out, m->push->deps.signer, m->id, timestamp_s, m->body);
	}
	return good && !out->full;
}

/* The receiver holds the time against its own clock, which nobody moves: it is the real one here too. */
static bool make_headers(struct push_message *m)
{
	static const struct clock unmoved = { 0 };
	int64_t timestamp_s = clock_now_us(&unmoved) / US_PER_S;
	struct arena *a = &m->arena;
	struct buf time, signatures;

	buf_init(&time, a, 24);
	buf_i64(&time, timestamp_s);
	buf_init(&signatures, a, 512);
	if (!sign(m, timestamp_s, &signatures))
		return false;
	m->headers[0] = header(a, "webhook-id: ", m->id);
	m->headers[1] = header(a, "webhook-timestamp: ", buf_as_text(&time));
	m->headers[2] = header(a, "webhook-signature: ", buf_as_text(&signatures));
	m->headers[3] = NULL;
	return !a->full;
}

static void attempt(struct push_message *m)
{
	struct push *p = m->push;
	struct httpc_answer none = { .end = HTTPC_NOT_SENT, .detail = "no memory for the attempt" };
	const char *url = arena_dup(&m->arena, m->sub->url); /* it may change meanwhile */

	m->stage = PUSH_SENDING;
	m->attempts++;
	m->at_us = clock_now_us(p->deps.clock);
	m->sub->in_flight++;
	p->sending++;
	m->http = (struct httpc_call){ .url = url, .content_type = m->content_type, .body = m->body, .headers = m->headers,
		                       .timeout_ms = p->conf.timeout_ms };
	if (url == NULL || !make_headers(m) || !httpc_start(p->deps.httpc, &m->http, on_answered))
		on_answered(&m->http, &none);
}

void push_pump(struct push *p)
{
	struct push_message *m;

	while (p->leads && !p->quiesced && p->ready_first != NULL && p->sending < p->conf.in_flight) {
		struct push_sub *s = p->ready_first;

		p->ready_first = s->next_ready;
		if (p->ready_first == NULL)
			p->ready_last = NULL;
		s->is_ready = false;
		m = push_take(s);
		if (m == NULL)
			continue;
		push_ready(s); /* behind the others: one each */
		attempt(m);
	}
}

/* --- how it ended ----------------------------------------------------------------------------------------------------- */

/* The beginning of what a receiver said, fit to be stored and shown: UTF-8 without controls. */
static void put_clean(char *out, size_t size, struct text t)
{
	size_t len = 0;

	if (t.len > PUSH_ANSWER_BYTES)
		t.len = PUSH_ANSWER_BYTES;
	while (t.len > 0) {
		size_t good = t.len;
		bool is_whole = utf8_check(t, &good);

		if (is_whole)
			good = t.len;
		for (size_t i = 0; i < good && len + 1 < size; i++)
			out[len++] = (unsigned char)t.at[i] < ' ' || t.at[i] == 0x7f ? ' ' : t.at[i];
		if (!is_whole && len + 1 < size)
			out[len++] = '?';
		t.at += good + !is_whole;
		t.len -= good + !is_whole;
	}
	out[len] = '\0';
}

static void note_answer(struct push_message *m, const struct httpc_answer *a)
{
	m->status = a->end == HTTPC_ANSWERED ? a->status : 0;
	m->duration_us = a->elapsed_us;
	m->reason[0] = '\0';
	put_clean(m->answer, sizeof(m->answer), a->end == HTTPC_ANSWERED ? a->body : TEXT(""));
	if (a->end != HTTPC_ANSWERED)
		put_clean(m->reason, sizeof(m->reason), text_of(a->detail));
}

static void went_well(struct push_sub *s)
{
	s->freed = s->freed || s->is_held || s->waiting > 0;
	s->failures = 0;
	s->is_held = false;
}

static void went_wrong(struct push_message *m)
{
	struct push *p = m->push;
	struct push_sub *s = m->sub;
	char reason[200];

	s->failures++;
	if (s->failures >= PUSH_HOLD_FAILURES || webhook_throttles(m->status))
		s->is_held = true;
	if (m->fate == WEBHOOK_AGAIN)
		return;
	if (m->fate == WEBHOOK_GONE)
		(void)snprintf(reason, sizeof(reason), "the receiver answered 410 Gone");
	else if (m->status != 0)
		(void)snprintf(reason, sizeof(reason), "message " TEXT_FMT " failed %d times, at last with status %d", TEXT_ARG(m->id), m->attempts, m->status);
	else
		(void)snprintf(reason, sizeof(reason), "message " TEXT_FMT " failed %d times, at last without an answer", TEXT_ARG(m->id), m->attempts);
	push_disable(p, s, reason);
}

static void on_answered(struct httpc_call *call, const struct httpc_answer *answer)
{
	struct push_message *m = container_of(call, struct push_message, http);
	struct push *p = m->push;
	struct push_sub *s = m->sub;

	p->sending--;
	s->in_flight--;
	s->ended++;
	note_answer(m, answer);
	m->fate = webhook_judge(&p->conf.schedule, m->status, m->attempts);
	killpoint(KILLPOINT_PUSH_SENT);
	if (m->fate == WEBHOOK_DELIVERED) {
		p->stats.delivered++;
		if (!m->is_ping || s->enabled)
			went_well(s);
	} else {
		p->stats.failed++;
		m->next_us = m->fate == WEBHOOK_AGAIN ? clock_now_us(p->deps.clock) + webhook_wait_us(&p->conf.schedule, m->attempts, answer->retry_after_s,
		                                                                                     id_random(p->deps.ids))
		                                      : INT64_MAX;
		if (!m->is_ping)
			went_wrong(m);
	}
	m->stage = PUSH_ENDED;
	m->next = NULL;
	if (p->ended_last != NULL)
		p->ended_last->next = m;
	else
		p->ended_first = m;
	p->ended_last = m;
	push_ready(s);
	push_arm_flush(p);
}

/* --- what failed and is due ------------------------------------------------------------------------------------------- */

static bool is_here(const struct push_sub *s, struct text id)
{
	for (const struct push_message *m = s->retries; m != NULL; m = m->newer)
		if (text_eq(m->id, id))
			return true;
	return false;
}

static bool open_body(struct push *p, struct arena *a, const struct db_rows *r, int row, const struct id *id, struct text *out)
{
	const struct vault_place place = push_place(id, db_get_text(r, row, DUE_MESSAGE));
	struct fault f = { 0 };
	char name[ID_TEXT_BYTES];

	*out = db_get_text(r, row, DUE_BODY);
	if (db_get_int(r, row, DUE_PING) != 0 || vault_open(p->deps.vault, a, &place, *out, out, &f))
		return true;
	id_format(id, name);
	if (f.code == FAULT_DAMAGED)
		log_event(NULL, LOG_LEVEL_ERROR, "push.unreadable", "%s, message " TEXT_FMT ": %s", name, TEXT_ARG(db_get_text(r, row, DUE_MESSAGE)), f.text);
	return false;
}

static void take_due(struct push *p, struct arena *a, const struct db_rows *r, int row)
{
	struct text message = db_get_text(r, row, DUE_MESSAGE), type = db_get_text(r, row, DUE_TYPE);
	char content_type[100];
	struct push_message *m;
	struct push_sub *s;
	struct text body;
	struct id id;

	if (!db_get_id(r, row, DUE_SUB, &id) || (s = push_find(p, &id)) == NULL || is_here(s, message) || !open_body(p, a, r, row, &id, &body))
		return;
	(void)snprintf(content_type, sizeof(content_type), TEXT_FMT, TEXT_ARG(type));
	m = push_message_new(p, s, message, content_type, body);
	if (m == NULL)
		return; /* its claim runs out */
	m->attempts = (int)db_get_int(r, row, DUE_ATTEMPTS);
	m->is_ping = db_get_int(r, row, DUE_PING) != 0;
	m->newer = s->retries;
	if (s->retries != NULL)
		s->retries->older = m;
	s->retries = m;
	if (s->again_last != NULL)
		s->again_last->next = m;
	else
		s->again_first = m;
	s->again_last = m;
	push_ready(s);
}

static void on_due(struct db_call *call, const struct db_answer *answer)
{
	struct push *p = container_of(call, struct push, due_call);
	int rows = answer->outcome == DB_DONE && p->leads && !p->quiesced ? db_row_count(answer->results[0]) : 0;

	p->claiming = false;
	for (int row = 0; row < rows; row++) {
		struct arena body; /* of one message: what is queued is a copy */

		arena_init(&body, BODY_BYTES);
		take_due(p, &body, answer->results[0], row);
		arena_done(&body);
	}
	arena_done(&p->due_arena);
	push_pump(p);
}

static struct db_param busy_subscriptions(struct push *p)
{
	struct db_array ids;
	int count = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass == 1)
			db_array_begin(&ids, &p->due_arena, DB_KIND_UUID, count, 20 * (size_t)count);
		for (int i = 0; i < p->sub_count; i++) {
			const struct push_sub *s = p->subs[i];
			bool is_busy = s->again_first != NULL || s->in_flight >= (s->is_held ? 1 : p->conf.per_subscription);

			if (is_busy && pass == 0)
				count++;
			else if (is_busy)
				db_array_id(&ids, &s->id);
		}
	}
	return db_array_end(&ids);
}

void push_due(struct push *p)
{
	struct arena *a = &p->due_arena;
	struct db_param *params;
	int64_t now_us = clock_now_us(p->deps.clock);

	if (p->claiming || p->loading || p->load_wanted || p->sub_count == 0) /* what is claimed for one that is not known would wait for its claim's end */
		return;
	params = arena_zalloc(a, sizeof(*params) * PUSH_DUE_PARAMS);
	if (params == NULL)
		return;
	params[0] = db_time(a, now_us);
	params[1] = db_i32(a, DUE_MAX);
	params[2] = db_i32(a, p->conf.per_subscription);
	params[3] = db_time(a, now_us + (int64_t)p->conf.timeout_ms * 1000 + CLAIM_EXTRA_S * US_PER_S);
	params[4] = busy_subscriptions(p);
	params[5] = db_i64(a, p->subscription_revision);
	if (a->full) {
		arena_done(a);
		return;
	}
	p->claiming = true;
	db_call_init(&p->due_call);
	db_call_add(&p->due_call, &push_claim_due, params);
	db_start(p->deps.db, &p->due_call, on_due);
}
