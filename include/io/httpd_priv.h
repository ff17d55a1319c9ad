/*
 * The inside of io/httpd, shared by its own files only.
 *
 * One struct httpd_exchange lives as long as its connection and carries one
 * request after the other (libmicrohttpd never shows two at a time):
 *
 *   idle ─► line ─► body ─► handling ─► answered ─┬─► sending ─► idle
 *                              │            ▲
 *                              └─► waiting ─┤      (suspended)  └► streaming ─► idle
 *                                           └ dropped: nothing will be sent
 *
 * Every state has its own deadline; httpd_set_state() is the only place that
 * sets either.
 */
#ifndef IO_HTTPD_PRIV_H
#define IO_HTTPD_PRIV_H

#include <microhttpd.h>

#include "io/httpd.h"

enum exchange_state {
	EXCHANGE_IDLE,     /* no request, or its first line is not whole yet */
	EXCHANGE_LINE,     /* first line known, headers arriving */
	EXCHANGE_BODY,     /* headers accepted, body arriving */
	EXCHANGE_HANDLING, /* the caller is being asked: a reply is kept, nothing is resumed */
	EXCHANGE_WAITING,  /* suspended until the caller replies */
	EXCHANGE_ANSWERED, /* the reply is built, libmicrohttpd has not taken it yet */
	EXCHANGE_SENDING,  /* it has */
	EXCHANGE_STREAMING,/* it has, and asks for more as the peer takes it; suspended while there is none */
	EXCHANGE_DROPPED,  /* the connection ends without an answer */
	EXCHANGE_STATE_COUNT
};

struct httpd_stream; /* httpd_stream.c */

#define BODY_CHUNKED SIZE_MAX /* body_want when the length is not announced */

struct httpd_exchange {
	struct http_req req;
	struct httpd *httpd;
	struct MHD_Connection *mhd;
	struct MHD_Response *answer; /* built, not yet queued */
	struct httpd_stream *stream; /* NULL: the answer is a whole one */
	int status;                  /* of the answer; 0: there is none */
	enum exchange_state state;
	bool told;                   /* the caller has seen this request: on_end is owed */
	bool handed;                 /* on_request ran for it: on_gone is owed if it ends without a reply */
	bool left;                   /* the peer has closed its side */
	bool body_over;              /* beyond the limit: read on, keep nothing */
	size_t body_want, body_have, body_size, body_limit;
	char *body;                  /* in the arena; on the heap while chunked */
	int64_t deadline_us;         /* INT64_MAX: none */
	int fd;
	struct loop_fd hup;
	struct httpd_exchange *prev, *next; /* all connections */
};

struct httpd {
	struct loop *loop;
	struct MHD_Daemon *mhd;
	struct httpd_conf conf;
	struct httpd_calls calls;
	struct loop_fd watch; /* libmicrohttpd's epoll */
	struct loop_hook hook;
	struct loop_timer tick;
	int64_t tick_us;
	int64_t timeout_us[EXCHANGE_STATE_COUNT]; /* 0: none */
	struct httpd_exchange *first;
	int connections, open_requests;
	int listen_fd, port;
	char *unix_path; /* to remove at the end; NULL: none of ours */
	bool exact_layout; /* of headers in memory, as httpd_guard.c reads it */
	bool run_wanted, quiesced, stopping;
};

/* httpd_exchange.c: libmicrohttpd's callbacks and the life of one request */
void *httpd_on_line(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result httpd_on_step(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                              const char *version, const char *data, size_t *size, void **context);
void httpd_on_completed(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode why);

/* httpd_answer.c */
void httpd_set_state(struct httpd_exchange *x, enum exchange_state state);
void httpd_refuse(struct httpd_exchange *x, const struct fault *f);
/* A suspended request ends without its caller: on_gone, then the fault is answered, or nothing when f is NULL. */
void httpd_abandon(struct httpd_exchange *x, const struct fault *f);
/* The answer is this response with reply's status and headers; NULL, or no memory for them: the connection ends without one. */
void httpd_answer(struct httpd_exchange *x, struct MHD_Response *response, const struct http_reply *reply);
void httpd_tell_gone(struct httpd_exchange *x); /* on_gone, if it is owed */
void httpd_wake(struct httpd_exchange *x);      /* a suspended connection goes on */

/* httpd_stream.c */
void httpd_stream_left(struct httpd_exchange *x); /* the peer has */
void httpd_stream_stop(struct httpd_exchange *x); /* the server is freed */
void httpd_stream_free(struct httpd_exchange *x); /* harmless without one */
bool httpd_stream_is_open(const struct httpd_exchange *x); /* its caller has not ended it */

/* httpd_deadline.c: connections and how long each may stay in its state */
void httpd_on_connection(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code);
void httpd_deadlines_init(struct httpd *h);

struct request_line { /* as libmicrohttpd hands it out: its parts lie where they were received */
	const char *method, *url, *version;
};

/* httpd_guard.c: what may not pass; sets body_want */
bool httpd_guard(struct httpd_exchange *x, const struct request_line *line, struct fault *f) must_check;
bool httpd_layout_is_known(void);

/* httpd_listen.c: -1 with *f set on failure */
int httpd_listen(const struct httpd_conf *conf, char **unix_path, struct fault *f) must_check;
int httpd_listen_port(int fd);

#endif
