/*
 * The life of one HTTP request, as libmicrohttpd's callbacks tell it.
 *
 *   httpd_on_line       first line whole: the raw target is kept
 *   httpd_on_step       first call: guard, body limit, on_headers
 *                       calls with data: the body
 *                       last call: on_request; without a reply: suspend
 *                       after a resume: queue the reply
 *   httpd_on_completed  the answer has left, or the connection ended: on_end
 *
 * A reply queued in the first call makes libmicrohttpd close the connection
 * unread, which is what a refusal wants; all else is answered in the last.
 */
#include <assert.h>
#include <stdlib.h>

#include "io/httpd_priv.h"

#define CHUNKED_FIRST_BYTES 4096u
#define REFUSED_BYTES       65536u /* where no body is due a small one is heard out all the same */

static struct httpd_exchange *exchange_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

void *httpd_on_line(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	struct httpd_exchange *x = exchange_of(mhd);
	struct httpd *h = cls;
	struct http_req *r;
	const char *mark;

	if (x == NULL)
		return NULL;
	r = &x->req;
	arena_init(&r->arena, h->conf.arena_bytes);
	r->user = NULL;
	r->arrived_us = loop_now_us(h->loop);
	r->method = r->path = r->query = r->body = (struct text){ NULL, 0 };
	r->target = text_dup(&r->arena, text_of(uri == NULL ? "" : uri));
	r->path = r->target;
	mark = r->target.len == 0 ? NULL : memchr(r->target.at, '?', r->target.len);
	if (mark != NULL) {
		r->path.len = (size_t)(mark - r->target.at);
		r->query = (struct text){ mark + 1, r->target.len - r->path.len - 1 };
	}
	x->answer = NULL;
	x->status = 0;
	x->told = x->handed = x->body_over = false;
	x->body = NULL;
	x->body_want = x->body_have = x->body_size = 0;
	x->body_limit = h->conf.body_bytes;
	httpd_set_state(x, EXCHANGE_LINE);
	return x;
}

/* --- the steps --------------------------------------------------------------- */

static enum MHD_Result queue_answer(struct httpd_exchange *x)
{
	enum MHD_Result done;

	if (x->state != EXCHANGE_ANSWERED)
		return MHD_NO; /* dropped: libmicrohttpd closes the connection */
	if (x->stream != NULL && x->left) /* its leaving is told once: nobody would hear of it any more */
		return MHD_NO;
	httpd_set_state(x, x->stream == NULL ? EXCHANGE_SENDING : EXCHANGE_STREAMING);
	done = MHD_queue_response(x->mhd, (unsigned)x->status, x->answer);
	MHD_destroy_response(x->answer); /* queued: libmicrohttpd holds it now */
	x->answer = NULL;
	return done;
}

static enum MHD_Result headers_came(struct httpd_exchange *x, const struct request_line *line)
{
	struct httpd *h = x->httpd;
	struct fault f = { 0 };
	bool go_on = true;

	x->req.method = text_of(line->method);
	httpd_set_state(x, EXCHANGE_HANDLING);
	if (x->req.arena.full)
		(void)fault_set(&f, FAULT_TOO_LARGE, "the request target is too long");
	if (f.code != FAULT_NONE || !httpd_guard(x, line, &f)) {
		httpd_refuse(x, &f);
		return queue_answer(x);
	}
	x->told = true;
	h->open_requests++;
	if (h->calls.on_headers != NULL)
		go_on = h->calls.on_headers(&x->req, h->calls.arg);
	if (x->state != EXCHANGE_HANDLING)
		return queue_answer(x);
	assert(go_on); /* false without a reply */
	httpd_set_state(x, EXCHANGE_BODY);
	return MHD_YES;
}

void httpd_limit_body(struct http_req *r, size_t bytes)
{
	struct httpd_exchange *x = r->exchange;

	assert(x->state == EXCHANGE_HANDLING && x->body_have == 0);
	if (bytes < x->body_limit)
		x->body_limit = bytes;
}

static bool grow_chunked(struct httpd_exchange *x, size_t need)
{
	size_t size = x->body_size == 0 ? CHUNKED_FIRST_BYTES : x->body_size;
	char *body;

	while (size < need)
		size *= 2;
	if (size == x->body_size)
		return true;
	body = realloc(x->body, size);
	if (body == NULL)
		return false;
	x->body = body;
	x->body_size = size;
	return true;
}

static bool make_room(struct httpd_exchange *x, size_t more)
{
	if (x->body_want == BODY_CHUNKED)
		return grow_chunked(x, x->body_have + more);
	assert(more <= x->body_want - x->body_have); /* libmicrohttpd hands out what was announced */
	if (x->body == NULL)
		x->body = arena_alloc(&x->req.arena, x->body_want + 1);
	return x->body != NULL;
}

static void drop_body(struct httpd_exchange *x)
{
	if (x->body_want == BODY_CHUNKED)
		free(x->body);
	x->body = NULL;
	x->body_over = true;
}

/* An answer can only be queued before the body or after it. So a body that turns out too long is read
 * to its end, kept nowhere, and then refused; one that goes on for twice the limit and some more is cut off. */
static enum MHD_Result body_came(struct httpd_exchange *x, const char *data, size_t *size)
{
	size_t limit = x->body_limit;
	size_t more = *size;

	*size = 0;
	if (!x->body_over && (more > limit - x->body_have || !make_room(x, more)))
		drop_body(x);
	if (!x->body_over)
		memcpy(x->body + x->body_have, data, more);
	x->body_have += more;
	return x->body_have / 2 > limit + REFUSED_BYTES ? MHD_NO : MHD_YES;
}

static bool finish_body(struct httpd_exchange *x, struct fault *f)
{
	struct http_req *r = &x->req;

	if (x->body_have > x->body_limit)
		return fault_set(f, FAULT_TOO_LARGE, "the body may have %zu bytes", x->body_limit);
	if (x->body_over)
		return fault_set(f, FAULT_BUSY, "no memory for the request's body");
	r->body = (struct text){ "", 0 };
	if (x->body == NULL)
		return true;
	if (x->body_want == BODY_CHUNKED) {
		char *whole = arena_copy(&r->arena, x->body, x->body_have);

		free(x->body);
		x->body = NULL;
		if (whole == NULL)
			return fault_set(f, FAULT_BUSY, "no memory for the request's body");
		r->body = (struct text){ whole, x->body_have };
		return true;
	}
	x->body[x->body_have] = '\0';
	r->body = (struct text){ x->body, x->body_have };
	return true;
}

static enum MHD_Result request_came(struct httpd_exchange *x)
{
	struct httpd *h = x->httpd;
	struct fault f = { 0 };

	httpd_set_state(x, EXCHANGE_HANDLING);
	if (h->stopping)
		(void)fault_set(&f, FAULT_STOPPING, "%s", "");
	if (f.code != FAULT_NONE || !finish_body(x, &f)) {
		httpd_refuse(x, &f);
		return queue_answer(x);
	}
	x->handed = true;
	h->calls.on_request(&x->req, h->calls.arg);
	if (x->state != EXCHANGE_HANDLING)
		return queue_answer(x);
	if (x->left) { /* half closed before: nobody would take the answer */
		httpd_tell_gone(x);
		httpd_set_state(x, EXCHANGE_DROPPED);
		return MHD_NO;
	}
	httpd_set_state(x, EXCHANGE_WAITING);
	MHD_suspend_connection(x->mhd);
	return MHD_YES;
}

enum MHD_Result httpd_on_step(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                              const char *version, const char *data, size_t *size, void **context)
{
	const struct request_line line = { method, url, version };
	struct httpd_exchange *x = *context;

	(void)cls;
	(void)mhd;
	if (x == NULL)
		return MHD_NO;
	switch (x->state) {
	case EXCHANGE_LINE:
		return headers_came(x, &line);
	case EXCHANGE_BODY:
		return *size > 0 ? body_came(x, data, size) : request_came(x);
	case EXCHANGE_ANSWERED:
		return queue_answer(x);
	default:
		return MHD_NO;
	}
}

void httpd_on_completed(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode why)
{
	struct httpd_exchange *x = *context;
	struct httpd *h = cls;
	bool was_sent;

	(void)mhd;
	if (x == NULL)
		return;
	/* A stream ends by being left, as a rule: what counts is that it began. */
	was_sent = x->state == EXCHANGE_STREAMING || (why == MHD_REQUEST_TERMINATED_COMPLETED_OK && x->state == EXCHANGE_SENDING);
	if (httpd_stream_is_open(x))
		httpd_tell_gone(x);
	httpd_stream_free(x);
	if (x->answer != NULL)
		MHD_destroy_response(x->answer);
	x->answer = NULL;
	if (x->body_want == BODY_CHUNKED)
		free(x->body);
	x->body = NULL;
	if (x->told) {
		h->open_requests--;
		if (h->calls.on_end != NULL)
			h->calls.on_end(&x->req, was_sent ? x->status : 0, h->calls.arg);
	}
	arena_done(&x->req.arena);
	httpd_set_state(x, EXCHANGE_IDLE);
	*context = NULL;
}
