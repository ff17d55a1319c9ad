/*
 * One sweep at a time: what it claims is called side by side, and the next sweep waits for the last of these to be recorded.
 * Everything of a sweep lies in one arena. A slow platform thus delays the others by its time limit at most, which is why
 * the calls are few and the limit is short.
 */
#include "flow/payment_calls.h"

#include <stdlib.h>

#include "base/log.h"
#include "standard/payment_data.h"
#include "standard/utf8.h"

#define ARENA_BYTES ((size_t)64 << 20) /* eight uploads, escaped for a form */
#define FORM_TYPE   "application/x-www-form-urlencoded; charset=UTF-8"
#define LEASE_US    (INT64_C(5) * US_PER_S) /* beyond the call's own time limit */

enum { CLAIM_PARAMS = 4, END_PARAMS = 7, REASON_CHARACTERS_MAX = 500 };

/* $1 now, $2 how many, $3 next attempt if we die, $4 whether uploads too */
static const struct db_stmt claim_stmt = {
	.name = "payment_claim",
	.sql =
	"with due as materialized ("
	"  select id from payment_call where state = 'due' and next_at <= $1::timestamptz and (kind = 'ask' or $4::boolean)"
	"  order by next_at limit $2::integer for update skip locked)"
	" update payment_call c set attempts = c.attempts + 1, next_at = $3::timestamptz from due where c.id = due.id"
	" returning c.id, c.kind, c.session_id, c.order_no, c.attempts,"
	"   (select e.url from platform_endpoint e where e.platform_code = c.platform_code),"
	"   c.data_id, (select d.body from payment_data d where d.id = c.data_id)",
	.param_count = CLAIM_PARAMS,
	.flags = DB_WRITES,
};
enum { COL_ID, COL_KIND, COL_SESSION, COL_ORDER, COL_ATTEMPTS, COL_URL, COL_DATA, COL_BODY };

/* $1 id, $2 attempts: of the claim; $3 state, $4 next attempt, $5 now, $6 answer code, $7 reason */
static const struct db_stmt end_stmt = {
	.name = "payment_end",
	.sql =
	"update payment_call set state = $3::text, next_at = $4::timestamptz, answer_code = $6::integer, reason = $7::text,"
	"  ended_at = case when $3::text <> 'due' then $5::timestamptz end"
	" where id = $1::uuid and attempts = $2::integer and state = 'due'",
	.param_count = END_PARAMS,
	.flags = DB_WRITES,
};

enum payment_fate { PAYMENT_DONE, PAYMENT_NO, PAYMENT_AGAIN, PAYMENT_DEAD };

struct call { /* one row under way */
	struct payment_calls *of;
	struct httpc_call http;
	struct db_call end;
	struct db_param params[END_PARAMS];
	struct id id;
	bool is_upload, is_readable, sending, recording;
	int attempts;
	struct payment_query query;
	struct text head, lists;
};

struct payment_calls {
	struct payment_calls_conf conf;
	struct payment_calls_deps deps;
	struct loop_timer sweep;
	struct arena arena; /* of what is under way */
	struct db_call claim;
	struct db_param params[CLAIM_PARAMS];
	struct call calls[PAYMENT_CALLS_MAX];
	int count, open;
	bool claiming, quiesced, has_failed;
};

static void on_sweep(struct loop_timer *t);

/* ---- how an attempt ended ---- */

static void on_recorded(struct db_call *call, const struct db_answer *answer)
{
	struct call *c = container_of(call, struct call, end);
	struct payment_calls *p = c->of;

	(void)answer; /* not stored: the claim runs out and it goes again */
	c->recording = false;
	if (--p->open > 0)
		return;
	arena_done(&p->arena);
	if (!p->quiesced)
		loop_timer_set(p->deps.loop, &p->sweep, p->count == PAYMENT_CALLS_MAX ? 0 : (int64_t)p->conf.sweep_ms * 1000, on_sweep);
}

static void tell(const struct call *c, enum payment_fate fate, struct text reason)
{
	const char *what = c->is_upload ? "upload" : "question";
	char id[ID_TEXT_BYTES];

	id_format(&c->id, id);
	if (fate == PAYMENT_DONE)
		log_event(NULL, LOG_LEVEL_DEBUG, "payment.sent", "%s %s, attempt %d", what, id, c->attempts);
	else
		log_event(NULL, LOG_LEVEL_WARNING, fate == PAYMENT_NO ? "payment.refused" : fate == PAYMENT_DEAD ? "payment.dead" : "payment.again",
		          "%s %s, attempt %d: " TEXT_FMT, what, id, c->attempts, TEXT_ARG(reason));
}

static void record(struct call *c, enum payment_fate fate, int code, struct text reason, int retry_after_s)
{
	static const char *const states[] = { [PAYMENT_DONE] = "done", [PAYMENT_NO] = "refused", [PAYMENT_AGAIN] = "due", [PAYMENT_DEAD] = "dead" };
	struct payment_calls *p = c->of;
	struct arena *a = &p->arena;
	int64_t now_us = clock_now_us(p->deps.clock), next_us = now_us;

	tell(c, fate, reason);
	if (fate == PAYMENT_AGAIN)
		next_us += delivery_wait_us(&p->conf.policy, c->attempts, retry_after_s, id_random(p->deps.ids));
	c->params[0] = db_id(&c->id);
	c->params[1] = db_i32(a, c->attempts);
	c->params[2] = db_text(text_of(states[fate]));
	c->params[3] = db_time(a, next_us);
	c->params[4] = db_time(a, now_us);
	c->params[5] = code == 0 ? db_null() : db_i32(a, code);
	c->params[6] = db_text(reason);
	c->recording = true;
	db_call_init(&c->end);
	db_call_add(&c->end, &end_stmt, c->params);
	db_start(p->deps.db, &c->end, on_recorded);
}

static enum payment_fate fate_of_silence(const struct call *c, int status)
{
	return delivery_judge(&c->of->conf.policy, status, c->attempts) == FATE_DEAD ? PAYMENT_DEAD : PAYMENT_AGAIN;
}

/* What stands in the reply decides; a 2xx that cannot be read is no answer. */
static enum payment_fate judge(struct call *c, const struct httpc_answer *http, struct payment_reply *reply, struct buf *reason)
{
	struct fault f = { 0 };

	if (http->end != HTTPC_ANSWERED) {
		buf_printf(reason, "%s: %s", http->end == HTTPC_NOT_SENT ? "not sent" : "no answer", http->detail == NULL ? "" : http->detail);
		return fate_of_silence(c, 0);
	}
	if (http->status < 200 || http->status > 299) {
		buf_printf(reason, "HTTP %d", http->status);
		return fate_of_silence(c, http->status);
	}
	if (!payment_reply_read(&c->of->arena, http->body, reply, &f)) {
		buf_printf(reason, "HTTP %d, unreadable answer: %s", http->status, f.text);
		return fate_of_silence(c, 0);
	}
	buf_text(reason, utf8_first(text_trim(reply->message), REASON_CHARACTERS_MAX));
	if (reply->code == PAYMENT_TAKEN)
		return PAYMENT_DONE;
	return reply->code == PAYMENT_REFUSED ? PAYMENT_NO : fate_of_silence(c, 0);
}

static void on_answered(struct httpc_call *call, const struct httpc_answer *http)
{
	struct call *c = container_of(call, struct call, http);
	struct payment_reply reply = { .code = 0 };
	enum payment_fate fate;
	struct buf reason;

	c->sending = false;
	buf_init(&reason, &c->of->arena, 200);
	fate = judge(c, http, &reply, &reason);
	record(c, fate, reply.code, reason.len == 0 ? (struct text){ NULL, 0 } : buf_as_text(&reason), http->retry_after_s);
}

/* ---- sending ---- */

static void put_escaped(struct buf *b, struct text t)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.at[i];
		bool is_plain = ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
		char escape[3] = { '%', hex[c >> 4], hex[c & 15] };

		if (is_plain)
			buf_char(b, (char)c);
		else
			buf_put(b, escape, sizeof(escape));
	}
}

static bool make_upload(struct call *c, struct buf *json, struct fault *f)
{
	const struct payment_calls_conf *conf = &c->of->conf;
	struct payment_data *d = arena_zalloc(&c->of->arena, sizeof(*d));

	if (d == NULL)
		return fault_set(f, FAULT_BUSY, "no memory for an upload");
	d->head = c->head;
	d->lists = c->lists;
	d->session_id = c->query.session_id;
	d->service_time = c->query.service_time;
	d->cert_no = conf->cert_no;
	if (!payment_data_sign(&c->of->arena, d, conf->key, f))
		return false;
	payment_data_put(json, d);
	return true;
}

static bool make_body(struct call *c, struct text *out, struct fault *f)
{
	struct buf json, form;

	buf_init(&json, &c->of->arena, c->head.len + c->lists.len + 1024);
	if (!c->is_upload)
		payment_query_put(&json, &c->query);
	else if (!make_upload(c, &json, f))
		return false;
	buf_init(&form, &c->of->arena, json.len * 3 / 2 + 64);
	buf_str(&form, c->is_upload ? "payExInfoStr=" : "openReq=");
	put_escaped(&form, buf_as_text(&json));
	if (json.full || form.full)
		return fault_set(f, FAULT_BUSY, "no memory for the call's body");
	*out = buf_as_text(&form);
	return true;
}

static void begin(struct call *c, struct text url)
{
	struct payment_calls *p = c->of;
	const char *where = c->is_upload ? p->conf.upload_url : NULL;
	struct fault f = { 0 };
	struct text body;

	if (!c->is_upload && url.at != NULL)
		where = arena_copy(&p->arena, url.at, url.len);
	if (where == NULL) {
		record(c, PAYMENT_DEAD, 0, TEXT("the platform has no address here any more"), 0);
		return;
	}
	if (!c->is_readable) {
		record(c, fate_of_silence(c, 0), 0, TEXT("the stored data cannot be read"), 0);
		return;
	}
	if (make_body(c, &body, &f)) {
		c->http = (struct httpc_call){ .url = where, .content_type = FORM_TYPE, .body = body, .timeout_ms = p->conf.timeout_ms };
		c->sending = httpc_start(p->deps.httpc, &c->http, on_answered);
	}
	if (!c->sending)
		record(c, fate_of_silence(c, 0), 0, f.code == FAULT_NONE ? TEXT("no memory for the call") : text_dup(&p->arena, text_of(f.text)), 0);
}

/* What api/payments.c put together: head and lists, with a NUL between. */
static bool open_data(struct call *c, const struct db_rows *r, int row)
{
	struct vault_place place;
	struct fault f = { 0 };
	const char *end = NULL;
	struct text body;
	struct id id;

	if (!db_get_id(r, row, COL_DATA, &id))
		return false;
	place = vault_at("payment_data", &id);
	if (vault_open(c->of->deps.vault, &c->of->arena, &place, db_get_text(r, row, COL_BODY), &body, &f))
		end = memchr(body.at, '\0', body.len);
	if (end == NULL) {
		if (f.code != FAULT_BUSY)
			log_event(NULL, LOG_LEVEL_ERROR, "record.damaged", "%s", f.code == FAULT_NONE ? "stored payment data are in no two parts" : f.text);
		return false;
	}
	c->head = (struct text){ body.at, (size_t)(end - body.at) };
	c->lists = (struct text){ end + 1, body.len - c->head.len - 1 };
	return true;
}

static bool take_row(struct payment_calls *p, const struct db_rows *r, int row)
{
	struct call *c = &p->calls[row];
	struct arena *a = &p->arena;
	struct buf now;

	*c = (struct call){ .of = p, .is_upload = text_is(db_get_text(r, row, COL_KIND), "upload"), .attempts = (int)db_get_int(r, row, COL_ATTEMPTS) };
	buf_init(&now, a, 24);
	buf_i64(&now, clock_now_us(p->deps.clock) / 1000);
	c->query = (struct payment_query){ .order_no = text_dup(a, db_get_text(r, row, COL_ORDER)),
		                           .session_id = text_dup(a, db_get_text(r, row, COL_SESSION)), .service_time = buf_as_text(&now) };
	c->is_readable = !c->is_upload || open_data(c, r, row);
	return db_get_id(r, row, COL_ID, &c->id) && !a->full;
}

static void rest(struct payment_calls *p)
{
	arena_done(&p->arena);
	if (!p->quiesced)
		loop_timer_set(p->deps.loop, &p->sweep, (int64_t)p->conf.sweep_ms * 1000, on_sweep);
}

/* All rows are taken before the first one begins: beginning may end at once. */
static void on_claimed(struct db_call *call, const struct db_answer *answer)
{
	struct payment_calls *p = container_of(call, struct payment_calls, claim);
	struct text urls[PAYMENT_CALLS_MAX];

	p->claiming = false;
	p->count = answer->outcome == DB_DONE ? db_row_count(answer->results[0]) : 0;
	if (answer->outcome != DB_DONE && !p->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "payment.put_off", "%s %s", db_outcome_name(answer->outcome),
		          answer->detail == NULL ? "" : answer->detail);
	p->has_failed = answer->outcome != DB_DONE;
	for (int i = 0; i < p->count; i++) {
		if (!take_row(p, answer->results[0], i))
			p->count = i; /* no memory for the rest: their claims run out */
		else
			urls[i] = text_dup(&p->arena, db_get_text(answer->results[0], i, COL_URL));
	}
	p->open = p->count;
	if (p->count == 0)
		rest(p);
	for (int i = 0, count = p->count; i < count; i++)
		begin(&p->calls[i], urls[i]);
}

static void on_sweep(struct loop_timer *t)
{
	struct payment_calls *p = container_of(t, struct payment_calls, sweep);
	int64_t now_us = clock_now_us(p->deps.clock);

	p->params[0] = db_time(&p->arena, now_us);
	p->params[1] = db_i32(&p->arena, PAYMENT_CALLS_MAX);
	p->params[2] = db_time(&p->arena, now_us + (int64_t)p->conf.timeout_ms * 1000 + LEASE_US);
	p->params[3] = db_bool(&p->arena, p->conf.upload_url != NULL);
	p->claiming = true;
	db_call_init(&p->claim);
	db_call_add(&p->claim, &claim_stmt, p->params);
	db_start(p->deps.db, &p->claim, on_claimed);
}

/* ---- life ---- */

struct payment_calls *payment_calls_new(const struct payment_calls_conf *conf, const struct payment_calls_deps *deps, struct fault *f)
{
	struct payment_calls *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for calls about payment data");
		return NULL;
	}
	p->conf = *conf;
	p->deps = *deps;
	arena_init(&p->arena, ARENA_BYTES);
	rest(p);
	return p;
}

void payment_calls_quiesce(struct payment_calls *p)
{
	p->quiesced = true;
	loop_timer_clear(p->deps.loop, &p->sweep);
}

bool payment_calls_idle(const struct payment_calls *p)
{
	return p->open == 0 && !p->claiming;
}

void payment_calls_free(struct payment_calls *p)
{
	if (p == NULL)
		return;
	loop_timer_clear(p->deps.loop, &p->sweep);
	if (p->claiming)
		db_cancel(p->deps.db, &p->claim);
	for (int i = 0; i < PAYMENT_CALLS_MAX; i++) {
		if (p->calls[i].sending)
			httpc_cancel(p->deps.httpc, &p->calls[i].http);
		if (p->calls[i].recording)
			db_cancel(p->deps.db, &p->calls[i].end);
	}
	arena_done(&p->arena);
	free(p);
}
