/*
 * Answers without an end: what is put waits in one buffer, from which libmicrohttpd takes as the peer reads.
 *
 *   queued ──asked──> taking ──nothing there──> parked (suspended) ──put──> taking …
 *                        └── ended, and all is taken: the last chunk
 *
 * A parked connection has no deadline: nothing waits to be taken. As soon as something does, the peer has body_timeout to take some
 * of it, else it is cut; so is one whose leaving our own epoll tells us (libmicrohttpd does not look at suspended ones).
 */
#include <assert.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "io/httpd_priv.h"

#define BLOCK_BYTES 4096u
#define FIRST_BYTES 2048u

struct httpd_stream {
	char *at;
	size_t from, len, size, limit; /* from, len: what waits; size: of the buffer by now */
	bool parked;
	bool ended; /* by the caller */
	bool left;  /* nobody reads */
};

static void set_deadline(struct httpd_exchange *x)
{
	int64_t timeout_us = (int64_t)x->httpd->conf.body_timeout_ms * 1000;

	x->deadline_us = x->stream->len == 0 || timeout_us == 0 ? INT64_MAX : loop_now_us(x->httpd->loop) + timeout_us;
}

static ssize_t read_stream(void *cls, uint64_t position, char *to, size_t max)
{
	struct httpd_exchange *x = cls;
	struct httpd_stream *s = x->stream;
	size_t n = s->len < max ? s->len : max;

	(void)position;
	if (s->left)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n > 0) {
		memcpy(to, s->at + s->from, n);
		s->len -= n;
		s->from = s->len == 0 ? 0 : s->from + n;
		set_deadline(x);
		return (ssize_t)n;
	}
	if (s->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	s->parked = true;
	MHD_suspend_connection(x->mhd);
	return 0;
}

static void wake(struct httpd_exchange *x)
{
	if (!x->stream->parked)
		return;
	x->stream->parked = false;
	httpd_wake(x);
}

void httpd_stream(struct http_req *r, const struct http_reply *head, size_t buffer_bytes)
{
	struct httpd_exchange *x = r->exchange;
	struct MHD_Response *response = NULL;

	assert(x->handed && x->stream == NULL);
	x->stream = calloc(1, sizeof(*x->stream));
	if (x->stream != NULL) {
		x->stream->limit = buffer_bytes;
		response = text_is(r->method, "HEAD") /* else 0.9.75 sends the last chunk all the same */
		           ? MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT)
		           : MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, x, NULL);
	}
	httpd_answer(x, response, head);
}

static bool make_room(struct httpd_stream *s, size_t more)
{
	size_t size = s->size == 0 ? FIRST_BYTES : s->size;
	char *at;

	if (more > s->limit - s->len)
		return false;
	if (s->from > 0 && s->from + s->len + more > s->size) {
		memmove(s->at, s->at + s->from, s->len);
		s->from = 0;
	}
	while (size < s->len + more)
		size *= 2;
	if (size <= s->size)
		return true;
	at = realloc(s->at, size);
	if (at == NULL)
		return false;
	s->at = at;
	s->size = size;
	return true;
}

bool httpd_stream_put(struct http_req *r, struct text t)
{
	struct httpd_exchange *x = r->exchange;
	struct httpd_stream *s = x->stream;
	bool waited;

	if (s == NULL || s->ended || s->left || !make_room(s, t.len))
		return false;
	if (t.len == 0)
		return true;
	waited = s->len > 0;
	memcpy(s->at + s->from + s->len, t.at, t.len);
	s->len += t.len;
	if (!waited && x->state == EXCHANGE_STREAMING)
		set_deadline(x);
	wake(x);
	return true;
}

size_t httpd_stream_room(const struct http_req *r)
{
	const struct httpd_stream *s = r->exchange->stream;

	return s == NULL ? 0 : s->limit - s->len;
}

void httpd_stream_end(struct http_req *r)
{
	struct httpd_exchange *x = r->exchange;

	if (x->stream == NULL || x->stream->ended)
		return;
	x->stream->ended = true;
	wake(x);
}

/* --- from the other side ---------------------------------------------------------------------------------------- */

/* A parked one is asked again and says so; another is waiting for its socket, where it finds the end. */
void httpd_stream_left(struct httpd_exchange *x)
{
	x->stream->left = true;
	if (x->stream->parked)
		wake(x);
	else
		(void)shutdown(x->fd, SHUT_RDWR);
}

void httpd_stream_stop(struct httpd_exchange *x)
{
	if (!x->stream->ended)
		httpd_tell_gone(x);
	x->stream->ended = true;
	wake(x);
}

bool httpd_stream_is_open(const struct httpd_exchange *x)
{
	return x->stream != NULL && !x->stream->ended;
}

void httpd_stream_free(struct httpd_exchange *x)
{
	if (x->stream == NULL)
		return;
	free(x->stream->at);
	free(x->stream);
	x->stream = NULL;
}
