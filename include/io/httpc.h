/*
 * HTTP out, without waiting: one libcurl multi handle on our loop.
 *
 * No redirects, no cookies, no proxies from the environment, only http and
 * https, a limit on the answer's size; connections are kept alive and limited
 * per host. on_done runs exactly once, never inside httpc_start(), and not at
 * all after httpc_cancel(). The answer's memory is valid only inside on_done.
 */
#ifndef IO_HTTPC_H
#define IO_HTTPC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/text.h"
#include "io/loop.h"

struct httpc;
struct httpc_call;
struct sockaddr;

enum httpc_end {
	HTTPC_ANSWERED,  /* a whole answer with a status */
	HTTPC_NOT_SENT,  /* certain that the peer saw nothing: no connection */
	HTTPC_UNCERTAIN, /* sent in part or whole, and no whole answer */
};

struct httpc_answer {
	enum httpc_end end;
	int status;
	struct text body;         /* NUL after it */
	struct text content_type;
	int retry_after_s;        /* 0: none */
	int64_t elapsed_us;
	const char *detail;       /* why, when not answered: for the log and the dead letter */
};

typedef void httpc_done_fn(struct httpc_call *call, const struct httpc_answer *answer);

struct httpc_call { /* embedded; zero it, fill the first part; texts are borrowed until on_done */
	const char *method;       /* NULL: POST */
	const char *url;
	const char *content_type;
	struct text body;
	const char *const *headers; /* "Name: value" lines, NULL at the end; may be NULL */
	int timeout_ms;
	/* httpc's own */
	httpc_done_fn *on_done;
	struct httpc_exchange *exchange;
};

struct httpc_conf {
	int connections_per_host; /* calls beyond it wait inside curl, whoever they are for; 0: as many as there are calls */
	int connections_kept;     /* of those that nobody uses just now */
	int connect_timeout_ms;
	size_t answer_bytes; /* a longer answer is HTTPC_UNCERTAIN */
	/* May it be connected to? Asked for each connection, of the address that the name led to just now. NULL: any. A call whose
	 * addresses all are refused is HTTPC_NOT_SENT. */
	bool (*may_connect)(const struct sockaddr *address, size_t len);
};

struct httpc *httpc_new(struct loop *l, const struct httpc_conf *conf, struct fault *f) must_check;
void httpc_free(struct httpc *h); /* every call must have ended or been cancelled */
/* False: nothing started (no memory): on_done will not run. */
bool httpc_start(struct httpc *h, struct httpc_call *call, httpc_done_fn *on_done) must_check;
void httpc_cancel(struct httpc *h, struct httpc_call *call);

#endif
