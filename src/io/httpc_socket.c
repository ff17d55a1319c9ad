/*
 * The HTTP client's sockets and its one timer: curl says what it wants
 * watched, the loop says what happened.
 *
 * Everything curl calls here only notes things down. It may give a socket
 * back while we are telling it about that very socket, so a socket is not
 * touched after curl was told.
 */
#include <stdlib.h>

#include "io/httpc_priv.h"

static void socket_ready(struct loop_fd *w, unsigned events)
{
	struct httpc *h = container_of(w, struct httpc_socket, watch)->h;
	int bits = 0, running;

	if ((events & (LOOP_READ | LOOP_HUP)) != 0) /* curl learns of a hang-up by reading */
		bits |= CURL_CSELECT_IN;
	if ((events & LOOP_WRITE) != 0)
		bits |= CURL_CSELECT_OUT;
	(void)curl_multi_socket_action(h->multi, w->fd, bits, &running);
	httpc_drain(h);
}

static void timer_ran_out(struct loop_timer *t)
{
	struct httpc *h = container_of(t, struct httpc, timer);
	int running;

	(void)curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	httpc_drain(h);
}

static int timer_wanted(CURLM *multi, long timeout_ms, void *cls)
{
	struct httpc *h = cls;

	(void)multi;
	if (timeout_ms < 0)
		loop_timer_clear(h->loop, &h->timer);
	else
		loop_timer_set(h->loop, &h->timer, (int64_t)timeout_ms * 1000, timer_ran_out);
	return 0;
}

static void keep_spare(struct httpc_socket *s)
{
	s->next = s->h->spare_sockets;
	s->h->spare_sockets = s;
}

static struct httpc_socket *take(struct httpc *h)
{
	struct httpc_socket *s = h->spare_sockets;

	if (s != NULL)
		h->spare_sockets = s->next;
	else
		s = malloc(sizeof(*s));
	if (s != NULL)
		*s = (struct httpc_socket){ .h = h };
	return s;
}

/* -1 makes curl fail the transfer: better than waiting for what nobody watches. */
static int watch(struct httpc *h, curl_socket_t fd, unsigned want)
{
	struct httpc_socket *s = take(h);

	if (s == NULL)
		return -1;
	if (!loop_fd_add(h->loop, &s->watch, fd, want, socket_ready)) {
		keep_spare(s);
		return -1;
	}
	(void)curl_multi_assign(h->multi, fd, s);
	return 0;
}

static int socket_wanted(CURL *easy, curl_socket_t fd, int what, void *cls, void *known)
{
	struct httpc_socket *s = known;
	struct httpc *h = cls;
	unsigned want = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s == NULL)
			return 0;
		loop_fd_remove(h->loop, &s->watch);
		keep_spare(s);
		(void)curl_multi_assign(h->multi, fd, NULL);
		return 0;
	}
	if (what != CURL_POLL_OUT)
		want |= LOOP_READ;
	if (what != CURL_POLL_IN)
		want |= LOOP_WRITE;
	if (s == NULL)
		return watch(h, fd, want);
	loop_fd_want(h->loop, &s->watch, want);
	return 0;
}

bool httpc_sockets_init(struct httpc *h)
{
	return curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted) == CURLM_OK
	       && curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h) == CURLM_OK
	       && curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, timer_wanted) == CURLM_OK
	       && curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h) == CURLM_OK;
}

void httpc_sockets_done(struct httpc *h)
{
	loop_timer_clear(h->loop, &h->timer);
	while (h->spare_sockets != NULL) {
		struct httpc_socket *s = h->spare_sockets;

		h->spare_sockets = s->next;
		free(s);
	}
}
