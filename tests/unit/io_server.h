/*
 * For io_httpd_test.c: an HTTP server in a thread of its own, and a client
 * that writes raw bytes and reads answers with ordinary blocking calls.
 *
 * What the server does is in the path:
 *   /sync    answers at once           /soon   answers in the next turn
 *   /later   answers after 20 ms       /never  does not answer
 *   /drop    ends at once without an answer, /drop-soon in the next turn
 *   /denied  is refused with 401 before its body
 *   /arena   answers with a body that lies in the request's arena
 *   /query   answers with what the query says (see show_query)
 *   /path/x  answers with x decoded
 *   /stream  answers with five ticks after the body, then ends; /stream-soon begins in the next turn
 *   /parked  answers with a stream in which nothing comes; /flood: with one that is always full
 * The answer's body is the request's body, unless said otherwise.
 */
#ifndef TESTS_UNIT_IO_SERVER_H
#define TESTS_UNIT_IO_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/httpd.h"

#define LIMIT_BODY 65536u
#define SHORT_BODY 1000u /* of /short */
#define PATIENCE_MS 20000 /* only ever waited for when something is broken */

struct server {
	struct loop *loop;
	struct httpd *httpd;
	pthread_t thread;
	_Atomic int requests, gone, ended, refused, answered_200, answered_0, turns;
	_Atomic int last_refusal; /* enum fault_code */
	_Atomic int64_t body_bytes;
	_Atomic bool over;
};

struct waiter { /* one request that is answered later; lives in its arena */
	struct loop_timer timer;
	struct http_req *req;
	struct loop *loop;
	int ticks;
};

static struct server *server_of(void *arg)
{
	return arg;
}

static void reply_text(struct http_req *r, int status, struct text body, bool in_arena)
{
	static const struct http_header headers[] = { { "X-Test", "yes" } };
	struct http_reply reply = {
		.status = status,
		.content_type = "text/plain",
		.body = body,
		.body_in_arena = in_arena,
		.headers = headers,
		.header_count = 1,
	};

	httpd_reply(r, &reply);
}

static void later(struct loop_timer *t)
{
	struct waiter *w = container_of(t, struct waiter, timer);

	reply_text(w->req, 200, w->req->body, true);
}

static void drop_later(struct loop_timer *t)
{
	httpd_drop(container_of(t, struct waiter, timer)->req);
}

enum { STREAM_BYTES = 20000, STREAM_TICKS = 5 };

static void tick(struct loop_timer *t)
{
	struct waiter *w = container_of(t, struct waiter, timer);

	if (w->ticks == STREAM_TICKS) {
		httpd_stream_end(w->req);
		return;
	}
	w->ticks++;
	assert_true(httpd_stream_put(w->req, TEXT("tick\n")));
	loop_timer_set(w->loop, t, 1000, tick);
}

static void flood(struct loop_timer *t)
{
	static const char much[1000];
	struct waiter *w = container_of(t, struct waiter, timer);

	while (httpd_stream_put(w->req, (struct text){ much, sizeof(much) }))
		;
	assert_true(httpd_stream_room(w->req) < sizeof(much));
	loop_timer_set(w->loop, t, 1000, flood);
}

static void begin_stream(struct loop_timer *t)
{
	struct waiter *w = container_of(t, struct waiter, timer);
	const struct http_reply head = { .status = 200, .content_type = "text/event-stream" };

	httpd_stream(w->req, &head, STREAM_BYTES);
	if (text_is(w->req->path, "/flood"))
		flood(t);
	else if (!text_is(w->req->path, "/parked") && httpd_stream_put(w->req, w->req->body))
		tick(t);
}

static void show_query(struct http_req *r)
{
	static const char *const known[] = { "a", "b" };
	struct text a = httpd_query(r, "a"), b = httpd_query(r, "b"), stranger = { NULL, 0 };
	bool ok = httpd_query_names_ok(r, known, 2, &stranger);
	struct buf out;

	buf_init(&out, &r->arena, 128);
	buf_printf(&out, "%s[" TEXT_FMT "]%s[" TEXT_FMT "]%s[" TEXT_FMT "]", a.at == NULL ? "-" : "a", TEXT_ARG(a),
	           b.at == NULL ? "-" : "b", TEXT_ARG(b), ok ? "ok" : "no", TEXT_ARG(stranger));
	reply_text(r, 200, buf_as_text(&out), true);
}

static void show_path(struct http_req *r)
{
	struct text raw = { r->path.at + 6, r->path.len - 6 }, decoded;

	if (httpd_decode(r, raw, &decoded))
		reply_text(r, 200, decoded, false);
	else
		reply_text(r, 404, TEXT("no"), false);
}

static void on_request(struct http_req *r, void *arg)
{
	struct server *s = server_of(arg);
	struct waiter *w;

	s->requests++;
	s->body_bytes += (int64_t)r->body.len;
	assert_true(r->body.at != NULL && r->body.at[r->body.len] == '\0');
	if (text_is(r->path, "/sync") || text_is(r->path, "/short")) {
		reply_text(r, 200, r->body, false);
		return;
	}
	if (text_is(r->path, "/drop")) {
		httpd_drop(r);
		return;
	}
	if (text_is(r->path, "/arena")) {
		reply_text(r, 200, text_dup(&r->arena, TEXT("from the arena")), true);
		return;
	}
	if (text_is(r->path, "/query")) {
		show_query(r);
		return;
	}
	if (text_starts(r->path, "/path/")) {
		show_path(r);
		return;
	}
	w = arena_zalloc(&r->arena, sizeof(*w));
	if (w == NULL) {
		reply_text(r, 503, TEXT("full"), false);
		return;
	}
	w->req = r;
	w->loop = s->loop;
	r->user = w;
	if (text_is(r->path, "/soon"))
		loop_timer_set(s->loop, &w->timer, 0, later);
	else if (text_is(r->path, "/drop-soon"))
		loop_timer_set(s->loop, &w->timer, 0, drop_later);
	else if (text_is(r->path, "/stream") || text_is(r->path, "/parked") || text_is(r->path, "/flood"))
		begin_stream(&w->timer);
	else if (text_is(r->path, "/stream-soon"))
		loop_timer_set(s->loop, &w->timer, 0, begin_stream);
	else if (text_is(r->path, "/later"))
		loop_timer_set(s->loop, &w->timer, 20000, later);
}

static bool on_headers(struct http_req *r, void *arg)
{
	(void)arg;
	if (text_is(r->path, "/short"))
		httpd_limit_body(r, SHORT_BODY);
	if (!text_is(r->path, "/denied"))
		return true;
	reply_text(r, 401, TEXT("denied"), false);
	return false;
}

static void on_refused(struct http_req *r, const struct fault *f, void *arg)
{
	struct server *s = server_of(arg);

	s->refused++;
	s->last_refusal = (int)f->code;
	reply_text(r, fault_http_status(f->code), text_of(fault_slug(f->code)), false);
}

static void on_gone(struct http_req *r, void *arg)
{
	struct server *s = server_of(arg);
	struct waiter *w = r->user;

	s->gone++;
	if (w != NULL)
		loop_timer_clear(s->loop, &w->timer);
}

static void on_end(struct http_req *r, int status, void *arg)
{
	struct server *s = server_of(arg);

	(void)r;
	s->answered_200 += status == 200;
	s->answered_0 += status == 0;
	s->ended++;
}

static void *run_loop(void *arg)
{
	loop_run(server_of(arg)->loop);
	return NULL;
}

static struct httpd_conf usual_conf(void)
{
	return (struct httpd_conf){
		.address = "127.0.0.1:0",
		.listen_fd = -1,
		.connections = 1000,
		.header_timeout_ms = PATIENCE_MS,
		.body_timeout_ms = PATIENCE_MS,
		.idle_timeout_ms = PATIENCE_MS,
		.handler_timeout_ms = PATIENCE_MS,
		.body_bytes = LIMIT_BODY,
		.arena_bytes = 4 * LIMIT_BODY,
		.header_bytes = 32768,
	};
}

static struct server *server_start(const struct httpd_conf *conf)
{
	struct server *s = calloc(1, sizeof(*s));
	struct fault f = { 0 };
	struct httpd_calls calls = { on_headers, on_request, on_refused, on_gone, on_end, s };

	assert_non_null(s);
	s->loop = loop_new(&f);
	assert_non_null(s->loop);
	s->httpd = httpd_new(s->loop, conf, &calls, &f);
	if (s->httpd == NULL)
		fail_msg("%s", f.text);
	assert_int_equal(pthread_create(&s->thread, NULL, run_loop, s), 0);
	return s;
}

static void in_loop_stop(void *arg)
{
	struct server *s = server_of(arg);

	httpd_free(s->httpd);
	loop_stop(s->loop);
	s->over = true;
}

__attribute__((unused)) static void in_loop_quiesce(void *arg)
{
	httpd_quiesce(server_of(arg)->httpd);
}

/* Frees the server while the loop still turns; s stays for its counters. */
static void server_stop(struct server *s)
{
	assert_true(loop_wake(s->loop, in_loop_stop, s));
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	loop_free(s->loop);
}

/* Waits for a counter of the server to reach what is wanted; fails when it does not or goes beyond. */
static void expect_count(_Atomic int *count, int want)
{
	for (int i = 0; i < PATIENCE_MS && *count < want; i++)
		(void)poll(NULL, 0, 1);
	assert_int_equal(*count, want);
}

static void in_loop_turn(void *arg)
{
	server_of(arg)->turns++;
}

/* Waits until the server's loop has turned: what was sent before is read. */
__attribute__((unused)) static void expect_turn(struct server *s)
{
	int seen = s->turns;

	assert_true(loop_wake(s->loop, in_loop_turn, s));
	expect_count(&s->turns, seen + 1);
}

/* --- the client ---------------------------------------------------------------- */

struct answer {
	int status;
	size_t length;
	bool closes;      /* Connection: close */
	bool has_length;
	bool has_date;
	char *body;       /* NUL-terminated */
	char head[4096];
};

static int dial(const struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)httpd_port(s->httpd)) };
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* The server may refuse and close while we still write: that is no error here. */
static void send_bytes(int fd, const char *at, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return;
		assert_true(n > 0);
		at += n;
		len -= (size_t)n;
	}
}

static void send_text(int fd, const char *text)
{
	send_bytes(fd, text, strlen(text));
}

/* The end of the connection, and nothing before it. */
static void expect_closed(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, 0);

	assert_true(n == 0 || (n < 0 && errno == ECONNRESET));
	(void)close(fd);
}

static const char *head_value(const struct answer *a, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = strstr(a->head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':')
			return line + 2 + len + 2;
	return NULL;
}

/* Reads one answer byte by byte up to the end of its head, then its body; without_body: it answers a HEAD. */
static void read_answer_to(int fd, struct answer *a, bool without_body)
{
	size_t len = 0;
	const char *value;

	memset(a, 0, sizeof(*a));
	do {
		assert_true(len + 1 < sizeof(a->head));
		assert_int_equal(recv(fd, a->head + len, 1, 0), 1);
		len++;
	} while (len < 4 || memcmp(a->head + len - 4, "\r\n\r\n", 4) != 0);
	assert_memory_equal(a->head, "HTTP/1.1 ", 9);
	a->status = (int)strtol(a->head + 9, NULL, 10);
	value = head_value(a, "Content-Length");
	a->has_length = value != NULL;
	a->length = value == NULL ? 0 : strtoul(value, NULL, 10);
	value = head_value(a, "Connection");
	a->closes = value != NULL && strncasecmp(value, "close", 5) == 0;
	a->has_date = head_value(a, "Date") != NULL;
	a->body = calloc(1, a->length + 1);
	assert_non_null(a->body);
	if (!without_body && a->length > 0)
		assert_int_equal(recv(fd, a->body, a->length, MSG_WAITALL), a->length);
}

static void read_answer(int fd, struct answer *a)
{
	read_answer_to(fd, a, false);
}

static void expect_status(int fd, int status)
{
	struct answer a;

	read_answer(fd, &a);
	assert_int_equal(a.status, status);
	free(a.body);
}

static void send_post(int fd, const char *path, const char *body, size_t len)
{
	char head[256];
	int n = snprintf(head, sizeof(head),
	                 "POST %s HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", path, len);

	assert_true(n > 0 && (size_t)n < sizeof(head));
	send_bytes(fd, head, (size_t)n);
	send_bytes(fd, body, len);
}

#endif
