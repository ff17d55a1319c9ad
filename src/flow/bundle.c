#include "flow/bundle.h"

#include <stdlib.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "flow/request_headers.h"

#define ARENA_BYTES ((size_t)16 << 20)

struct bundle {
	struct arena arena;
	struct bundle_deps deps;
	struct delivery_policy policy;
	struct httpc_call http;
	const char *headers[REQUEST_HEADERS_MAX];
	struct attempt **list;
	int count, left; /* left: attempts that still need this memory, and whoever works on it */
	bool sending, is_probe;
};

static httpc_done_fn on_answered;
static attempt_let_go_fn let_go;

bool bundle_takes(const struct attempt *t)
{
	return !attempt_is_alone(t) && strcmp(attempt_claim(t)->content_type, "application/json") == 0;
}

/* --- sending --------------------------------------------------------------------------------------------------------- */

static struct text body_of(struct bundle *u)
{
	size_t bytes = 2;
	struct buf b;

	if (u->count == 1)
		return attempt_claim(u->list[0])->body;
	for (int i = 0; i < u->count; i++)
		bytes += attempt_claim(u->list[i])->body.len + 1;
	buf_init(&b, &u->arena, bytes);
	for (int i = 0; i < u->count; i++) {
		buf_char(&b, i == 0 ? '[' : ',');
		buf_text(&b, attempt_claim(u->list[i])->body);
	}
	buf_char(&b, ']');
	return buf_as_text(&b);
}

static bool send(struct bundle *u, const struct authority_conf *conf)
{
	const struct attempt_claim *first = attempt_claim(u->list[0]);
	const struct request_content content = { .authority = first->authority, .message_id = u->count == 1 ? &first->message_id : NULL,
		                                 .content_type = first->content_type, .body = body_of(u), .now_us = clock_now_us(u->deps.clock) };

	u->http = (struct httpc_call){ .url = arena_dup(&u->arena, conf->url), .content_type = first->content_type, .body = content.body,
		                       .headers = u->headers, .timeout_ms = conf->timeout_ms };
	return request_headers(&u->arena, &content, conf, u->deps.signer, u->headers) && !u->arena.full
	       && httpc_start(u->deps.httpc, &u->http, on_answered);
}

bool bundle_start(const struct bundle_deps *deps, const struct authority_conf *conf, struct attempt *const *list, int count, bool is_probe)
{
	struct bundle *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return false;
	arena_init(&u->arena, ARENA_BYTES);
	u->deps = *deps;
	u->policy = conf->policy;
	u->list = arena_copy(&u->arena, list, sizeof(*list) * (size_t)count);
	u->count = u->left = count;
	u->is_probe = is_probe;
	u->sending = u->list != NULL && send(u, conf);
	if (!u->sending) {
		arena_done(&u->arena);
		free(u);
		return false;
	}
	for (int i = 0; i < count; i++)
		attempt_goes_with(list[i], u, let_go);
	return true;
}

static void let_go(void *request)
{
	struct bundle *u = request;

	if (--u->left > 0)
		return;
	if (u->sending)
		httpc_cancel(u->deps.httpc, &u->http);
	arena_done(&u->arena);
	free(u);
}

/* --- the reply ------------------------------------------------------------------------------------------------------- */

struct sorted { /* answers by the attempt that records them */
	const struct authority_answer **answers;
	int *begin; /* of each attempt, and the end */
};

/* Whose is it? Mostly they come in the order of the messages. What is about none of them is recorded with the first. */
static int owner_of(const struct bundle *u, const struct authority_answer *a, int guess)
{
	if (guess < u->count && attempt_is_about(u->list[guess], a))
		return guess;
	for (int i = 0; i < u->count; i++)
		if (attempt_is_about(u->list[i], a))
			return i;
	return 0;
}

static bool sort_answers(struct bundle *u, const struct authority_answer *answers, int count, struct sorted *out)
{
	int *owner = arena_alloc(&u->arena, sizeof(*owner) * (size_t)(count + 1));
	int *next = arena_zalloc(&u->arena, sizeof(*next) * (size_t)(u->count + 1));

	out->begin = arena_zalloc(&u->arena, sizeof(*out->begin) * (size_t)(u->count + 1));
	out->answers = arena_alloc(&u->arena, sizeof(*out->answers) * (size_t)(count + 1));
	if (u->arena.full)
		return false;
	for (int k = 0; k < count; k++) {
		owner[k] = owner_of(u, &answers[k], k);
		out->begin[owner[k] + 1]++;
	}
	for (int i = 0; i < u->count; i++)
		next[i] = out->begin[i + 1] += out->begin[i];
	for (int k = count - 1; k >= 0; k--)
		out->answers[--next[owner[k]]] = &answers[k];
	return true;
}

/* A 2xx with a body is an answer at once. Unreadable: nothing is known, the same messages go again. */
static bool read_answers(struct bundle *u, const struct httpc_answer *http, struct sorted *out, struct fault *f)
{
	struct text body = text_dup(&u->arena, text_trim(http->body)), type = text_dup(&u->arena, http->content_type);
	struct authority_answer *answers = NULL;
	int count = 0;

	if (body.len > 0 && !answer_read(&u->arena, attempt_claim(u->list[0])->authority, type, body, &answers, &count, f))
		return false;
	if (sort_answers(u, answers, count, out))
		return true;
	return fault_set(f, FAULT_BUSY, "the answer is larger than the memory of a request");
}

static struct text describe(struct bundle *u, const struct httpc_answer *http, const struct fault *f)
{
	struct buf b;

	buf_init(&b, &u->arena, 120);
	if (f->code != FAULT_NONE)
		buf_printf(&b, "HTTP %d, unreadable answer: %s", http->status, f->text);
	else if (http->end == HTTPC_ANSWERED)
		buf_printf(&b, "HTTP %d", http->status);
	else
		buf_printf(&b, "%s: %s", http->end == HTTPC_NOT_SENT ? "not sent" : "no answer", http->detail == NULL ? "" : http->detail);
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}

static void end_each(struct bundle *u, const struct httpc_answer *http, int status, const struct sorted *sorted, struct text reason)
{
	bool counts = !u->is_probe || gate_reached(http->end == HTTPC_ANSWERED ? http->status : 0);

	for (int i = 0; i < u->count; i++) {
		struct attempt_end end = { .policy = &u->policy, .retry_after_s = http->retry_after_s, .reason = reason, .uncounted = !counts };

		end.fate = delivery_judge(&u->policy, status, counts ? attempt_claim(u->list[i])->attempts : 0);
		if (end.fate == FATE_SENT) {
			end.answers = sorted->answers + sorted->begin[i];
			end.answer_count = sorted->begin[i + 1] - sorted->begin[i];
		}
		u->deps.on_end(u->deps.arg, end.fate, http->elapsed_us);
		attempt_end(u->list[i], &end);
	}
}

static void on_answered(struct httpc_call *call, const struct httpc_answer *http)
{
	struct bundle *u = container_of(call, struct bundle, http);
	int status = http->end == HTTPC_ANSWERED ? http->status : 0;
	struct gate_end end = { .http_status = status, .retry_after_s = http->retry_after_s, .elapsed_us = http->elapsed_us, .messages = u->count };
	struct sorted sorted = { NULL, NULL };
	struct fault f = { 0 };
	enum delivery_fate fate = delivery_judge(&u->policy, status, 1);

	u->sending = false;
	u->left++; /* until this is through */
	killpoint(KILLPOINT_ATTEMPT_SENT);
	if (fate == FATE_SENT && !read_answers(u, http, &sorted, &f)) {
		status = 0;
		fate = delivery_judge(&u->policy, status, 1);
	}
	if (fate != FATE_SENT)
		end.reason = describe(u, http, &f);
	if (fate == FATE_DEAD && u->count > 1)
		for (int i = 0; i < u->count; i++) {
			attempt_goes_alone(u->list[i]);
			u->deps.on_alone(u->deps.arg, u->list[i]);
		}
	else
		end_each(u, http, status, &sorted, end.reason);
	u->deps.on_back(u->deps.arg, &end);
	let_go(u);
}
