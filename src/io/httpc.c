/*
 * HTTP out: one libcurl multi handle driven by our loop.
 *
 *   httpc_start ─► curl (waits for a connection, sends, reads) ─► drain ─► on_done
 *        └── httpc_cancel: taken out again, nothing more is heard
 *
 * What curl wants watched is in httpc_socket.c. Its callbacks only note things: calls end in drain(), outside
 * of them, where handles may be added and removed. Easy handles are kept and
 * used again with all their options.
 *
 * What curl does by itself: when a kept-alive connection turns out to be dead
 * before a byte of an answer came, it sends the request again on another one.
 * Our messages carry ids for that; the call is NOT_SENT only when not a byte
 * of it was ever handed to the kernel, on any connection.
 */
#include "io/httpc.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/httpc_priv.h"

#define ANSWER_FIRST_BYTES 4096u
#define ANSWER_KEPT_BYTES  65536u /* a used handle does not hold on to more */
#define RETRY_AFTER_MAX_S  86400

static size_t body_came(char *data, size_t one, size_t len, void *cls)
{
	struct httpc_exchange *x = cls;
	size_t want = x->len + len + 1;

	assert(one == 1);
	if (x->len + len > x->h->conf.answer_bytes) {
		x->too_long = true;
		return 0;
	}
	if (want > x->size) {
		size_t size = x->size == 0 ? ANSWER_FIRST_BYTES : x->size;
		char *grown;

		while (size < want)
			size *= 2;
		grown = realloc(x->answer, size);
		if (grown == NULL)
			return 0;
		x->answer = grown;
		x->size = size;
	}
	memcpy(x->answer + x->len, data, len);
	x->len += len;
	x->answer[x->len] = '\0';
	return len;
}

/* curl takes a head that ends in the middle for a whole one; we want its empty line (trailers may follow). */
static size_t head_line_came(char *line, size_t one, size_t len, void *cls)
{
	struct httpc_exchange *x = cls;

	assert(one == 1);
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0)
		x->head_whole = false;
	else if (len <= 2 && line[len - 1] == '\n')
		x->head_whole = true;
	return len;
}

/* --- exchanges ----------------------------------------------------------------- */

static void exchange_free(struct httpc_exchange *x)
{
	curl_easy_cleanup(x->easy);
	free(x->answer);
	free(x);
}

/* What holds for every call, set once. */
static bool set_lasting(struct httpc_exchange *x)
{
	CURL *e = x->easy;
	CURLcode bad = CURLE_OK;

	bad |= curl_easy_setopt(e, CURLOPT_PRIVATE, x);
	bad |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, x->error);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, body_came);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, head_line_came);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
	bad |= curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	bad |= curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	bad |= curl_easy_setopt(e, CURLOPT_PROXY, "");
	bad |= curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
	bad |= curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	bad |= curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)x->h->conf.connect_timeout_ms);
	return bad == CURLE_OK && httpc_socket_owned(x);
}

static struct httpc_exchange *exchange_take(struct httpc *h)
{
	struct httpc_exchange *x = h->spare;

	if (x != NULL) {
		h->spare = x->next;
		h->spare_count--;
		return x;
	}
	x = calloc(1, sizeof(*x));
	if (x == NULL)
		return NULL;
	x->h = h;
	x->easy = curl_easy_init();
	if (x->easy == NULL || !set_lasting(x)) {
		exchange_free(x);
		return NULL;
	}
	return x;
}

static void exchange_give_back(struct httpc_exchange *x)
{
	struct httpc *h = x->h;

	x->call = NULL;
	if (h->spare_count >= h->conf.connections_kept) {
		exchange_free(x);
		return;
	}
	if (x->size > ANSWER_KEPT_BYTES) {
		free(x->answer);
		x->answer = NULL;
		x->size = 0;
	}
	x->next = h->spare;
	h->spare = x;
	h->spare_count++;
}

/* --- ends ------------------------------------------------------------------------ */

static int retry_after_s(CURL *easy)
{
	curl_off_t wait_s = 0;

	if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait_s) != CURLE_OK || wait_s < 0)
		return 0;
	return wait_s > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : (int)wait_s;
}

/* Not a byte of the request was taken by the kernel: on no connection, whatever curl tried. */
static bool nothing_sent(CURL *easy)
{
	curl_off_t uploaded = 1, began_us = 1;
	long request_bytes = 1;

	return curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_bytes) == CURLE_OK
	       && curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &uploaded) == CURLE_OK
	       && curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &began_us) == CURLE_OK
	       && request_bytes == 0 && uploaded == 0 && began_us == 0;
}

static enum httpc_end judge(struct httpc_exchange *x, CURLcode result)
{
	if (result == CURLE_OK)
		return x->head_whole ? HTTPC_ANSWERED : HTTPC_UNCERTAIN;
	switch (result) {
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT: /* while it waited for a connection */
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
		return nothing_sent(x->easy) ? HTTPC_NOT_SENT : HTTPC_UNCERTAIN;
	default:
		return HTTPC_UNCERTAIN;
	}
}

static void tell(struct httpc_exchange *x, CURLcode result)
{
	struct httpc_call *call = x->call;
	struct httpc_answer answer = { .end = judge(x, result) };
	const char *type = NULL;
	long status = 0;

	answer.elapsed_us = loop_now_us(x->h->loop) - x->started_us;
	if (answer.end == HTTPC_ANSWERED) {
		(void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
		(void)curl_easy_getinfo(x->easy, CURLINFO_CONTENT_TYPE, &type);
		answer.status = (int)status;
		answer.body = x->len == 0 ? TEXT("") : (struct text){ x->answer, x->len };
		answer.content_type = text_of(type);
		answer.retry_after_s = retry_after_s(x->easy);
	} else if (x->too_long) {
		answer.detail = "the answer is longer than allowed";
	} else if (x->refused && answer.end == HTTPC_NOT_SENT) {
		answer.detail = "the address is none that may be connected to";
	} else if (result == CURLE_OK) {
		answer.detail = "the answer's head is not whole";
	} else {
		answer.detail = x->error[0] != '\0' ? x->error : curl_easy_strerror(result);
	}
	call->exchange = NULL; /* on_done may start the same call again */
	call->on_done(call, &answer);
}

/* Ends what curl has finished. on_done may start and cancel other calls: curl is not on the stack here. */
static void drain(struct httpc *h)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(h->multi, &left)) != NULL) {
		struct httpc_exchange *x = NULL;
		CURLcode result = msg->data.result;
		CURL *easy = msg->easy_handle;

		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&x);
		(void)curl_multi_remove_handle(h->multi, easy); /* msg is gone now */
		tell(x, result);
		exchange_give_back(x);
	}
}

/* --- calls ------------------------------------------------------------------------- */

static void add_line(struct httpc_exchange *x, int *count, const char *line)
{
	assert(*count < HTTPC_LINES_MAX);
	x->lines[*count] = (struct curl_slist){ .data = (char *)(uintptr_t)line };
	if (*count > 0)
		x->lines[*count - 1].next = &x->lines[*count];
	(*count)++;
}

/* Header lines are borrowed: the list is ours, curl only reads it. */
static bool set_headers(struct httpc_exchange *x)
{
	const struct httpc_call *call = x->call;
	int count = 0;

	add_line(x, &count, "Expect:"); /* an empty one keeps curl from asking first */
	add_line(x, &count, "Accept:"); /* says nothing: it would be every type */
	if (call->content_type != NULL) {
		int len = snprintf(x->type_line, sizeof(x->type_line), "Content-Type: %s", call->content_type);

		if (len < 0 || (size_t)len >= sizeof(x->type_line))
			return false;
		add_line(x, &count, x->type_line);
	} else {
		add_line(x, &count, "Content-Type:"); /* curl's own guess for a POST is a form */
	}
	for (int i = 0; call->headers != NULL && call->headers[i] != NULL; i++)
		add_line(x, &count, call->headers[i]);
	return curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->lines) == CURLE_OK;
}

static bool set_method(struct httpc_exchange *x)
{
	const struct httpc_call *call = x->call;
	const char *method = call->method == NULL ? "POST" : call->method;
	bool is_post = strcmp(method, "POST") == 0;
	bool has_body = is_post || call->body.len > 0;
	CURLcode bad = CURLE_OK;

	bad |= curl_easy_setopt(x->easy, CURLOPT_HTTPGET, 1L); /* undoes the call before */
	if (has_body) {
		bad |= curl_easy_setopt(x->easy, CURLOPT_POST, 1L);
		bad |= curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, call->body.at == NULL ? "" : call->body.at);
		bad |= curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
	}
	if (strcmp(method, "HEAD") == 0)
		bad |= curl_easy_setopt(x->easy, CURLOPT_NOBODY, 1L);
	bad |= curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST,
	                        is_post || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ? NULL : method);
	return bad == CURLE_OK;
}

bool httpc_start(struct httpc *h, struct httpc_call *call, httpc_done_fn *on_done)
{
	struct httpc_exchange *x = exchange_take(h);

	if (x == NULL)
		return false;
	assert(call->url != NULL);
	x->call = call;
	x->len = 0;
	x->too_long = x->head_whole = x->refused = false;
	x->error[0] = '\0';
	x->started_us = loop_now_us(h->loop);
	if (!set_method(x) || !set_headers(x) || curl_easy_setopt(x->easy, CURLOPT_URL, call->url) != CURLE_OK
	    || curl_easy_setopt(x->easy, CURLOPT_TIMEOUT_MS, (long)call->timeout_ms) != CURLE_OK
	    || curl_multi_add_handle(h->multi, x->easy) != CURLM_OK) {
		exchange_give_back(x);
		return false;
	}
	call->exchange = x;
	call->on_done = on_done;
	return true;
}

void httpc_cancel(struct httpc *h, struct httpc_call *call)
{
	struct httpc_exchange *x = call->exchange;

	if (x == NULL)
		return;
	call->exchange = NULL;
	(void)curl_multi_remove_handle(h->multi, x->easy);
	exchange_give_back(x);
}

/* --- the client ----------------------------------------------------------------------- */

static bool set_limits(struct httpc *h)
{
	const struct httpc_conf *c = &h->conf;

	return curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) == CURLM_OK
	       && curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)c->connections_per_host) == CURLM_OK
	       && curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)c->connections_kept) == CURLM_OK;
}

struct httpc *httpc_new(struct loop *l, const struct httpc_conf *conf, struct fault *f)
{
	struct httpc *h = calloc(1, sizeof(*h));

	if (h == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(h);
		(void)fault_set(f, FAULT_SYSTEM, "the HTTP client does not start");
		return NULL;
	}
	h->loop = l;
	h->conf = *conf;
	h->multi = curl_multi_init();
	if (h->multi == NULL || !httpc_sockets_init(h, drain) || !set_limits(h)) {
		httpc_free(h);
		(void)fault_set(f, FAULT_SYSTEM, "the HTTP client does not start");
		return NULL;
	}
	return h;
}

void httpc_free(struct httpc *h)
{
	if (h == NULL)
		return;
	(void)curl_multi_cleanup(h->multi);
	while (h->spare != NULL) {
		struct httpc_exchange *x = h->spare;

		h->spare = x->next;
		exchange_free(x);
	}
	httpc_sockets_done(h);
	free(h);
	curl_global_cleanup();
}
