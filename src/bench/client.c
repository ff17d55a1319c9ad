/*
 * Keep-alive HTTP/1.1 connections, one request at a time each: one send() and one recv() a request, nothing else.
 *
 *   idle ──wire_send──> busy ──whole answer──> answered() ──> idle
 *                         └──closed, broken──> opened again ──> answered(0)
 *
 * Reads what the gateway sends: a status line, Content-Length, a body. No chunks, no redirects, no TLS, no names.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/bench.h"

static void on_event(struct loop_fd *watch, unsigned events);

bool client_address(struct text url, struct sockaddr_in *to, const char **path, struct arena *a, struct fault *f)
{
	static const char scheme[] = "http://";
	const char *rest = url.at + sizeof(scheme) - 1, *slash, *colon;
	char *host;
	int64_t port;

	if (!text_starts(url, scheme))
		return fault_set(f, FAULT_CONFIG, "the URL must be http://ADDRESS:PORT");
	slash = strchr(rest, '/');
	host = arena_copy(a, rest, slash == NULL ? strlen(rest) : (size_t)(slash - rest));
	colon = host == NULL ? NULL : strchr(host, ':');
	if (colon == NULL || !text_to_i64(text_of(colon + 1), &port) || port < 1 || port > UINT16_MAX)
		return fault_set(f, FAULT_CONFIG, "the URL must be http://ADDRESS:PORT");
	host[colon - host] = '\0';
	*to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	if (inet_pton(AF_INET, host, &to->sin_addr) != 1)
		return fault_set(f, FAULT_CONFIG, "the URL must name an IPv4 address");
	*path = slash != NULL && slash[1] != '\0' ? slash : "/v1/filings";
	return true;
}

/* Connecting waits: to loopback that is no time at all. */
static bool open_wire(struct wire *w)
{
	struct client *c = w->home;
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	w->fd = -1;
	w->in_len = w->rest_len = w->rest_from = 0;
	if (fd < 0)
		return false;
	if (connect(fd, (const struct sockaddr *)&c->to, sizeof(c->to)) != 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0 ||
	    !loop_fd_add(c->loop, &w->watch, fd, LOOP_READ, on_event)) {
		(void)close(fd);
		return false;
	}
	w->fd = fd;
	c->opened++;
	return true;
}

static void close_wire(struct wire *w)
{
	if (w->fd < 0)
		return;
	loop_fd_remove(w->home->loop, &w->watch);
	(void)close(w->fd);
	w->fd = -1;
}

static void put_idle(struct wire *w)
{
	w->next_idle = w->home->idle;
	w->home->idle = w;
}

struct wire *client_idle(struct client *c)
{
	struct wire *w = c->idle;

	if (w != NULL)
		c->idle = w->next_idle;
	return w;
}

static void end_request(struct wire *w, int status, struct text body)
{
	struct client *c = w->home;

	w->busy = false;
	c->busy--;
	put_idle(w);
	c->answered(c->arg, w, status, body);
}

static void broken(struct wire *w)
{
	close_wire(w);
	(void)open_wire(w); /* if not: tried again when it is used */
	if (w->busy)
		end_request(w, 0, (struct text){ NULL, 0 });
}

static bool send_rest(struct wire *w)
{
	ssize_t sent = send(w->fd, w->rest + w->rest_from, w->rest_len - w->rest_from, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent < 0 && errno != EAGAIN)
		return false;
	w->rest_from += sent > 0 ? (uint32_t)sent : 0;
	if (w->rest_from == w->rest_len)
		loop_fd_want(w->home->loop, &w->watch, LOOP_READ);
	return true;
}

/* -1: failed. */
static ssize_t try_send(struct wire *w, struct text request)
{
	ssize_t sent = w->fd < 0 ? -1 : send(w->fd, request.at, request.len, MSG_NOSIGNAL | MSG_DONTWAIT);

	return sent < 0 && w->fd >= 0 && errno == EAGAIN ? 0 : sent;
}

bool wire_send(struct wire *w, struct text request)
{
	ssize_t sent = try_send(w, request);

	assert(!w->busy && request.len <= sizeof(w->rest));
	if (sent < 0) { /* closed while it was idle: nobody saw anything of this request */
		close_wire(w);
		sent = open_wire(w) ? try_send(w, request) : -1;
	}
	if (sent < 0) {
		put_idle(w);
		return false;
	}
	w->busy = true;
	w->home->busy++;
	w->in_len = 0;
	if ((size_t)sent < request.len) {
		w->rest_from = 0;
		w->rest_len = (uint32_t)(request.len - (size_t)sent);
		memcpy(w->rest, request.at + sent, w->rest_len);
		loop_fd_want(w->home->loop, &w->watch, LOOP_READ | LOOP_WRITE);
	}
	return true;
}

/* --- answers --------------------------------------------------------------------------------------------------------- */

/* What stands after the header's name (with its colon); NULL: no such header. The head ends in an empty line. */
static const char *header_of(const char *head, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = strchr(head, '\n'); line != NULL && line[1] != '\r'; line = strchr(line + 1, '\n')) {
		if (strncasecmp(line + 1, name, len) == 0)
			return line + 1 + len + strspn(line + 1 + len, " ");
	}
	return NULL;
}

/* -1: none, or no number. */
static long content_length(const char *head)
{
	const char *at = header_of(head, "content-length:");
	char *end;
	long n;

	if (at == NULL)
		return -1;
	n = strtol(at, &end, 10);
	return *end == '\r' ? n : -1;
}

/* 0: not whole yet; -1: not an answer that we read. *total: head and body. */
static int whole_answer(struct wire *w, size_t *head_bytes, size_t *total)
{
	char *end;
	long length;
	int status;

	w->in[w->in_len] = '\0';
	end = strstr(w->in, "\r\n\r\n");
	if (end == NULL)
		return w->in_len < sizeof(w->in) - 1 ? 0 : -1;
	if (w->in_len < 12 || memcmp(w->in, "HTTP/1.", 7) != 0)
		return -1;
	status = (int)strtol(w->in + 9, NULL, 10);
	length = content_length(w->in);
	if (length < 0 && status != 204)
		return -1;
	*head_bytes = (size_t)(end + 4 - w->in);
	*total = *head_bytes + (length > 0 ? (size_t)length : 0);
	if (*total >= sizeof(w->in))
		return -1;
	return w->in_len >= *total ? status : 0;
}

static void read_answer(struct wire *w)
{
	ssize_t got = recv(w->fd, w->in + w->in_len, sizeof(w->in) - 1 - w->in_len, MSG_DONTWAIT);
	size_t head_bytes = 0, total = 0;
	int status;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0)
		w->in_len += (uint32_t)got;
	status = got <= 0 || !w->busy ? -1 : whole_answer(w, &head_bytes, &total);
	if (status < 0) {
		broken(w);
	} else if (status > 0) {
		const char *connection = header_of(w->in, "connection:");
		bool closes = connection != NULL && strncasecmp(connection, "close", 5) == 0;

		if (closes)
			close_wire(w); /* opened again when it is used */
		end_request(w, status, (struct text){ w->in + head_bytes, total - head_bytes });
	}
}

static void on_event(struct loop_fd *watch, unsigned events)
{
	struct wire *w = container_of(watch, struct wire, watch);

	if ((events & LOOP_WRITE) != 0 && w->rest_from < w->rest_len && !send_rest(w)) {
		broken(w);
		return;
	}
	if ((events & (LOOP_READ | LOOP_HUP)) != 0)
		read_answer(w);
}

bool client_open(struct client *c, struct arena *a, int count, struct fault *f)
{
	c->wires = arena_zalloc(a, sizeof(*c->wires) * (size_t)count);
	if (c->wires == NULL)
		return fault_set(f, FAULT_SYSTEM, "no memory for %d connections", count);
	for (c->count = 0; c->count < count; c->count++) {
		struct wire *w = &c->wires[c->count];

		w->home = c;
		if (!open_wire(w))
			return fault_set(f, FAULT_SYSTEM, "connecting: %s", strerror(errno));
		put_idle(w);
	}
	return true;
}

void client_close(struct client *c)
{
	for (int i = 0; i < c->count; i++)
		close_wire(&c->wires[i]);
}
