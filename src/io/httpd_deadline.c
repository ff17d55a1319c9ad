/*
 * The HTTP server's connections, and how long each may stay in its state.
 *
 * libmicrohttpd only knows idleness: one byte now and then keeps a connection
 * open for ever. So every state has an absolute deadline here. Setting one is
 * a store; a slow tick looks through all connections, which costs less than
 * moving timers twice a request. Who is late is cut with shutdown(), and
 * libmicrohttpd notices; a request that waits for its handler is answered.
 *
 * The peer's leaving is watched for the whole life of the connection in our
 * own epoll, because libmicrohttpd does not look at suspended ones.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "io/httpd_priv.h"

#define TICKS_A_TIMEOUT 16 /* a deadline is kept to a sixteenth of the shortest timeout */
#define TICK_MIN_US     INT64_C(5000)
#define TICK_MAX_US     INT64_C(250000)

static void cut(struct httpd_exchange *x)
{
	loop_fd_remove(x->httpd->loop, &x->hup);
	(void)shutdown(x->fd, SHUT_RDWR);
	x->deadline_us = INT64_MAX;
}

static void expire(struct httpd_exchange *x)
{
	struct fault f = { 0 };

	if (x->state != EXCHANGE_WAITING) {
		cut(x);
		return;
	}
	(void)fault_set(&f, FAULT_BUSY, "the request waited longer than %d ms for its answer",
	                x->httpd->conf.handler_timeout_ms);
	httpd_abandon(x, &f);
}

static void ticked(struct loop_timer *t)
{
	struct httpd *h = container_of(t, struct httpd, tick);
	int64_t now_us = loop_now_us(h->loop);

	for (struct httpd_exchange *x = h->first; x != NULL; x = x->next)
		if (x->deadline_us <= now_us)
			expire(x);
	if (h->first != NULL)
		loop_timer_set(h->loop, t, h->tick_us, ticked);
}

static void peer_left(struct loop_fd *hup, unsigned events)
{
	struct httpd_exchange *x = container_of(hup, struct httpd_exchange, hup);

	(void)events;
	loop_fd_remove(x->httpd->loop, hup);
	x->left = true;
	if (x->state == EXCHANGE_WAITING)
		httpd_abandon(x, NULL);
	else if (x->state == EXCHANGE_STREAMING)
		httpd_stream_left(x);
}

static void connected(struct httpd *h, struct MHD_Connection *mhd, void **context)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct httpd_exchange *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return; /* without a context its first line ends it */
	x->httpd = h;
	x->mhd = mhd;
	x->fd = info->connect_fd;
	x->req.httpd = h;
	x->req.exchange = x;
	if (!loop_fd_add(h->loop, &x->hup, x->fd, LOOP_HUP, peer_left)) {
		free(x);
		return;
	}
	x->next = h->first;
	if (x->next != NULL)
		x->next->prev = x;
	h->first = x;
	h->connections++;
	httpd_set_state(x, EXCHANGE_IDLE);
	if (h->timeout_us[EXCHANGE_LINE] != 0) /* a new peer has come to say something */
		x->deadline_us = loop_now_us(h->loop) + h->timeout_us[EXCHANGE_LINE];
	if (h->tick.place == 0)
		loop_timer_set(h->loop, &h->tick, h->tick_us, ticked);
	*context = x;
}

static void disconnected(struct httpd_exchange *x)
{
	struct httpd *h = x->httpd;

	if (x->prev != NULL)
		x->prev->next = x->next;
	else
		h->first = x->next;
	if (x->next != NULL)
		x->next->prev = x->prev;
	h->connections--;
	h->run_wanted = true; /* at the limit only another run accepts again */
	loop_fd_remove(h->loop, &x->hup);
	free(x);
}

void httpd_on_connection(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		connected(cls, mhd, context);
	else if (*context != NULL)
		disconnected(*context);
}

void httpd_deadlines_init(struct httpd *h)
{
	const struct httpd_conf *c = &h->conf;
	const int ms[EXCHANGE_STATE_COUNT] = {
		[EXCHANGE_IDLE] = c->idle_timeout_ms,
		[EXCHANGE_LINE] = c->header_timeout_ms,
		[EXCHANGE_BODY] = c->body_timeout_ms,
		[EXCHANGE_WAITING] = c->handler_timeout_ms,
		[EXCHANGE_SENDING] = c->body_timeout_ms,
	};

	h->tick_us = TICK_MAX_US;
	for (int i = 0; i < EXCHANGE_STATE_COUNT; i++) {
		h->timeout_us[i] = (int64_t)ms[i] * 1000;
		if (ms[i] > 0 && h->timeout_us[i] / TICKS_A_TIMEOUT < h->tick_us)
			h->tick_us = h->timeout_us[i] / TICKS_A_TIMEOUT;
	}
	if (h->tick_us < TICK_MIN_US)
		h->tick_us = TICK_MIN_US;
}
