/*
 * Listening: once rules and clients are known, and the socket is.
 */
#include "io/systemd.h"
#include "worker_priv.h"

static void open_now(struct worker *w, int listen_fd)
{
	const struct config *c = w->deps.config;
	const struct httpd_conf conf = {
		.address = c->http.address, .listen_fd = listen_fd, .connections = c->http.connections,
		.header_timeout_ms = c->http.header_timeout_ms, .body_timeout_ms = c->http.body_timeout_ms, .idle_timeout_ms = c->http.idle_timeout_ms,
		.handler_timeout_ms = c->http.handler_timeout_ms,
		.body_bytes = (size_t)(c->batch.body_bytes > c->http.body_bytes ? c->batch.body_bytes : c->http.body_bytes), /* lowered by api/media */
		.arena_bytes = (size_t)c->http.memory_bytes, .header_bytes = (size_t)c->http.header_bytes,
	};
	struct fault f = { 0 };

	if (w->drain_until_us != 0)
		return;
	w->httpd = httpd_new(w->loop, &conf, api_calls(w->api), &f);
	w->deps.on_open(w->deps.arg, w, &f);
}

void worker_known(struct worker *w)
{
	w->is_known = true;
	if (w->deps.index == 0)
		open_now(w, systemd_listen_fd("api")); /* -1: none was passed */
	else if (w->given_fd >= 0)
		open_now(w, w->given_fd);
}

void worker_open(struct worker *w, int listen_fd)
{
	w->given_fd = listen_fd;
	if (w->is_known)
		open_now(w, listen_fd);
}

int worker_listen_fd(const struct worker *w)
{
	return w->httpd == NULL ? -1 : httpd_listen_fd(w->httpd);
}

int worker_port(const struct worker *w)
{
	return w->httpd == NULL ? 0 : httpd_port(w->httpd);
}
