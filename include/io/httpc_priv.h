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
	bool too_long, head_whole;
	int64_t started_us;
	struct curl_slist lines[HTTPC_LINES_MAX];
	char type_line[160];
	char error[CURL_ERROR_SIZE];
	struct httpc_exchange *next; /* among the spare */
};

struct httpc_socket { /* one descriptor that curl wants watched */
	struct loop_fd watch;
	struct httpc *h;
	struct httpc_socket *next; /* among the spare */
};

struct httpc {
	struct loop *loop;
	CURLM *multi;
	struct httpc_conf conf;
	struct loop_timer timer;
	struct httpc_exchange *spare;
	int spare_count;
	struct httpc_socket *spare_sockets;
};

/* httpc_socket.c */
bool httpc_sockets_init(struct httpc *h) must_check;
void httpc_sockets_done(struct httpc *h);
/* httpc.c: ends what curl has finished; never inside a callback of curl */
void httpc_drain(struct httpc *h);

#endif
