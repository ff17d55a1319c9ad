/* The HTTP client, against our own server and a rude one, all in one loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/httpc.h"
#include "io/httpd.h"

#define ANSWER_BYTES 20000u
#define PATIENCE_US  (20 * US_PER_S) /* only ever used up when something is broken */

struct rude { /* a server that speaks its lines and hangs up, whatever it hears */
	struct bench *bench;
	struct loop_fd listener, peer;
	const char *says; /* after it has read something; NULL: nothing at all, and no hanging up */
	int port, connections, heard;
};

struct bench {
	struct loop *loop;
	struct httpd *httpd;
	struct httpc *httpc;
	struct loop_timer patience;
	struct rude rude;
	int port, most_connections, served, gone;
	int wanted; /* calls until the loop stops */
};

struct call { /* one call and what came of it */
	struct httpc_call http;
	struct bench *bench;
	char url[128];
	int done;
	enum httpc_end end;
	int status, retry_after_s;
	char body[1024], type[64], detail[128];
	size_t len;
	void (*then)(struct call *); /* inside on_done */
	struct call *other;
};

/* --- our own server ------------------------------------------------------------------ */

static void serve(struct http_req *r, void *arg)
{
	static const struct http_header retry[] = { { "Retry-After", "7" } };
	static const struct http_header elsewhere[] = { { "Location", "/echo" } };
	struct bench *b = arg;
	struct http_reply reply = { .status = 200, .content_type = "text/plain; x=y", .body_in_arena = true };
	struct text type = httpd_header(r, "Content-Type"), mark = httpd_header(r, "X-Mark"),
	            expects = httpd_header(r, "Expect");
	struct buf out;

	b->served++;
	if (httpd_connections(b->httpd) > b->most_connections)
		b->most_connections = httpd_connections(b->httpd);
	if (text_is(r->path, "/never"))
		return;
	if (text_is(r->path, "/busy")) {
		reply.status = 503;
		reply.headers = retry;
		reply.header_count = 1;
	} else if (text_is(r->path, "/moved")) {
		reply.status = 302;
		reply.headers = elsewhere;
		reply.header_count = 1;
	}
	buf_init(&out, &r->arena, 1024);
	if (text_starts(r->path, "/long/")) {
		int64_t len = 0;

		assert_true(text_to_i64((struct text){ r->path.at + 6, r->path.len - 6 }, &len));
		while ((int64_t)out.len < len)
			buf_char(&out, 'x');
	} else if (!text_is(r->path, "/empty")) {
		buf_printf(&out, TEXT_FMT "|" TEXT_FMT "|" TEXT_FMT "|" TEXT_FMT "|" TEXT_FMT, TEXT_ARG(r->method),
		           TEXT_ARG(type), TEXT_ARG(mark), TEXT_ARG(expects), TEXT_ARG(r->body));
	}
	reply.body = buf_as_text(&out);
	httpd_reply(r, &reply);
}

static void client_gone(struct http_req *r, void *arg)
{
	struct bench *b = arg;

	(void)r;
	b->gone++;
}

/* --- the rude one ---------------------------------------------------------------------- */

static void rude_heard(struct loop_fd *w, unsigned events)
{
	struct rude *r = container_of(w, struct rude, peer);
	char line[4096];
	ssize_t n = read(w->fd, line, sizeof(line));

	(void)events;
	if (n > 0) {
		r->heard++;
		if (r->says == NULL)
			return;
		assert_int_equal(write(w->fd, r->says, strlen(r->says)), strlen(r->says));
	}
	loop_fd_remove(r->bench->loop, w);
	(void)close(w->fd);
}

static void rude_called(struct loop_fd *w, unsigned events)
{
	struct rude *r = container_of(w, struct rude, listener);
	int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	assert_true(fd >= 0);
	r->connections++;
	assert_true(loop_fd_add(r->bench->loop, &r->peer, fd, LOOP_READ, rude_heard));
}

static int listen_somewhere(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 10), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* --- the bench ---------------------------------------------------------------------------- */

static struct bench *bench_with(int connections_per_host, bool (*may_connect)(const struct sockaddr *, size_t))
{
	const struct httpd_conf server = { .address = "127.0.0.1:0", .listen_fd = -1, .connections = 500,
		                           .body_bytes = 1u << 20, .arena_bytes = 4u << 20, .header_bytes = 32768 };
	const struct httpc_conf client = { .connections_per_host = connections_per_host, .connections_kept = 100,
		                           .connect_timeout_ms = 5000, .answer_bytes = ANSWER_BYTES, .may_connect = may_connect };
	struct bench *b = calloc(1, sizeof(*b));
	const struct httpd_calls calls = { .on_request = serve, .on_gone = client_gone, .arg = b };
	struct fault f = { 0 };

	assert_non_null(b);
	b->loop = loop_new(&f);
	assert_non_null(b->loop);
	b->httpd = httpd_new(b->loop, &server, &calls, &f);
	assert_non_null(b->httpd);
	b->port = httpd_port(b->httpd);
	b->httpc = httpc_new(b->loop, &client, &f);
	assert_non_null(b->httpc);
	b->rude.bench = b;
	assert_true(loop_fd_add(b->loop, &b->rude.listener, listen_somewhere(&b->rude.port), LOOP_READ, rude_called));
	return b;
}

static struct bench *bench_new(int connections_per_host)
{
	return bench_with(connections_per_host, NULL);
}

static void bench_free(struct bench *b)
{
	int listener = b->rude.listener.fd;

	httpc_free(b->httpc);
	httpd_free(b->httpd);
	if (b->rude.peer.slot != 0) {
		int peer = b->rude.peer.fd;

		loop_fd_remove(b->loop, &b->rude.peer);
		(void)close(peer);
	}
	loop_fd_remove(b->loop, &b->rude.listener);
	(void)close(listener);
	loop_free(b->loop);
	free(b);
}

static void out_of_patience(struct loop_timer *t)
{
	loop_stop(container_of(t, struct bench, patience)->loop);
}

/* Turns the loop until so many calls have ended. */
static void run(struct bench *b, int calls)
{
	b->wanted = calls;
	loop_timer_set(b->loop, &b->patience, PATIENCE_US, out_of_patience);
	loop_run(b->loop);
	loop_timer_clear(b->loop, &b->patience);
	assert_int_equal(b->wanted, 0);
}

static void run_for_ms(struct bench *b, int ms)
{
	loop_timer_set(b->loop, &b->patience, ms * INT64_C(1000), out_of_patience);
	loop_run(b->loop);
}

static void keep(char *to, size_t size, struct text t)
{
	(void)snprintf(to, size, TEXT_FMT, TEXT_ARG(t));
}

static void on_done(struct httpc_call *http, const struct httpc_answer *a)
{
	struct call *c = container_of(http, struct call, http);

	c->done++;
	c->end = a->end;
	c->status = a->status;
	c->retry_after_s = a->retry_after_s;
	c->len = a->body.len;
	assert_true(a->elapsed_us >= 0);
	if (a->end == HTTPC_ANSWERED) {
		assert_int_equal(a->body.at[a->body.len], '\0');
		assert_null(a->detail);
	} else {
		assert_non_null(a->detail);
	}
	keep(c->body, sizeof(c->body), a->body);
	keep(c->type, sizeof(c->type), a->content_type);
	keep(c->detail, sizeof(c->detail), text_of(a->detail));
	if (c->then != NULL)
		c->then(c);
	if (--c->bench->wanted == 0)
		loop_stop(c->bench->loop);
}

static struct call *call_new(struct bench *b, int port, const char *path)
{
	struct call *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	c->bench = b;
	(void)snprintf(c->url, sizeof(c->url), "http://127.0.0.1:%d%s", port, path);
	c->http.url = c->url;
	c->http.content_type = "application/json";
	c->http.body = TEXT("{}");
	c->http.timeout_ms = 15000;
	return c;
}

static void start(struct call *c)
{
	assert_true(httpc_start(c->bench->httpc, &c->http, on_done));
	assert_int_equal(c->done, 0);
}

/* --- tests ----------------------------------------------------------------------------------- */

static void test_methods(void **state)
{
	static const char *const marks[] = { "X-Mark: here", NULL };
	static const struct {
		const char *method, *type, *body;
		const char *const *headers;
		const char *want;
	} cases[] = { /* one handle for all: nothing of one may show in the next */
		{ NULL, "application/json", "{\"a\":1}", marks, "POST|application/json|here||{\"a\":1}" },
		{ "GET", NULL, NULL, NULL, "GET||||" },
		{ "POST", "text/xml", "<a/>", NULL, "POST|text/xml|||<a/>" },
		{ "POST", NULL, NULL, NULL, "POST||||" },
		{ "HEAD", NULL, NULL, NULL, "" },
		{ "PUT", "a/b", "put", marks, "PUT|a/b|here||put" },
		{ "DELETE", NULL, NULL, NULL, "DELETE||||" },
		{ "GET", NULL, NULL, marks, "GET||here||" },
	};
	struct bench *b = bench_new(1);

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct call *c = call_new(b, b->port, "/echo");

		c->http.method = cases[i].method;
		c->http.content_type = cases[i].type;
		c->http.body = text_of(cases[i].body);
		c->http.headers = cases[i].headers;
		start(c);
		run(b, 1);
		assert_int_equal(c->end, HTTPC_ANSWERED);
		assert_int_equal(c->status, 200);
		assert_string_equal(c->body, cases[i].want);
		assert_string_equal(c->type, "text/plain; x=y");
		free(c);
	}
	assert_int_equal(b->most_connections, 1);
	bench_free(b);
}

static void test_answers(void **state)
{
	static const struct {
		const char *path;
		int status, retry_after_s;
		size_t len; /* SIZE_MAX: not looked at */
	} cases[] = {
		{ "/busy", 503, 7, SIZE_MAX },  { "/moved", 302, 0, SIZE_MAX }, { "/empty", 200, 0, 0 },
		{ "/long/1", 200, 0, 1 },       { "/long/4095", 200, 0, 4095 }, { "/long/4096", 200, 0, 4096 },
		{ "/long/20000", 200, 0, ANSWER_BYTES },
	};
	struct bench *b = bench_new(2);

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct call *c = call_new(b, b->port, cases[i].path);

		start(c);
		run(b, 1);
		assert_int_equal(c->end, HTTPC_ANSWERED);
		assert_int_equal(c->status, cases[i].status);
		assert_int_equal(c->retry_after_s, cases[i].retry_after_s);
		if (cases[i].len != SIZE_MAX)
			assert_int_equal(c->len, cases[i].len);
		free(c);
	}
	assert_int_equal(b->served, COUNTOF(cases)); /* the redirect was not followed */
	bench_free(b);
}

static void test_too_long_answer(void **state)
{
	struct bench *b = bench_new(2);
	struct call *c = call_new(b, b->port, "/long/20001"), *next = call_new(b, b->port, "/echo");

	(void)state;
	start(c);
	run(b, 1);
	assert_int_equal(c->end, HTTPC_UNCERTAIN);
	assert_non_null(strstr(c->detail, "longer"));
	start(next);
	run(b, 1);
	assert_int_equal(next->end, HTTPC_ANSWERED);
	free(c);
	free(next);
	bench_free(b);
}

static void test_not_sent(void **state)
{
	static const char *const urls[] = { NULL, "http://nowhere.invalid/", "ftp://127.0.0.1/x", "file:///etc/passwd",
		                            "http://127.0.0.1:notaport/", "" };
	struct bench *b = bench_new(2);
	int port;

	(void)state;
	(void)close(listen_somewhere(&port)); /* nobody listens there now */
	for (size_t i = 0; i < COUNTOF(urls); i++) {
		struct call *c = call_new(b, port, "/");

		if (urls[i] != NULL)
			c->http.url = urls[i];
		c->http.timeout_ms = 3000;
		start(c);
		run(b, 1);
		assert_int_equal(c->done, 1);
		assert_int_equal(c->end, HTTPC_NOT_SENT);
		free(c);
	}
	bench_free(b);
}

static void test_uncertain(void **state)
{
	static const char *const says[] = {
		"",                                                        /* hangs up after reading */
		"HTTP/1.1 200 OK\r\nContent-Le",                           /* in the head */
		"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",        /* in the body */
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
		"no HTTP at all\r\n\r\n",
	};
	struct bench *b = bench_new(2);

	(void)state;
	for (size_t i = 0; i < COUNTOF(says); i++) {
		struct call *c = call_new(b, b->rude.port, "/");

		b->rude.says = says[i];
		b->rude.heard = 0;
		start(c);
		run(b, 1);
		assert_int_equal(c->end, HTTPC_UNCERTAIN);
		assert_int_equal(b->rude.heard, 1);
		free(c);
	}
	bench_free(b);
}

/* An answer that is whole, then a hang-up on a connection that was to be kept: the next call goes elsewhere. */
static void test_kept_connection_dies(void **state)
{
	struct bench *b = bench_new(2);

	(void)state;
	b->rude.says = "HTTP/1.1 204 No Content\r\n\r\n";
	for (int i = 0; i < 3; i++) {
		struct call *c = call_new(b, b->rude.port, "/");

		start(c);
		run(b, 1);
		assert_int_equal(c->end, HTTPC_ANSWERED);
		assert_int_equal(c->status, 204);
		free(c);
	}
	assert_int_equal(b->rude.connections, 3);
	bench_free(b);
}

/* The socket stays watched between calls: a hang-up then must neither turn the loop for ever nor be mistaken for
 * that of another connection under the same number. */
static void test_kept_connection_dies_idle(void **state)
{
	struct bench *b = bench_new(2);
	uint64_t turns;

	(void)state;
	b->rude.says = "HTTP/1.1 204 No Content\r\n\r\n";
	for (int i = 0; i < 3; i++) {
		struct call *rude = call_new(b, b->rude.port, "/"), *kind = call_new(b, b->port, "/echo");

		start(rude);
		start(kind);
		run(b, 2);
		assert_int_equal(rude->end, HTTPC_ANSWERED);
		assert_int_equal(kind->end, HTTPC_ANSWERED);
		turns = atomic_load(&loop_stats(b->loop)->turns);
		run_for_ms(b, 30);
		assert_true(atomic_load(&loop_stats(b->loop)->turns) - turns < 10);
		free(rude);
		free(kind);
	}
	assert_int_equal(b->rude.connections, 3);
	assert_int_equal(b->most_connections, 1);
	bench_free(b);
}

static void test_unusual_answers(void **state)
{
	static const struct {
		const char *says;
		int status;
		const char *body;
	} cases[] = {
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok", 201, "ok" },
		{ "HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, "until the end" },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Trailer: a\r\n\r\n", 200, "ok" },
	};
	struct bench *b = bench_new(2);

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct call *c = call_new(b, b->rude.port, "/");

		b->rude.says = cases[i].says;
		start(c);
		run(b, 1);
		assert_int_equal(c->end, HTTPC_ANSWERED);
		assert_int_equal(c->status, cases[i].status);
		assert_string_equal(c->body, cases[i].body);
		free(c);
	}
	bench_free(b);
}

static void test_timeouts(void **state)
{
	struct bench *b = bench_new(1);
	struct call *sent = call_new(b, b->port, "/never"), *queued = call_new(b, b->port, "/echo"),
	            *mute = call_new(b, b->rude.port, "/");

	(void)state;
	sent->http.timeout_ms = 400;
	queued->http.timeout_ms = 100; /* the only connection is taken: it never gets one */
	mute->http.timeout_ms = 100;
	start(sent);
	run_for_ms(b, 50);
	start(queued);
	start(mute);
	run(b, 3);
	assert_int_equal(sent->end, HTTPC_UNCERTAIN);
	assert_int_equal(queued->end, HTTPC_NOT_SENT);
	assert_int_equal(mute->end, HTTPC_UNCERTAIN);
	assert_int_equal(b->served, 1);
	run_for_ms(b, 50);
	assert_int_equal(b->gone, 1);
	free(sent);
	free(queued);
	free(mute);
	bench_free(b);
}

static void cancel_other(struct call *c)
{
	httpc_cancel(c->bench->httpc, &c->other->http);
	httpc_cancel(c->bench->httpc, &c->http); /* its own: harmless */
}

static void test_cancel(void **state)
{
	struct bench *b = bench_new(4);
	struct call *at_once = call_new(b, b->port, "/echo"), *waiting = call_new(b, b->port, "/never"),
	            *first = call_new(b, b->port, "/echo"), *second = call_new(b, b->port, "/echo");

	(void)state;
	start(at_once);
	httpc_cancel(b->httpc, &at_once->http);
	httpc_cancel(b->httpc, &at_once->http);
	start(waiting);
	run_for_ms(b, 50);
	assert_int_equal(b->served, 1);
	httpc_cancel(b->httpc, &waiting->http);
	first->then = second->then = cancel_other; /* both end in one turn, or not: one is heard of */
	first->other = second;
	second->other = first;
	start(first);
	start(second);
	run(b, 1);
	run_for_ms(b, 50);
	assert_int_equal(at_once->done + waiting->done, 0);
	assert_int_equal(first->done + second->done, 1);
	assert_int_equal(b->gone, 1);
	free(at_once);
	free(waiting);
	free(first);
	free(second);
	bench_free(b);
}

static void again(struct call *c)
{
	if (c->done < 5)
		assert_true(httpc_start(c->bench->httpc, &c->http, on_done));
}

static void test_again_from_on_done(void **state)
{
	struct bench *b = bench_new(2);
	struct call *c = call_new(b, b->port, "/echo");

	(void)state;
	c->then = again;
	start(c);
	run(b, 5);
	assert_int_equal(c->done, 5);
	assert_int_equal(b->most_connections, 1);
	free(c);
	bench_free(b);
}

static void test_many_calls_over_few_connections(void **state)
{
	enum { CALLS = 1000, CONNECTIONS = 4 };
	struct bench *b = bench_new(CONNECTIONS);
	struct call **calls = calloc(CALLS, sizeof(struct call *));

	(void)state;
	assert_non_null(calls);
	for (int i = 0; i < CALLS; i++) {
		calls[i] = call_new(b, b->port, i % 3 == 0 ? "/long/5000" : "/echo");
		start(calls[i]);
	}
	run(b, CALLS);
	for (int i = 0; i < CALLS; i++) {
		assert_int_equal(calls[i]->done, 1);
		assert_int_equal(calls[i]->end, HTTPC_ANSWERED);
		if (i % 3 == 0)
			assert_int_equal(calls[i]->len, 5000);
		else
			assert_string_equal(calls[i]->body, "POST|application/json|||{}");
		free(calls[i]);
	}
	assert_int_equal(b->served, CALLS);
	assert_true(b->most_connections <= CONNECTIONS);
	free(calls);
	bench_free(b);
}

static bool nobody(const struct sockaddr *address, size_t len)
{
	assert_true(address->sa_family == AF_INET || address->sa_family == AF_INET6);
	assert_true(len >= sizeof(struct sockaddr_in));
	return false;
}

/* Also behind a name, and again on the same handle; nobody hears of it. */
static void test_addresses_that_may_not_be_connected_to(void **state)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost", "127.1" };
	struct bench *b = bench_with(4, nobody);

	(void)state;
	for (size_t i = 0; i < COUNTOF(hosts); i++) {
		struct call *c = call_new(b, b->port, "/echo");

		(void)snprintf(c->url, sizeof(c->url), "http://%s:%d/echo", hosts[i], b->port);
		start(c);
		run(b, 1);
		assert_int_equal(c->end, HTTPC_NOT_SENT);
		assert_string_equal(c->detail, "the address is none that may be connected to");
		free(c);
	}
	assert_int_equal(b->served, 0);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_too_long_answer),
		cmocka_unit_test(test_not_sent),
		cmocka_unit_test(test_uncertain),
		cmocka_unit_test(test_kept_connection_dies),
		cmocka_unit_test(test_kept_connection_dies_idle),
		cmocka_unit_test(test_unusual_answers),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_again_from_on_done),
		cmocka_unit_test(test_many_calls_over_few_connections),
		cmocka_unit_test(test_addresses_that_may_not_be_connected_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
