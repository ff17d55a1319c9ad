/*
 * Listening, once rules and clients are known and the sockets are: where callers come, and in clear for who is on this machine (a proxy
 * that ends TLS, probes). The first worker opens both, or takes them from systemd; the others share its sockets.
 */
#include "io/systemd.h"
#include "worker_priv.h"

static const char *const socket_names[LISTENER_COUNT] = { [LISTENER_MAIN] = "api", [LISTENER_LOCAL] = "local" }; /* FileDescriptorName= */

static struct httpd_conf conf_of(const struct worker *w, int listener, int listen_fd)
{
	const struct config *c = w->deps.config;
	const struct httpd_tls_conf *tls = &w->deps.startup->tls;
	bool is_local = listener == LISTENER_LOCAL;

	return (struct httpd_conf){
		.tls = is_local || tls->certificate == NULL ? NULL : tls, .address = is_local ? c->http.local_address : c->http.address,
		.listen_fd = listen_fd, .local_only = is_local, .connections = c->http.connections,
		.connections_per_address = is_local ? 0 : c->http.connections_per_address, .bodies_bytes = (size_t)c->http.bodies_bytes,
		.header_timeout_ms = c->http.header_timeout_ms, .body_timeout_ms = c->http.body_timeout_ms, .idle_timeout_ms = c->http.idle_timeout_ms,
		.handler_timeout_ms = c->http.handler_timeout_ms,
		.body_bytes = (size_t)(c->batch.body_bytes > c->http.body_bytes ? c->batch.body_bytes : c->http.body_bytes), /* lowered by api/media */
		.arena_bytes = (size_t)c->http.memory_bytes, .header_bytes = (size_t)c->http.header_bytes,
	};
}

/* Is there such a listener? The other workers have those of the first. */
static bool is_wanted(const struct worker *w, int listener, int listen_fd)
{
	if (listen_fd >= 0 || w->deps.index != 0)
		return listen_fd >= 0;
	return listener == LISTENER_MAIN || w->deps.config->http.local_address[0] != '\0';
}

static void open_now(struct worker *w, const struct worker_sockets *given)
{
	struct fault f = { 0 };

	if (w->drain_until_us != 0)
		return;
	for (int l = 0; l < LISTENER_COUNT && f.code == FAULT_NONE; l++) {
		const struct httpd_conf conf = conf_of(w, l, given->fd[l]);

		if (is_wanted(w, l, given->fd[l]))
			w->httpd[l] = httpd_new(w->loop, &conf, api_calls(w->api), &f);
	}
	w->deps.on_open(w->deps.arg, w, &f);
}

void worker_known(struct worker *w)
{
	w->is_known = true;
	if (w->deps.index == 0) {
		for (int l = 0; l < LISTENER_COUNT; l++)
			w->given.fd[l] = systemd_listen_fd(socket_names[l]); /* -1: none was passed */
		w->has_given = true;
	}
	if (w->has_given)
		open_now(w, &w->given);
}

void worker_open(struct worker *w, const struct worker_sockets *given)
{
	w->given = *given;
	w->has_given = true;
	if (w->is_known)
		open_now(w, given);
}

struct worker_sockets worker_sockets(const struct worker *w)
{
	struct worker_sockets s;

	for (int l = 0; l < LISTENER_COUNT; l++)
		s.fd[l] = w->httpd[l] == NULL ? -1 : httpd_listen_fd(w->httpd[l]);
	return s;
}

int worker_port(const struct worker *w, int listener)
{
	return w->httpd[listener] == NULL ? 0 : httpd_port(w->httpd[listener]);
}

static int sum(const struct worker *w, int (*of)(const struct httpd *h))
{
	int n = 0;

	for (int l = 0; l < LISTENER_COUNT; l++)
		n += w->httpd[l] == NULL ? 0 : of(w->httpd[l]);
	return n;
}

int worker_connections(const struct worker *w)
{
	return sum(w, httpd_connections);
}

int worker_open_requests(const struct worker *w)
{
	return sum(w, httpd_open_requests);
}
