/* The HTTP server: answers without an end; who leaves one, who does not read, the end of all. */
#include "io_server.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"
#define TICKS     "tick\ntick\ntick\ntick\ntick\n"

/* The head of an answer in chunks. */
static void read_head(int fd, char *head, size_t size)
{
	size_t len = 0;

	do {
		assert_true(len + 1 < size);
		assert_int_equal(recv(fd, head + len, 1, 0), 1);
		len++;
	} while (len < 4 || memcmp(head + len - 4, "\r\n\r\n", 4) != 0);
	head[len] = '\0';
	assert_memory_equal(head, "HTTP/1.1 200", 12);
}

/* One chunk behind what is there; its length, 0: the last. */
static size_t read_chunk(int fd, char *body, size_t have, size_t size)
{
	char line[16] = "", end[2];
	size_t len = 0, want;

	do {
		assert_true(len + 1 < sizeof(line));
		assert_int_equal(recv(fd, line + len, 1, 0), 1);
		len++;
	} while (line[len - 1] != '\n');
	want = strtoul(line, NULL, 16);
	assert_true(have + want < size);
	if (want > 0)
		assert_int_equal(recv(fd, body + have, want, MSG_WAITALL), want);
	assert_int_equal(recv(fd, end, 2, MSG_WAITALL), 2);
	assert_memory_equal(end, "\r\n", 2);
	return want;
}

static void expect_stream(int fd, const char *want)
{
	char head[4096], body[4096];
	size_t have = 0, more;

	read_head(fd, head, sizeof(head));
	assert_non_null(strcasestr(head, "Transfer-Encoding: chunked"));
	assert_non_null(strstr(head, "text/event-stream"));
	do {
		more = read_chunk(fd, body, have, sizeof(body));
		have += more;
	} while (more > 0);
	body[have] = '\0';
	assert_string_equal(body, want);
}

static void test_it_comes_as_it_is_put(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	int fd = dial(s);

	(void)state;
	for (int i = 0; i < 10; i++) { /* the connection goes on after each of them */
		send_post(fd, i % 2 == 0 ? "/stream" : "/stream-soon", "begin\n", 6);
		expect_stream(fd, "begin\n" TICKS);
		send_text(fd, GET("/sync"));
		expect_status(fd, 200);
	}
	(void)close(fd);
	expect_count(&s->ended, 20);
	assert_int_equal(s->answered_200, 20);
	assert_int_equal(s->gone, 0);
	server_stop(s);
	free(s);
}

static void test_who_leaves_is_noticed(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	char head[4096];

	(void)state;
	for (int i = 0; i < 20; i++) {
		int fd = dial(s);

		send_text(fd, GET("/parked"));
		if (i % 2 == 0)
			read_head(fd, head, sizeof(head));
		if (i % 3 == 0)
			assert_int_equal(shutdown(fd, SHUT_WR), 0);
		else
			assert_int_equal(close(fd), 0);
		expect_count(&s->gone, i + 1);
		expect_count(&s->ended, i + 1);
		if (i % 3 == 0)
			(void)close(fd);
	}
	server_stop(s);
	free(s);
}

/* Of what nobody takes only so much is kept; after a while the reader is cut. */
static void test_who_does_not_read_is_cut(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s;
	int fd;

	(void)state;
	conf.body_timeout_ms = 100;
	s = server_start(&conf);
	fd = dial(s);
	send_text(fd, GET("/flood"));
	expect_count(&s->gone, 1);
	expect_count(&s->ended, 1);
	(void)close(fd);
	server_stop(s);
	free(s);
}

static void test_a_parked_one_has_no_deadline(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s;
	char head[4096], byte;
	int fd, other;

	(void)state;
	conf.body_timeout_ms = conf.idle_timeout_ms = conf.handler_timeout_ms = 20;
	s = server_start(&conf);
	fd = dial(s);
	send_text(fd, GET("/parked"));
	read_head(fd, head, sizeof(head));
	for (int i = 0; i < 5; i++) { /* others come and go by their deadlines */
		other = dial(s);
		send_text(other, GET("/sync"));
		expect_status(other, 200);
		expect_closed(other);
	}
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(s->gone, 0);
	(void)close(fd);
	server_stop(s);
	free(s);
}

static void test_other_forms(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	char all[4096];
	ssize_t n;
	size_t len = 0;
	int fd = dial(s);

	(void)state;
	send_text(fd, "HEAD /parked HTTP/1.1\r\nHost: t\r\n\r\n");
	read_head(fd, all, sizeof(all));
	expect_count(&s->gone, 1); /* nobody will read it */
	send_text(fd, GET("/sync"));
	expect_status(fd, 200);
	(void)close(fd);
	fd = dial(s);
	send_text(fd, "GET /stream HTTP/1.0\r\n\r\n");
	while ((n = recv(fd, all + len, sizeof(all) - 1 - len, 0)) > 0)
		len += (size_t)n;
	all[len] = '\0';
	assert_null(strcasestr(all, "chunked"));
	assert_non_null(strstr(all, "\r\n\r\n" TICKS));
	(void)close(fd);
	server_stop(s);
	free(s);
}

static void test_the_server_ends_them(void **state)
{
	struct httpd_conf conf = usual_conf();
	struct server *s = server_start(&conf);
	int fds[10];
	char head[4096], body[16];

	(void)state;
	for (int i = 0; i < 10; i++) {
		fds[i] = dial(s);
		send_text(fds[i], GET("/parked"));
		read_head(fds[i], head, sizeof(head));
	}
	server_stop(s);
	assert_int_equal(s->gone, 10);
	assert_int_equal(s->ended, 10);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(read_chunk(fds[i], body, 0, sizeof(body)), 0);
		expect_closed(fds[i]);
	}
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_comes_as_it_is_put),
		cmocka_unit_test(test_who_leaves_is_noticed),
		cmocka_unit_test(test_who_does_not_read_is_cut),
		cmocka_unit_test(test_a_parked_one_has_no_deadline),
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_the_server_ends_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
