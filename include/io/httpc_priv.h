/* The inside of io/httpc, shared by its own files only. */
#ifndef IO_HTTPC_PRIV_H
#define IO_HTTPC_PRIV_H

#include <curl/curl.h>

#include "io/httpc.h"

#define HTTPC_LINES_MAX 24

struct httpc_exchange { /* one call under way, or a spare easy handle */
	struct httpc *h;
	struct httpc_call *call;
	CURL *easy;
	char *answer;
	size_t len, size;
	bool too_long, head_whole, refused; /* refused: an address, by the client's rule */
	int64_t started_us;
	struct curl_slist lines[HTTPC_LINES_MAX];
	char type_line[160];
	char error[CURL_ERROR_SIZE];
	struct httpc_exchange *next; /* among the spare */
};

struct httpc_socket { /* one descriptor number of curl's, as long as the client lives */
	struct loop_fd watch;
	struct httpc *h;
	bool idle; /* watched, though curl asks for nothing: its connection waits for the next call */
};

/* Ends what curl has finished; never called inside a callback of curl. */
typedef void httpc_drain_fn(struct httpc *h);

struct httpc {
	struct loop *loop;
	CURLM *multi;
	struct httpc_conf conf;
	struct loop_timer timer;
	struct httpc_exchange *spare;
	int spare_count;
	struct httpc_socket **sockets; /* by descriptor; NULL: never used */
	int socket_count;
	httpc_drain_fn *drain;
};

/* httpc_socket.c */
bool httpc_sockets_init(struct httpc *h, httpc_drain_fn *drain) must_check;
bool httpc_socket_owned(struct httpc_exchange *x) must_check; /* once for each easy handle */
void httpc_sockets_done(struct httpc *h);

#endif
