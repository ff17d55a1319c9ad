/*
 * The HTTP client's sockets and its one timer: curl says what it wants
 * watched, the loop says what happened.
 *
 * Everything curl calls here only notes things down. It may give a socket
 * back while we are telling it about that very socket, so a socket is not
 * touched after curl was told.
 *
 * curl asks to watch a socket for each call anew and lets go of it after each
 * answer. A socket that has answered stays watched all the same, until curl
 * closes it: two changes of the epoll set less for every call.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/httpc_priv.h"

#define SOCKETS_FIRST 64

static void socket_ready(struct loop_fd *w, unsigned events)
{
	struct httpc *h = container_of(w, struct httpc_socket, watch)->h;
	int bits = 0, running;

	if (container_of(w, struct httpc_socket, watch)->idle) { /* closed by the peer: curl sees that before it uses it again */
		loop_fd_remove(h->loop, w);
		return;
	}
	if ((events & (LOOP_READ | LOOP_HUP)) != 0) /* curl learns of a hang-up by reading */
		bits |= CURL_CSELECT_IN;
	if ((events & LOOP_WRITE) != 0)
		bits |= CURL_CSELECT_OUT;
	(void)curl_multi_socket_action(h->multi, w->fd, bits, &running);
	h->drain(h);
}

static void timer_ran_out(struct loop_timer *t)
{
	struct httpc *h = container_of(t, struct httpc, timer);
	int running;

	(void)curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	h->drain(h);
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

static struct httpc_socket *socket_of(struct httpc *h, int fd)
{
	struct httpc_socket *s;

	if (fd >= h->socket_count) {
		int count = fd < SOCKETS_FIRST ? SOCKETS_FIRST : fd * 2;
		struct httpc_socket **more = realloc(h->sockets, (size_t)count * sizeof(struct httpc_socket *));

		if (more == NULL)
			return NULL;
		memset(more + h->socket_count, 0, (size_t)(count - h->socket_count) * sizeof(struct httpc_socket *));
		h->sockets = more;
		h->socket_count = count;
	}
	s = h->sockets[fd];
	if (s == NULL && (s = calloc(1, sizeof(*s))) != NULL) {
		s->h = h;
		h->sockets[fd] = s;
	}
	return s;
}

/* An answer came over it: curl closes such a socket through socket_closed() only, never by itself. */
static bool has_answered(CURL *easy)
{
	struct httpc_exchange *x = NULL;

	return curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&x) == CURLE_OK && x != NULL && x->head_whole;
}

static int socket_wanted(CURL *easy, curl_socket_t fd, int what, void *cls, void *known)
{
	struct httpc *h = cls;
	struct httpc_socket *s = socket_of(h, fd);
	unsigned want = 0;

	(void)known;
	if (s == NULL)
		return -1; /* makes curl fail the transfer: better than waiting for what nobody watches */
	s->idle = what == CURL_POLL_REMOVE;
	if (s->idle) {
		if (s->watch.slot == 0 || s->watch.wanted != LOOP_READ || !has_answered(easy))
			loop_fd_remove(h->loop, &s->watch);
		return 0;
	}
	if (what != CURL_POLL_OUT)
		want |= LOOP_READ;
	if (what != CURL_POLL_IN)
		want |= LOOP_WRITE;
	if (s->watch.slot == 0)
		return loop_fd_add(h->loop, &s->watch, fd, want, socket_ready) ? 0 : -1;
	loop_fd_want(h->loop, &s->watch, want);
	return 0;
}

static int socket_closed(void *cls, curl_socket_t fd)
{
	struct httpc *h = cls;

	if (fd < h->socket_count && h->sockets[fd] != NULL)
		loop_fd_remove(h->loop, &h->sockets[fd]->watch);
	return close(fd);
}

/* The address is what curl is about to connect to: no name can lead elsewhere any more. */
static curl_socket_t socket_opened(void *cls, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct httpc_exchange *x = cls;

	(void)purpose;
	if (!x->h->conf.may_connect(&address->addr, address->addrlen)) {
		x->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool httpc_socket_owned(struct httpc_exchange *x)
{
	return curl_easy_setopt(x->easy, CURLOPT_CLOSESOCKETFUNCTION, socket_closed) == CURLE_OK
	       && curl_easy_setopt(x->easy, CURLOPT_CLOSESOCKETDATA, x->h) == CURLE_OK
	       && (x->h->conf.may_connect == NULL
	           || (curl_easy_setopt(x->easy, CURLOPT_OPENSOCKETFUNCTION, socket_opened) == CURLE_OK
	               && curl_easy_setopt(x->easy, CURLOPT_OPENSOCKETDATA, x) == CURLE_OK));
}

bool httpc_sockets_init(struct httpc *h, httpc_drain_fn *drain)
{
	h->drain = drain;
	return curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted) == CURLM_OK
	       && curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h) == CURLM_OK
	       && curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, timer_wanted) == CURLM_OK
	       && curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h) == CURLM_OK;
}

void httpc_sockets_done(struct httpc *h)
{
	loop_timer_clear(h->loop, &h->timer);
	for (int fd = 0; fd < h->socket_count; fd++)
		free(h->sockets[fd]);
	free(h->sockets);
}
