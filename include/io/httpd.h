/*
 * The HTTP server: one libmicrohttpd daemon on our loop behind few calls.
 *
 * It owns what happens before a request is whole and well formed: the guard
 * against smuggling (libmicrohttpd lets much through), header and
 * body deadlines, body limit, connection limits. What it refuses
 * itself goes through on_refused so that the answer is a problem document too.
 * A whole request is handed to on_request; the handler answers then or later
 * with httpd_reply(), once. Until then the connection is suspended and its
 * leaving is noticed (on_gone: the handler must then not reply). Or it answers
 * with httpd_stream(), and puts what it has to say as it comes.
 */
#ifndef IO_HTTPD_H
#define IO_HTTPD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/text.h"
#include "io/address_list.h"
#include "io/loop.h"

struct httpd;

struct http_header {
	const char *name, *value;
};

struct http_reply {
	int status;
	const char *content_type; /* NULL: none */
	struct text body;         /* copied unless body_in_arena */
	bool body_in_arena;       /* the body lies in the request's arena: kept until sent */
	const struct http_header *headers;
	int header_count;
	bool close;               /* Connection: close */
};

struct http_req { /* made and freed by httpd; user is the handler's */
	struct arena arena; /* everything of this request; freed after the answer was sent */
	struct text method, target; /* target raw as sent; path and query are its parts, not decoded */
	struct text path, query;
	struct text body;           /* whole, contiguous, NUL after it; also valid UTF-8 or not: unchecked */
	int64_t arrived_us;         /* monotonic, first byte of the request seen by us */
	void *user;
	struct httpd *httpd;
	struct httpd_exchange *exchange; /* private */
};

struct httpd_tls_conf { /* files, PEM; they are read again by httpd_tls_reload() */
	const char *certificate; /* with its chain */
	const char *key;
	const char *client_ca;   /* whose certificates callers may show; NULL: they are not asked for any */
};

struct httpd_conf {
	const struct httpd_tls_conf *tls; /* NULL: plain HTTP */
	const char *address;  /* "127.0.0.1:8443", "[::1]:0", "unix:/path"; port 0: any */
	int listen_fd;        /* >= 0: given by systemd or another worker, address is ignored; a copy is used */
	bool local_only;      /* FAULT_CONFIG when other machines could reach that address: it must be loopback or a unix socket */
	int connections;      /* limit */
	/* Each 0: none. header: also from the accept to the first line; body: also for the answer to be taken;
	 * idle: from the end of one request to the first line of the next. */
	int header_timeout_ms, body_timeout_ms, idle_timeout_ms, handler_timeout_ms;
	int connections_per_address; /* 0: no limit of its own */
	size_t bodies_bytes;    /* limit of all bodies together that are here or announced: 503 beyond; 0: none */
	size_t body_bytes;      /* limit of a body: 413 beyond; on_headers may lower it for one request */
	size_t arena_bytes;     /* limit of the request's arena, body included */
	size_t header_bytes;    /* libmicrohttpd's pool for a connection: zeroed for each request, so not larger than needed */
};

struct httpd_calls {
	/* Before the body is read: may refuse by its Content-Length, route, token. Return true to go on;
	 * false after httpd_reply(): the body is not read and the connection closes. NULL: always go on. */
	bool (*on_headers)(struct http_req *r, void *arg);
	void (*on_request)(struct http_req *r, void *arg);
	/* The server itself refuses: call httpd_reply() with an answer for f; NULL or no reply: plain text is sent.
	 * There may be no path, no body and no valid header. */
	void (*on_refused)(struct http_req *r, const struct fault *f, void *arg);
	/* After on_request and before a reply: the client left (or closed its sending side), handler_timeout passed or
	 * the server is freed (then httpd answers 503 itself, by on_refused). Forget r->user's waits; do not reply.
	 * Also while a stream is open: nobody reads it any more, or took nothing for body_timeout; put no more. */
	void (*on_gone)(struct http_req *r, void *arg);
	/* Once for every request that any call above was told of: after the answer left (status), or when none did
	 * (status 0). For metrics and the access log; r dies after it. */
	void (*on_end)(struct http_req *r, int status, void *arg);
	void *arg;
};

struct httpd *httpd_new(struct loop *l, const struct httpd_conf *conf, const struct httpd_calls *calls,
                        struct fault *f) must_check;
int httpd_port(const struct httpd *h);
int httpd_listen_fd(const struct httpd *h);
void httpd_quiesce(struct httpd *h); /* stop accepting; what is open is answered with Connection: close */
int httpd_open_requests(const struct httpd *h);
int httpd_connections(const struct httpd *h);
void httpd_free(struct httpd *h); /* answers what still waits with 503 and ends */

/* The certificate and key are read anew, for connections that come from now on. False with *f: those in force stay. */
bool httpd_tls_reload(struct httpd *h, struct fault *f) must_check;
/* Could a server be started with these files? */
bool httpd_tls_check(const struct httpd_tls_conf *conf, struct fault *f) must_check;
/* SHA-256 over the certificate (DER) that the caller has shown and holds the key of. False: none, or it is not good: issued by none of
 * client_ca, expired, or not for this use. */
bool httpd_peer_certificate(const struct http_req *r, struct sha256 *out) must_check;

/* Inside on_headers: this request's body may have no more than so many bytes. */
void httpd_limit_body(struct http_req *r, size_t bytes);
/* First value of a request header (name without case); at == NULL: absent. */
struct text httpd_header(const struct http_req *r, const char *name);
/* The address that is connected, as its 4 or 16 bytes; absent: over a local socket. */
struct text httpd_peer(const struct http_req *r);
bool httpd_peer_is_in(const struct http_req *r, const struct address_list *l);
bool httpd_is_tls(const struct http_req *r); /* its connection ends here, encrypted */
/* All values of a header in one line, parted by commas; in the arena when there are several. name: in any case. at == NULL: absent, or
 * the arena is full. */
struct text httpd_header_joined(struct http_req *r, struct text name);
/* First value of a query parameter, percent-decoded into the arena ('+' stays '+'); at == NULL: absent. */
struct text httpd_query(struct http_req *r, const char *name);
/* Every query parameter's name, to refuse unknown ones. */
bool httpd_query_names_ok(struct http_req *r, const char *const *allowed, int count, struct text *stranger) must_check;
/* Percent-decodes one path segment into the arena; false: %00, %2F, bad escape or arena full. */
bool httpd_decode(struct http_req *r, struct text raw, struct text *out) must_check;
/* Once for each request. Adds Date and Content-Length. */
void httpd_reply(struct http_req *r, const struct http_reply *reply);
/* Instead of a reply: the connection ends without one (a sandbox's lost answers). */
void httpd_drop(struct http_req *r);

/* httpd_stream.c. Instead of a reply: an answer without an end. Status, type and headers go at once (head's body does not count), then
 * what is put, as it comes; buffer_bytes is what may wait for a slow reader. Once for each request, in or after on_request. */
void httpd_stream(struct http_req *r, const struct http_reply *head, size_t buffer_bytes);
/* All of it, or nothing where there is no room; copied. */
bool httpd_stream_put(struct http_req *r, struct text t) must_check;
size_t httpd_stream_room(const struct http_req *r); /* bytes that may be put now */
void httpd_stream_end(struct http_req *r);          /* what was put is still sent; on_gone is told no more */

#endif
