/*
 * The HTTP server's daemon: start, its turns in our loop, stop.
 *
 * libmicrohttpd keeps an epoll of its own, which we watch from our loop. Its
 * sockets are edge-triggered inside, so three things must never be forgotten,
 * else connections stall: obey MHD_get_timeout() after every MHD_run(); run
 * after every MHD_resume_connection(); run again after a connection went away
 * at the connection limit (only a later run listens again). run_daemon() and
 * the loop hook below see to all three. What happens to one request is in
 * httpd_exchange.c.
 */
#include "io/httpd.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/httpd_priv.h"

#define RUNS_A_TURN 4  /* an answer needs three: queue it, send it, listen to the socket again */
#define RUNS_AT_END 64 /* chances for the last answers to leave before the connections are cut */

static void run_daemon(struct httpd *h)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	h->run_wanted = false;
	(void)MHD_run(h->mhd);
	if (MHD_get_timeout(h->mhd, &wait_ms) == MHD_YES && wait_ms == 0)
		h->run_wanted = true;
}

static void daemon_ready(struct loop_fd *watch, unsigned events)
{
	(void)events;
	run_daemon(container_of(watch, struct httpd, watch));
}

static void after_turn(struct loop_hook *hook)
{
	struct httpd *h = container_of(hook, struct httpd, hook);

	for (int i = 0; i < RUNS_A_TURN && h->run_wanted; i++)
		run_daemon(h);
}

static int64_t wait_us(struct loop_hook *hook)
{
	struct httpd *h = container_of(hook, struct httpd, hook);

	if (h->run_wanted)
		return 0;
	if (h->connections >= h->conf.connections) {
		h->run_wanted = true; /* at the end of the turn that follows this sleep */
		return US_PER_S;
	}
	return -1;
}

static size_t raw_unescape(void *cls, struct MHD_Connection *mhd, char *text)
{
	(void)cls;
	(void)mhd;
	return strlen(text); /* paths and queries are decoded by us, with checks */
}

static bool start_daemon(struct httpd *h, struct fault *f)
{
	struct MHD_OptionItem tls[HTTPD_TLS_OPTIONS] = { { MHD_OPTION_END, 0, NULL } };

	if (h->tls != NULL)
		(void)httpd_tls_options(h->tls, tls);
	h->mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (h->tls == NULL ? 0 : (unsigned)MHD_USE_TLS), 0, NULL, NULL, httpd_on_step, h,
	                          MHD_OPTION_LISTEN_SOCKET, h->listen_fd,
	                          MHD_OPTION_CONNECTION_LIMIT, (unsigned)h->conf.connections,
	                          MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)h->conf.connections_per_address,
	                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, h->conf.header_bytes,
	                          MHD_OPTION_URI_LOG_CALLBACK, httpd_on_line, h,
	                          MHD_OPTION_UNESCAPE_CALLBACK, raw_unescape, h,
	                          MHD_OPTION_NOTIFY_CONNECTION, httpd_on_connection, h,
	                          MHD_OPTION_NOTIFY_COMPLETED, httpd_on_completed, h,
	                          MHD_OPTION_ARRAY, tls,
	                          MHD_OPTION_END);
	if (h->mhd == NULL)
		return fault_set(f, FAULT_SYSTEM, "the HTTP server does not start");
	return true;
}

static bool join_loop(struct httpd *h, struct fault *f)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->mhd, MHD_DAEMON_INFO_EPOLL_FD);

	if (info == NULL || !loop_fd_add(h->loop, &h->watch, info->epoll_fd, LOOP_READ, daemon_ready))
		return fault_set(f, FAULT_SYSTEM, "the HTTP server cannot join the loop");
	h->hook.after_turn = after_turn;
	h->hook.wait_us = wait_us;
	loop_hook_add(h->loop, &h->hook);
	h->run_wanted = true; /* the first run begins to listen */
	return true;
}

static void forget(struct httpd *h)
{
	if (h->unix_path != NULL)
		(void)unlink(h->unix_path);
	free(h->unix_path);
	httpd_tls_free(h->tls);
	free(h);
}

struct httpd *httpd_new(struct loop *l, const struct httpd_conf *conf, const struct httpd_calls *calls, struct fault *f)
{
	struct httpd *h = calloc(1, sizeof(*h));

	if (h == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the HTTP server");
		return NULL;
	}
	assert(conf->connections > 0 && calls->on_request != NULL);
	h->loop = l;
	h->conf = *conf;
	h->calls = *calls;
	h->exact_layout = httpd_layout_is_known();
	httpd_deadlines_init(h);
	h->listen_fd = -1;
	if (conf->tls != NULL && (h->tls = httpd_tls_new(conf->tls, f)) == NULL) {
		forget(h);
		return NULL;
	}
	h->listen_fd = httpd_listen(conf, &h->unix_path, f);
	if (h->listen_fd < 0) {
		forget(h);
		return NULL;
	}
	h->port = httpd_listen_port(h->listen_fd);
	if (!start_daemon(h, f)) {
		(void)close(h->listen_fd);
		forget(h);
		return NULL;
	}
	if (!join_loop(h, f)) {
		MHD_stop_daemon(h->mhd);
		forget(h);
		return NULL;
	}
	return h;
}

int httpd_port(const struct httpd *h)
{
	return h->port;
}

int httpd_listen_fd(const struct httpd *h)
{
	return h->listen_fd;
}

int httpd_open_requests(const struct httpd *h)
{
	return h->open_requests;
}

int httpd_connections(const struct httpd *h)
{
	return h->connections;
}

void httpd_quiesce(struct httpd *h)
{
	if (h->quiesced)
		return;
	h->quiesced = true;
	(void)MHD_quiesce_daemon(h->mhd); /* from now on the listening socket is ours to close */
	h->run_wanted = true;
}

/* The end: whoever still waits gets a 503, streams end, what can leave at once leaves, the rest is cut. A suspended
 * connection must not be left to MHD_stop_daemon(). */
void httpd_free(struct httpd *h)
{
	const struct fault stopping = { FAULT_STOPPING, "" };

	if (h == NULL)
		return;
	httpd_quiesce(h);
	h->stopping = true;
	for (struct httpd_exchange *x = h->first; x != NULL; x = x->next)
		if (x->state == EXCHANGE_WAITING)
			httpd_abandon(x, &stopping);
		else if (x->stream != NULL)
			httpd_stream_stop(x);
	h->run_wanted = true;
	for (int i = 0; i < RUNS_AT_END && h->run_wanted; i++)
		run_daemon(h);
	loop_hook_remove(h->loop, &h->hook);
	loop_fd_remove(h->loop, &h->watch);
	loop_timer_clear(h->loop, &h->tick);
	MHD_stop_daemon(h->mhd);
	assert(h->first == NULL);
	(void)close(h->listen_fd);
	forget(h);
}
