/*
 * A request's steps, answers and waits.
 *
 * When the client leaves, a database call or a call out is cancelled and the request is forgotten. Intake and inbox cannot be
 * cancelled (what was submitted may be stored already), nor can a thread that works, and hold on to the request's bytes: then the arena moves from
 * the connection into the request, which lives on as an orphan until they are done with it.
 */
#include "api/req.h"

#include <assert.h>

#include "base/log.h"

#define RETRY_AFTER_S "1"

struct req *req_new(struct api *a, struct http_req *h)
{
	struct req *r = arena_zalloc(&h->arena, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->http = h;
	r->arena = &h->arena;
	r->api = a;
	r->now_us = clock_now_us(a->deps.clock);
	r->client.role = ROLE_PUBLIC;
	if (!trace_parse(httpd_header(h, "traceparent"), &r->trace))
		trace_new(&r->trace, a->deps.ids);
	h->user = r;
	req_header(r, "X-Request-Id", r->trace.id);
	req_header(r, "Cache-Control", "no-store");
	if (httpd_is_tls(h))
		req_header(r, "Strict-Transport-Security", "max-age=31536000");
	if (a->conf.purpose != PURPOSE_PRODUCTION) /* nobody takes it for the real thing */
		req_header(r, "Tongguan-Environment", purpose_name(a->conf.purpose));
	return r;
}

static void settle(struct req *r, enum step s)
{
	assert((s == STEP_REPLIED) == r->replied);
	assert((s == STEP_WAITING) == (r->wait != WAIT_NONE));
}

void req_run(struct req *r, step_fn *first)
{
	settle(r, first(r));
}

/* --- what the steps ask ---------------------------------------------------------------------------------------- */

void req_header(struct req *r, const char *name, const char *value)
{
	assert(r->header_count < REQ_HEADERS_MAX);
	r->headers[r->header_count++] = (struct http_header){ name, value };
}

bool req_may_keep(struct req *r, const char *tag)
{
	struct text known = httpd_header(r->http, "If-None-Match");

	for (int i = 0; i < r->header_count; i++)
		if (strcmp(r->headers[i].name, "Cache-Control") == 0)
			r->headers[i].value = "public, no-cache";
	req_header(r, "ETag", tag);
	return known.len > 0 && memmem(known.at, known.len, tag, strlen(tag)) != NULL;
}

void req_html_headers(struct req *r)
{
	req_header(r, "Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	req_header(r, "X-Content-Type-Options", "nosniff");
	req_header(r, "Referrer-Policy", "no-referrer");
	req_header(r, "Cross-Origin-Opener-Policy", "same-origin");
}

bool req_chinese(const struct req *r)
{
	return problem_wants_chinese(httpd_header(r->http, "Accept-Language"));
}

struct text req_base(struct req *r)
{
	struct text host;
	struct buf b;

	if (r->api->conf.public_url != NULL)
		return text_of(r->api->conf.public_url);
	host = httpd_header(r->http, "Host");
	if (host.len == 0)
		return TEXT("");
	buf_init(&b, r->arena, host.len + 8);
	buf_str(&b, httpd_is_tls(r->http) ? "https://" : "http://");
	buf_text(&b, host);
	return b.full ? TEXT("") : buf_as_text(&b);
}

struct id req_new_id(const struct req *r)
{
	struct id_source *ids = r->api->deps.ids;

	return id_new(ids, r->now_us, (int16_t)(id_random(ids) % ID_BUCKETS));
}

bool req_is_enterprise(const struct req *r)
{
	return r->client.role == ROLE_ENTERPRISE;
}

bool req_wants_xml(const struct req *r)
{
	struct text accept = httpd_header(r->http, "Accept");

	return accept.len > 0 && memmem(accept.at, accept.len, "xml", 3) != NULL && memmem(accept.at, accept.len, "json", 4) == NULL;
}

bool req_sees_all(const struct req *r)
{
	return r->client.role == ROLE_REGULATOR || r->client.role == ROLE_OPERATOR;
}

bool req_keep_codes(struct req *r)
{
	struct text *codes = arena_alloc(r->arena, sizeof(*codes) * (size_t)(r->client.code_count + 1));

	for (int i = 0; codes != NULL && i < r->client.code_count; i++)
		codes[i] = text_dup(r->arena, r->client.codes[i]);
	r->client.codes = codes;
	return !r->arena->full;
}

/* --- answers ----------------------------------------------------------------------------------------------------- */

enum step req_send(struct req *r, const struct http_reply *reply)
{
	assert(!r->replied && r->wait == WAIT_NONE);
	r->replied = true;
	httpd_reply(r->http, reply);
	return STEP_REPLIED;
}

static enum step reply_with(struct req *r, struct http_reply *reply)
{
	enum step s;

	reply->headers = r->headers;
	reply->header_count = r->header_count;
	reply->close = r->api->draining;
	if (r->guard != NULL && r->guard->keep(r, reply, &s))
		return s;
	return req_send(r, reply);
}

enum step reply_bytes(struct req *r, int status, const char *type, struct text body)
{
	return reply_with(r, &(struct http_reply){ .status = status, .content_type = type, .body = body });
}

enum step reply_kept(struct req *r, int status, const char *type, struct text body)
{
	return reply_with(r, &(struct http_reply){ .status = status, .content_type = type, .body = body, .body_in_arena = true });
}

enum step reply_json(struct req *r, int status, const struct buf *b)
{
	if (b->full)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	return reply_kept(r, status, "application/json", buf_as_text(b));
}

enum step reply_empty(struct req *r, int status)
{
	return reply_bytes(r, status, NULL, (struct text){ NULL, 0 });
}

enum step reply_stream(struct req *r, const char *type, size_t buffer_bytes, void (*on_left)(struct req *r))
{
	const struct http_reply head = { .status = 200, .content_type = type, .headers = r->headers, .header_count = r->header_count };

	assert(!r->replied && r->wait == WAIT_NONE);
	r->replied = true;
	r->answered_us = clock_mono_us();
	r->on_left = on_left;
	httpd_stream(r->http, &head, buffer_bytes);
	return STEP_REPLIED;
}

enum step reply_dropped(struct req *r)
{
	assert(!r->replied && r->wait == WAIT_NONE);
	r->replied = true;
	httpd_drop(r->http);
	return STEP_REPLIED;
}

enum step reply_problem_of(struct req *r, struct problem *p)
{
	int status = fault_http_status(p->code);
	struct buf b;

	p->base = req_base(r);
	p->instance = r->http->path;
	p->trace_id = text_of(r->trace.id);
	p->chinese = req_chinese(r);
	buf_init(&b, r->arena, 512);
	problem_put(&b, p);
	req_header(r, "Content-Language", p->chinese ? "zh" : "en");
	if ((status == 503 || status == 429) && p->code != FAULT_QUOTA) /* a limit says when itself */
		req_header(r, "Retry-After", RETRY_AFTER_S);
	if (b.full) /* no memory left even for this: the status line has to say it */
		return reply_bytes(r, status, "application/problem+json", TEXT("{\"type\":\"about:blank\"}"));
	return reply_kept(r, status, "application/problem+json", buf_as_text(&b));
}

enum step reply_fault(struct req *r, enum fault_code code, const char *detail)
{
	struct problem p = { .code = code, .detail = text_of(detail), .node = -1 };

	return reply_problem_of(r, &p);
}

enum step reply_problem(struct req *r, const struct fault *f)
{
	return reply_fault(r, f->code, f->text);
}

enum step reply_db_fault(struct req *r, const struct db_answer *a)
{
	static const enum fault_code codes[DB_OUTCOME_COUNT] = {
		[DB_CONFLICT] = FAULT_STATE_CONFLICT,
		[DB_BAD_DATA] = FAULT_BAD_REQUEST,
		[DB_TRY_AGAIN] = FAULT_STORE_DOWN,
		[DB_UNCERTAIN] = FAULT_UNCERTAIN,
		[DB_BROKEN] = FAULT_BUG,
	};
	const struct log_ids ids = { .trace = r->trace.id };

	assert(a->outcome != DB_DONE);
	log_event(&ids, a->outcome == DB_BROKEN ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "api.db_failed", "%s %s %s",
	          db_outcome_name(a->outcome), a->sqlstate, a->detail == NULL ? "" : a->detail);
	return reply_fault(r, codes[a->outcome], "");
}

enum step reply_row(struct req *r, const struct db_answer *a)
{
	struct text json;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0 || db_is_null(a->results[0], 0, 0))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	json = db_get_text(a->results[0], 0, 0);
	return reply_bytes(r, 200, "application/json", json);
}

/* --- waits --------------------------------------------------------------------------------------------------------- */

static void begin_wait(struct req *r, enum wait what)
{
	assert(r->wait == WAIT_NONE && !r->replied);
	r->wait = what;
}

static void free_orphan(struct req *r)
{
	struct arena last = r->kept; /* r itself lies in it */

	*r->orphan_link = r->next_orphan;
	if (r->next_orphan != NULL)
		r->next_orphan->orphan_link = r->orphan_link;
	arena_done(&last);
}

static void wait_over(struct req *r)
{
	r->wait = WAIT_NONE;
	if (r->http == NULL)
		free_orphan(r);
	else
		settle(r, r->then(r));
}

static void on_db_done(struct db_call *call, const struct db_answer *answer)
{
	struct req *r = container_of(call, struct req, call);

	enum step s;

	r->wait = WAIT_NONE;
	settle(r, r->guard != NULL && r->guard->rode(r, answer, &s) ? s : r->db_then(r, answer));
}

enum step await_db(struct req *r, db_step_fn *then)
{
	if (r->guard != NULL)
		r->guard->ride(r);
	if (r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	begin_wait(r, WAIT_DB);
	r->db_then = then;
	db_start(r->api->deps.db, &r->call, on_db_done);
	return STEP_WAITING;
}

static void on_http_done(struct httpc_call *call, const struct httpc_answer *answer)
{
	struct req *r = container_of(call, struct req, http_call);

	r->wait = WAIT_NONE;
	settle(r, r->http_then(r, answer));
}

enum step await_http(struct req *r, http_step_fn *then)
{
	if (r->arena->full || !httpc_start(r->api->deps.httpc, &r->http_call, on_http_done))
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	begin_wait(r, WAIT_HTTP);
	r->http_then = then;
	return STEP_WAITING;
}

static void on_intake_done(struct intake_submission *s)
{
	wait_over(container_of(s, struct req, submission));
}

static bool submit(struct req *r, step_fn *then)
{
	if (r->submission.arena == NULL)
		r->submission.arena = r->arena;
	if (!intake_submit(r->api->deps.intake, &r->submission, on_intake_done))
		return false;
	begin_wait(r, WAIT_INTAKE);
	r->then = then;
	return true;
}

enum step await_intake(struct req *r, step_fn *then)
{
	if (submit(r, then))
		return STEP_WAITING;
	return reply_fault(r, FAULT_BUSY, "as many filings wait as may; nothing of this message was stored");
}

enum step await_intake_part(struct req *r, step_fn *then)
{
	if (submit(r, then))
		return STEP_WAITING;
	for (int i = 0; i < r->submission.candidate_count; i++)
		r->submission.candidates[i].outcome = INTAKE_TRY_AGAIN;
	return await_turn(r, then);
}

static void on_turn(struct loop_task *t)
{
	wait_over(container_of(t, struct req, turn));
}

enum step await_turn(struct req *r, step_fn *then)
{
	begin_wait(r, WAIT_TURN);
	r->then = then;
	loop_soon(r->api->deps.loop, &r->turn, on_turn);
	return STEP_WAITING;
}

static void on_inbox_done(struct inbox_item *item)
{
	struct req *r = container_of(item, struct inbox_place, item)->r;

	assert(r->places_open > 0);
	if (--r->places_open == 0)
		wait_over(r);
}

enum step await_inbox(struct req *r, int count, step_fn *then)
{
	r->then = then;
	r->places_open = 0;
	for (int i = 0; i < count; i++) {
		struct inbox_place *place = &r->places[i];

		place->r = r;
		place->item.outcome = INBOX_TRY_AGAIN;
		if (!inbox_submit(r->api->deps.inbox, &place->item, on_inbox_done))
			break;
		r->places_open++;
	}
	if (r->places_open == 0)
		return then(r);
	begin_wait(r, WAIT_INBOX);
	return STEP_WAITING;
}

static void on_pool_done(struct pool_job *job)
{
	wait_over(container_of(job, struct req, job));
}

enum step await_pool(struct req *r, pool_fn *work, step_fn *then)
{
	if (!pool_start(r->api->pool, &r->job, work, on_pool_done))
		return reply_fault(r, FAULT_BUSY, "as many signatures wait as may");
	begin_wait(r, WAIT_POOL);
	r->then = then;
	return STEP_WAITING;
}

/* The connection gets an empty arena and its target again; all else stays with the request. */
static void orphan(struct req *r)
{
	struct http_req *h = r->http;
	struct text target = h->target;

	r->kept = h->arena;
	arena_init(&h->arena, r->kept.limit);
	if (r->submission.arena == r->arena)
		r->submission.arena = &r->kept;
	r->arena = &r->kept;
	h->target = text_dup(&h->arena, target);
	h->path = (struct text){ h->target.at, h->target.at == NULL ? 0 : h->path.len };
	h->query = (struct text){ NULL, 0 };
	h->body = (struct text){ NULL, 0 };
	h->user = NULL;
	r->http = NULL;
	r->orphan_link = &r->api->orphans;
	r->next_orphan = r->api->orphans;
	if (r->next_orphan != NULL)
		r->next_orphan->orphan_link = &r->next_orphan;
	r->api->orphans = r;
}

void req_forget(struct req *r)
{
	if (r->on_left != NULL)
		r->on_left(r);
	switch (r->wait) {
	case WAIT_DB:
		db_cancel(r->api->deps.db, &r->call);
		r->wait = WAIT_NONE;
		break;
	case WAIT_HTTP:
		httpc_cancel(r->api->deps.httpc, &r->http_call);
		r->wait = WAIT_NONE;
		break;
	case WAIT_INTAKE:
	case WAIT_INBOX:
		orphan(r);
		break;
	case WAIT_POOL:
		if (pool_cancel(r->api->pool, &r->job))
			r->wait = WAIT_NONE;
		else
			orphan(r);
		break;
	case WAIT_TURN:
		loop_soon_cancel(r->api->deps.loop, &r->turn);
		r->wait = WAIT_NONE;
		break;
	case WAIT_NONE:
		break;
	}
}

void req_free_orphans(struct api *a)
{
	while (a->orphans != NULL)
		free_orphan(a->orphans);
}
