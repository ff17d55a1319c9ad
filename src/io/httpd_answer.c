/*
 * The state of a request, and how it gets its answer: the caller's, a refusal of ours, or none.
 */
#include <assert.h>

#include "io/httpd_priv.h"

void httpd_set_state(struct httpd_exchange *x, enum exchange_state state)
{
	int64_t timeout_us = x->httpd->timeout_us[state];

	x->state = state;
	x->deadline_us = timeout_us == 0 ? INT64_MAX : loop_now_us(x->httpd->loop) + timeout_us;
}

static struct MHD_Response *make_response(struct http_req *r, const struct http_reply *reply)
{
	const char *at = reply->body.at;
	enum MHD_ResponseMemoryMode mode = MHD_RESPMEM_PERSISTENT;

	if (!reply->body_in_arena && reply->body.len > 0) {
		at = arena_copy(&r->arena, reply->body.at, reply->body.len);
		if (at == NULL) { /* the arena is full: an answer must go out all the same */
			at = reply->body.at;
			mode = MHD_RESPMEM_MUST_COPY;
		}
	}
	return MHD_create_response_from_buffer(reply->body.len, (void *)(uintptr_t)at, mode);
}

static bool add_headers(struct MHD_Response *response, const struct http_reply *reply, bool close)
{
	if (reply->content_type != NULL
	    && MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type) == MHD_NO)
		return false;
	for (int i = 0; i < reply->header_count; i++)
		if (MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value) == MHD_NO)
			return false;
	return !close || MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES;
}

void httpd_wake(struct httpd_exchange *x)
{
	MHD_resume_connection(x->mhd);
	x->httpd->run_wanted = true;
}

void httpd_answer(struct httpd_exchange *x, struct MHD_Response *response, const struct http_reply *reply)
{
	bool was_waiting = x->state == EXCHANGE_WAITING;

	assert(was_waiting || x->state == EXCHANGE_HANDLING);
	x->answer = response;
	if (x->answer != NULL && !add_headers(x->answer, reply, reply->close || x->httpd->quiesced || x->body_over)) {
		MHD_destroy_response(x->answer); /* no memory, or a header of ours that is none */
		x->answer = NULL;
	}
	x->status = x->answer == NULL ? 0 : reply->status;
	httpd_set_state(x, x->answer == NULL ? EXCHANGE_DROPPED : EXCHANGE_ANSWERED);
	if (was_waiting)
		httpd_wake(x);
}

void httpd_reply(struct http_req *r, const struct http_reply *reply)
{
	httpd_answer(r->exchange, make_response(r, reply), reply);
}

void httpd_drop(struct http_req *r)
{
	struct httpd_exchange *x = r->exchange;
	bool was_waiting = x->state == EXCHANGE_WAITING;

	assert(was_waiting || x->state == EXCHANGE_HANDLING);
	httpd_set_state(x, EXCHANGE_DROPPED);
	if (was_waiting)
		httpd_wake(x);
}

void httpd_refuse(struct httpd_exchange *x, const struct fault *f)
{
	struct httpd *h = x->httpd;
	struct http_reply plain = {
		.status = fault_http_status(f->code),
		.content_type = "text/plain; charset=utf-8",
		.body = text_of(fault_title(f->code, false)),
		.close = true,
	};

	assert(x->state == EXCHANGE_HANDLING || x->state == EXCHANGE_WAITING);
	if (!x->told)
		h->open_requests++;
	x->told = true;
	if (h->calls.on_refused != NULL)
		h->calls.on_refused(&x->req, f, h->calls.arg);
	if (x->state == EXCHANGE_HANDLING || x->state == EXCHANGE_WAITING)
		httpd_reply(&x->req, &plain);
}

void httpd_tell_gone(struct httpd_exchange *x)
{
	if (!x->handed)
		return;
	x->handed = false;
	if (x->httpd->calls.on_gone != NULL)
		x->httpd->calls.on_gone(&x->req, x->httpd->calls.arg);
}

void httpd_abandon(struct httpd_exchange *x, const struct fault *f)
{
	assert(x->state == EXCHANGE_WAITING);
	httpd_tell_gone(x);
	if (f != NULL) {
		httpd_refuse(x, f);
		return;
	}
	httpd_set_state(x, EXCHANGE_DROPPED);
	httpd_wake(x);
}
