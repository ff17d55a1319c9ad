/* The HTTP server: whole requests, bodies, who leaves, the end. What it refuses: io_httpd_guard_test.c. */
#include "io_server.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"

/* --- whole requests --------------------------------------------------------------- */

static void test_keep_alive(void **state)
{
	static const char *const paths[] = { "/sync", "/soon", "/later", "/sync", "/soon" };
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	struct answer a;
	int fd = dial(s);

	(void)state;
	for (int round = 0; round < 40; round++) {
		char body[1300];
		size_t len = (size_t)snprintf(body, sizeof(body), "round %d %01200d", round, round);

		send_post(fd, paths[round % 5], body, len);
		read_answer(fd, &a);
		assert_int_equal(a.status, 200);
		assert_string_equal(a.body, body);
		assert_false(a.closes);
		assert_true(a.has_date);
		assert_non_null(head_value(&a, "X-Test"));
		assert_non_null(head_value(&a, "Content-Type"));
		free(a.body);
	}
	send_text(fd, "POST /soon HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
	read_answer(fd, &a);
	assert_true(a.closes);
	free(a.body);
	expect_closed(fd);
	expect_count(&s->ended, 41);
	assert_int_equal(s->answered_200, 41);
	assert_int_equal(s->gone, 0);
	server_stop(s);
	free(s);
}

static void test_pipelining(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	char all[8192] = "";
	size_t len = 0;
	int fd = dial(s);

	(void)state;
	for (int i = 0; i < 30; i++)
		len += (size_t)snprintf(all + len, sizeof(all) - len,
		                        "POST /%s HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nnumber %02d",
		                        i % 3 == 0 ? "sync" : i % 3 == 1 ? "soon" : "later", i);
	send_bytes(fd, all, len);
	for (int i = 0; i < 30; i++) {
		char want[16];
		struct answer a;

		(void)snprintf(want, sizeof(want), "number %02d", i);
		read_answer(fd, &a);
		assert_int_equal(a.status, 200);
		assert_string_equal(a.body, want);
		free(a.body);
	}
	(void)close(fd);
	server_stop(s);
	free(s);
}

static void test_other_forms(void **state)
{
	static const struct {
		const char *request, *body;
		bool closes;
	} cases[] = {
		{ GET("/sync"), "", false },
		{ GET("/arena"), "from the arena", false },
		{ "GET /sync HTTP/1.0\r\n\r\n", "", true },
		{ "GET /sync HTTP/1.0\r\nHost: t\r\nConnection: keep-alive\r\n\r\n", "", false },
		{ "\r\nGET /sync HTTP/1.1\r\nHost: t\r\n\r\n", "", false }, /* an empty line before is allowed */
		{ "PUT /soon HTTP/1.1\r\nhost:t\r\ncontent-length:\t2  \r\n\r\nhi", NULL, false },
		{ "PUT /soon HTTP/1.1\r\nhost:\tt\r\nX-Tab: a\tb\r\nX-Empty:\r\ncontent-length:  2\r\n\r\nhi", "hi", false },
		{ "POST /sync HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\n\r\n", "hi", false },
		{ "POST /sync HTTP/1.1\r\nHost: t\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi", "hi", false }, /* the caller's to judge */
		{ GET("/query?a=1&b=%E6%B7%B1%2f+x"), "a[1]b[\xe6\xb7\xb1/+x]ok[]", false },
		{ GET("/query?b&&a="), "a[]b[]ok[]", false },
		{ GET("/query?a=x=y&c=1&a=z"), "a[x=y]-[]no[c]", false },
		{ GET("/query?"), "-[]-[]ok[]", false },
		{ GET("/path/a%20b"), "a b", false },
		{ GET("/path/plain"), "plain", false },
		{ GET("/path/a%2Fb"), "no", false },
	};
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		int fd = dial(s);
		struct answer a;

		send_text(fd, cases[i].request);
		read_answer(fd, &a);
		if (cases[i].body == NULL) { /* libmicrohttpd 0.9.75 takes no blanks after a length */
			assert_int_equal(a.status, 400);
		} else {
			assert_string_equal(a.body, cases[i].body);
			assert_int_equal(a.closes, cases[i].closes);
		}
		free(a.body);
		(void)close(fd);
	}
	server_stop(s);
	free(s);
}

static void test_head_sends_no_body(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	struct answer a;
	int fd = dial(s);

	(void)state;
	send_text(fd, "HEAD /arena HTTP/1.1\r\nHost: t\r\n\r\n" GET("/arena"));
	read_answer_to(fd, &a, true);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.length, strlen("from the arena"));
	free(a.body);
	expect_status(fd, 200);
	(void)close(fd);
	server_stop(s);
	free(s);
}

static void test_many_headers_grow_the_buffer(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	char request[24000];
	int fd = dial(s);

	(void)state;
	for (int headers = 1; headers < 200; headers += 33) {
		size_t len = (size_t)snprintf(request, sizeof(request), "GET /soon HTTP/1.1\r\nHost: t\r\n");

		for (int i = 0; i < headers; i++)
			len += (size_t)snprintf(request + len, sizeof(request) - len, "X-Header-%d: %040d\r\n", i, i);
		len += (size_t)snprintf(request + len, sizeof(request) - len, "\r\n");
		for (size_t at = 0; at < len; at += 1777) { /* in pieces, so that it is read in pieces */
			send_bytes(fd, request + at, len - at < 1777 ? len - at : 1777);
			expect_turn(s);
		}
		expect_status(fd, 200);
	}
	(void)close(fd);
	server_stop(s);
	free(s);
}

/* --- bodies -------------------------------------------------------------------------- */

static void send_chunked(int fd, const char *path, const char *body, size_t len)
{
	char line[128];
	size_t piece = 1000;

	(void)snprintf(line, sizeof(line), "POST %s HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n", path);
	send_text(fd, line);
	for (size_t at = 0, n; at < len; at += n) {
		n = len - at < piece ? len - at : piece;

		(void)snprintf(line, sizeof(line), "%zx\r\n", n);
		send_text(fd, line);
		send_bytes(fd, body + at, n);
		send_text(fd, "\r\n");
		piece = piece * 3 % 9973 + 1;
	}
	send_text(fd, "0\r\n\r\n");
}

/* /short is a path whose bodies on_headers limits further. */
static void test_a_limit_of_its_own(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	char body[SHORT_BODY + 1];

	(void)state;
	memset(body, 'b', sizeof(body));
	for (size_t len = SHORT_BODY; len <= sizeof(body); len++) {
		struct answer a;
		int fd = dial(s);

		send_chunked(fd, "/short", body, len);
		read_answer(fd, &a);
		assert_int_equal(a.status, len <= SHORT_BODY ? 200 : 413);
		free(a.body);
		(void)close(fd);
	}
	server_stop(s);
	free(s);
}

static void test_bodies(void **state)
{
	static const size_t sizes[] = { 0, 1, 1200, 16384, 40000, LIMIT_BODY - 1, LIMIT_BODY, LIMIT_BODY + 1, LIMIT_BODY + 50000 };
	static const char *const paths[] = { "/sync", "/soon" };
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	char *body = malloc(2 * LIMIT_BODY);

	(void)state;
	assert_non_null(body);
	for (size_t i = 0; i < 2 * LIMIT_BODY; i++)
		body[i] = (char)('a' + i * 7 % 26);
	for (size_t i = 0; i < COUNTOF(sizes) * 4; i++) {
		size_t len = sizes[i / 4];
		bool chunked = (i & 1) != 0, fits = len <= LIMIT_BODY;
		struct answer a;
		int fd = dial(s);

		(chunked ? send_chunked : send_post)(fd, paths[i / 2 % 2], body, len);
		read_answer(fd, &a);
		assert_int_equal(a.status, fits ? 200 : 413);
		assert_int_equal(a.closes, !fits);
		if (fits) {
			assert_int_equal(a.length, len);
			assert_memory_equal(a.body, body, len);
			(void)close(fd);
		} else {
			expect_closed(fd);
		}
		free(a.body);
	}
	free(body);
	server_stop(s);
	assert_int_equal(s->last_refusal, FAULT_TOO_LARGE);
	free(s);
}

static void test_endless_chunks_are_cut(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	char piece[5000];
	int fd = dial(s);
	ssize_t n = 1;

	(void)state;
	memset(piece, 'x', sizeof(piece));
	memcpy(piece, "1000\r\n", 6);
	memcpy(piece + 6 + 4096, "\r\n", 2);
	send_text(fd, "POST /sync HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; n > 0 && i < 10000; i++)
		n = send(fd, piece, 6 + 4096 + 2, MSG_NOSIGNAL);
	assert_true(n < 0 && (errno == EPIPE || errno == ECONNRESET));
	(void)close(fd);
	expect_count(&s->ended, 1);
	assert_int_equal(s->requests, 0);
	assert_int_equal(s->answered_0, 1);
	server_stop(s);
	free(s);
}

static void test_expect_continue(void **state)
{
	static const struct {
		const char *path;
		size_t length;
		int status; /* of the first answer */
	} cases[] = {
		{ "/soon", 5, 100 }, { "/denied", 5, 401 }, { "/soon", LIMIT_BODY + 1, 413 },
	};
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		char head[256];
		int fd = dial(s);

		(void)snprintf(head, sizeof(head),
		               "POST %s HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: %zu\r\n\r\n",
		               cases[i].path, cases[i].length);
		send_text(fd, head);
		expect_status(fd, cases[i].status);
		if (cases[i].status != 100) {
			expect_closed(fd);
			continue;
		}
		send_text(fd, "hello");
		expect_status(fd, 200);
		(void)close(fd);
	}
	server_stop(s);
	assert_int_equal(s->requests, 1);
	free(s);
}

/* --- leaving ------------------------------------------------------------------------------ */

static void test_client_leaves(void **state)
{
	static const struct {
		const char *path;
		bool resets;
		int gone;
	} cases[] = {
		{ "/never", false, 1 }, { "/never", true, 1 }, { "/later", false, 1 }, { "/later", true, 1 },
	};
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	const struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	int gone = 0, ended = 0, requests = 0;

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		int fd = dial(s);

		send_post(fd, cases[i].path, "x", 1);
		expect_count(&s->requests, ++requests);
		if (cases[i].resets)
			(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		(void)close(fd);
		expect_count(&s->ended, ++ended);
		gone += cases[i].gone;
		assert_int_equal(s->gone, gone);
	}
	assert_int_equal(s->answered_0, ended);
	assert_int_equal(s->answered_200, 0);
	server_stop(s);
	assert_int_equal(s->gone, gone);
	free(s);
}

/* The handler ends the connection instead of answering: nothing comes, nobody is told that the client left. */
static void test_dropped_without_an_answer(void **state)
{
	static const char *const paths[] = { "/drop", "/drop-soon" };
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);

	(void)state;
	for (size_t i = 0; i < COUNTOF(paths); i++) {
		int fd = dial(s);

		send_post(fd, paths[i], "x", 1);
		expect_closed(fd);
		expect_count(&s->ended, (int)i + 1);
	}
	assert_int_equal(s->answered_0, 2);
	assert_int_equal(s->gone, 0);
	server_stop(s);
	free(s);
}

/* Sent whole and then closed for writing: an answer at once still arrives, a wait ends. */
static void test_half_closed(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	int fd = dial(s);

	(void)state;
	send_text(fd, GET("/never"));
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	expect_count(&s->ended, 1);
	assert_int_equal(s->gone, 1);
	expect_closed(fd);
	server_stop(s);
	free(s);
}

/* --- limits and the end ---------------------------------------------------------------------- */

static void test_connection_limit(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s;
	struct pollfd p = { .events = POLLIN };
	int fds[6];

	(void)state;
	conf.connections = 4;
	s = server_start(&conf);
	for (int i = 0; i < 6; i++) {
		fds[i] = dial(s);
		send_text(fds[i], GET("/soon"));
	}
	for (int i = 0; i < 4; i++)
		expect_status(fds[i], 200);
	p.fd = fds[4];
	assert_int_equal(poll(&p, 1, 50), 0);
	(void)close(fds[0]);
	expect_status(fds[4], 200);
	p.fd = fds[5];
	assert_int_equal(poll(&p, 1, 50), 0);
	(void)close(fds[1]);
	expect_status(fds[5], 200);
	for (int i = 2; i < 6; i++)
		(void)close(fds[i]);
	server_stop(s);
	free(s);
}

static void test_many_connections_without_a_stall(void **state)
{
	enum { CONNECTIONS = 200, ROUNDS = 60 };
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	int fds[CONNECTIONS];
	char body[1200];

	(void)state;
	memset(body, 'j', sizeof(body));
	for (int i = 0; i < CONNECTIONS; i++)
		fds[i] = dial(s);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < CONNECTIONS; i++)
			send_post(fds[i], i % 10 == 0 ? "/later" : "/soon", body, sizeof(body));
		for (int i = 0; i < CONNECTIONS; i++) {
			char answer[4096];
			size_t len = 0;

			do { /* head and body are more than the body alone */
				ssize_t n = recv(fds[i], answer + len, sizeof(answer) - len, 0);

				assert_true(n > 0);
				len += (size_t)n;
			} while (len < sizeof(body) || memcmp(answer + len - 4, "jjjj", 4) != 0);
			assert_memory_equal(answer, "HTTP/1.1 200", 12);
		}
	}
	expect_count(&s->ended, CONNECTIONS * ROUNDS);
	assert_int_equal(s->answered_200, CONNECTIONS * ROUNDS);
	for (int i = 0; i < CONNECTIONS; i++)
		(void)close(fds[i]);
	server_stop(s);
	free(s);
}

static void test_stop_with_waiting_requests(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	int fds[5];

	(void)state;
	for (int i = 0; i < 5; i++) {
		fds[i] = dial(s);
		send_text(fds[i], i < 3 ? GET("/never") : i == 3 ? "GET /half" : "");
	}
	expect_count(&s->requests, 3);
	server_stop(s);
	for (int i = 0; i < 5; i++) {
		if (i < 3)
			expect_status(fds[i], 503);
		expect_closed(fds[i]);
	}
	assert_int_equal(s->gone, 3);
	assert_int_equal(s->ended, 3);
	assert_int_equal(s->last_refusal, FAULT_STOPPING);
	free(s);
}

static void test_quiesce(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	struct pollfd p = { .events = POLLIN };
	struct answer a;
	int fd = dial(s), late;

	(void)state;
	send_text(fd, GET("/later"));
	expect_count(&s->requests, 1);
	assert_true(loop_wake(s->loop, in_loop_quiesce, s));
	read_answer(fd, &a);
	assert_int_equal(a.status, 200);
	assert_true(a.closes);
	free(a.body);
	expect_closed(fd);
	late = dial(s); /* the kernel takes it, the server does not */
	send_text(late, GET("/sync"));
	p.fd = late;
	assert_int_equal(poll(&p, 1, 50), 0);
	server_stop(s);
	expect_closed(late);
	assert_int_equal(s->requests, 1);
	free(s);
}

/* --- addresses ---------------------------------------------------------------------------------- */

static void test_unix_socket(void **state)
{
	char dir[] = "/tmp/httpd-test-XXXXXX", address[128];
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct httpd_conf conf = usual_conf();

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/s", dir);
	(void)snprintf(address, sizeof(address), "unix:%s", at.sun_path);
	conf.address = address;
	for (int i = 0; i < 2; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), stale = socket(AF_UNIX, SOCK_STREAM, 0);
		struct server *s;

		/* what a crash leaves behind */
		assert_int_equal(bind(stale, (const struct sockaddr *)&at, sizeof(at)), 0);
		(void)close(stale);
		s = server_start(&conf);
		assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
		assert_int_equal(httpd_port(s->httpd), 0);
		send_text(fd, GET("/soon"));
		expect_status(fd, 200);
		(void)close(fd);
		server_stop(s);
		free(s);
		assert_int_not_equal(access(at.sun_path, F_OK), 0);
	}
	assert_int_equal(rmdir(dir), 0);
}

static void test_two_servers_share_a_socket(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *one = server_start(&conf), *two;
	int served = 0;

	(void)state;
	conf.listen_fd = httpd_listen_fd(one->httpd);
	two = server_start(&conf);
	assert_int_equal(httpd_port(one->httpd), httpd_port(two->httpd));
	for (int i = 0; i < 20; i++, served++) {
		int fd = dial(two);

		if (i == 10)
			server_stop(one); /* its end is not the socket's */
		send_text(fd, GET("/soon"));
		if (i != 10)
			expect_status(fd, 200);
		(void)close(fd);
	}
	server_stop(two);
	assert_true(one->requests + two->requests >= 19);
	free(one);
	free(two);
}

static void test_bad_addresses(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "[::1:80", "unix:",
		                                 "256.1.1.1:80", "unix:/nowhere/at/all", "203.0.113.7:80" };
	const struct httpd_calls calls = { .on_request = on_request };
	struct fault f = { 0 };
	struct loop *l = loop_new(&f);

	(void)state;
	assert_non_null(l);
	for (size_t i = 0; i < COUNTOF(addresses); i++) {
		struct httpd_conf conf = usual_conf();

		conf.address = addresses[i];
		f = (struct fault){ 0 };
		assert_null(httpd_new(l, &conf, &calls, &f));
		assert_true(f.code == FAULT_CONFIG || f.code == FAULT_SYSTEM);
	}
	loop_free(l);
}

/* --- memory ------------------------------------------------------------------------------------------ */

static void test_full_arena(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s;
	char *body = calloc(1, LIMIT_BODY);
	int fd;

	(void)state;
	assert_non_null(body);
	conf.arena_bytes = 8192;
	s = server_start(&conf);
	fd = dial(s);
	send_post(fd, "/sync", body, 5000); /* fits once: the copy for the answer does not */
	expect_status(fd, 200);
	send_post(fd, "/sync", body, 20000);
	expect_status(fd, 503);
	expect_closed(fd);
	fd = dial(s);
	send_chunked(fd, "/sync", body, 20000); /* whole when it does not fit: the connection may stay */
	expect_status(fd, 503);
	send_text(fd, GET("/sync"));
	expect_status(fd, 200);
	(void)close(fd);
	free(body);
	server_stop(s);
	assert_int_equal(s->last_refusal, FAULT_BUSY);
	free(s);
}

static void test_each_allocation_fails_once(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);

	(void)state;
	for (long n = 1; n <= 4; n++) {
		struct answer a;
		int fd = dial(s);

		arena_fail_nth(n);
		send_post(fd, "/soon", "hello", 5);
		read_answer(fd, &a);
		assert_true(a.status == 200 || a.status == 413 || a.status == 503);
		free(a.body);
		(void)close(fd);
		arena_fail_nth(0);
	}
	server_stop(s);
	assert_int_equal(s->ended, 4);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_pipelining),
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_head_sends_no_body),
		cmocka_unit_test(test_many_headers_grow_the_buffer),
		cmocka_unit_test(test_bodies), cmocka_unit_test(test_a_limit_of_its_own),
		cmocka_unit_test(test_endless_chunks_are_cut),
		cmocka_unit_test(test_expect_continue),
		cmocka_unit_test(test_client_leaves),
		cmocka_unit_test(test_dropped_without_an_answer),
		cmocka_unit_test(test_half_closed),
		cmocka_unit_test(test_connection_limit),
		cmocka_unit_test(test_many_connections_without_a_stall),
		cmocka_unit_test(test_stop_with_waiting_requests),
		cmocka_unit_test(test_quiesce),
		cmocka_unit_test(test_unix_socket),
		cmocka_unit_test(test_two_servers_share_a_socket),
		cmocka_unit_test(test_bad_addresses),
		cmocka_unit_test(test_full_arena),
		cmocka_unit_test(test_each_allocation_fails_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
