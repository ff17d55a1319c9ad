#include "flow/attempt.h"

#include <stdlib.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "flow/attempt_headers.h"
#include "standard/answer.h"

#define ARENA_BYTES ((size_t)4 << 20)

struct attempt {
	struct arena arena;
	struct attempt_deps deps;
	struct attempt_claim claim;
	struct attempt_links links;
	struct delivery_policy policy;
	struct httpc_call http;
	const char *headers[ATTEMPT_HEADERS_MAX];
	struct inbox_item end; /* with the first answer */
	struct further {
		struct inbox_item item;
		struct attempt *of;
	} *further;            /* answers, recorded before the end */
	int recording;         /* of these: not done yet */
	bool sending, incomplete;
};

static httpc_done_fn on_answered;
static inbox_done_fn on_recorded, on_further;

struct attempt *attempt_new(const struct attempt_deps *deps, const struct attempt_claim *claim)
{
	struct attempt *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	arena_init(&t->arena, ARENA_BYTES);
	t->deps = *deps;
	t->claim = *claim;
	t->claim.body = text_dup(&t->arena, claim->body);
	t->claim.content_type = arena_dup(&t->arena, claim->content_type);
	t->claim.reference = text_dup(&t->arena, claim->reference);
	t->end.end = (struct inbox_end){ .declaration = claim->declaration, .authority = claim->authority, .version = claim->version };
	if (t->arena.full) {
		attempt_free(t);
		return NULL;
	}
	return t;
}

void attempt_free(struct attempt *t)
{
	if (t == NULL)
		return;
	if (t->sending)
		httpc_cancel(t->deps.httpc, &t->http);
	arena_done(&t->arena);
	free(t);
}

const struct attempt_claim *attempt_claim(const struct attempt *t)
{
	return &t->claim;
}

struct attempt_links *attempt_links(struct attempt *t)
{
	return &t->links;
}

bool attempt_send(struct attempt *t, const struct authority_conf *conf)
{
	const struct attempt_message message = { .authority = t->claim.authority, .message_id = t->claim.message_id, .content_type = t->claim.content_type,
		                                 .body = t->claim.body, .now_us = clock_now_us(t->deps.clock) };

	if (!attempt_headers(&t->arena, &message, conf, t->deps.signer, t->headers))
		return false;
	t->policy = conf->policy;
	t->http = (struct httpc_call){ .url = arena_dup(&t->arena, conf->url), .content_type = t->claim.content_type, .body = t->claim.body,
		                       .headers = t->headers, .timeout_ms = conf->timeout_ms };
	t->sending = t->http.url != NULL && httpc_start(t->deps.httpc, &t->http, on_answered);
	return t->sending;
}

/* --- what the answer means ------------------------------------------------------------------------------------------- */

static void set_answer(struct inbox_item *item, const struct attempt *t, const struct authority_answer *a)
{
	bool ours = a->reference.at == NULL;

	item->has_answer = true;
	item->answer = (struct inbox_answer){ .authority = t->claim.authority, .reference = a->reference, .declaration = a->declaration,
		                              .version = ours ? a->version : 0, .status = a->status, .outcome = a->outcome, .at_us = a->at_us,
		                              .digest = a->digest, .info = a->info, .body = a->body };
}

/* A 2xx with a body is an answer at once. Unreadable: nothing is known, the same message goes again. */
static bool read_answers(struct attempt *t, const struct httpc_answer *http, struct authority_answer **list, int *count, struct fault *f)
{
	struct text body = text_dup(&t->arena, text_trim(http->body));

	*count = 0;
	if (body.len == 0)
		return true;
	return answer_read(&t->arena, t->claim.authority, text_dup(&t->arena, http->content_type), body, list, count, f);
}

static void set_end(struct attempt *t, enum delivery_fate fate, struct text reason, int retry_after_s)
{
	static const enum delivery_state states[] = { [FATE_SENT] = DELIVERY_SENT, [FATE_AGAIN] = DELIVERY_DUE, [FATE_DEAD] = DELIVERY_DEAD };
	int64_t now_us = clock_now_us(t->deps.clock);

	t->end.has_end = true;
	t->end.end = (struct inbox_end){ .declaration = t->claim.declaration, .authority = t->claim.authority, .version = t->claim.version,
		                         .lease = t->claim.lease, .state = states[fate], .attempts = t->claim.attempts, .due_us = now_us,
		                         .reason = reason };
	if (fate == FATE_AGAIN)
		t->end.end.due_us += delivery_wait_us(&t->policy, t->claim.attempts, retry_after_s, id_random(t->deps.ids));
}

static void over(struct attempt *t, bool recorded)
{
	t->deps.on_over(t->deps.arg, t, recorded);
	attempt_free(t);
}

static void record_end(struct attempt *t)
{
	bool is_own = t->end.has_answer && !t->end.has_end;

	if (is_own && t->deps.on_answer(t->deps.arg, &t->end, on_recorded))
		return;
	if (!inbox_submit(t->deps.inbox, &t->end, on_recorded))
		over(t, false); /* full: the lease mends it */
}

/* The further answers first. */
static void record(struct attempt *t, int further)
{
	t->recording = further;
	for (int i = 0; i < further; i++) {
		if (inbox_submit(t->deps.inbox, &t->further[i].item, on_further))
			continue;
		t->incomplete = true;
		t->recording--;
	}
	if (t->recording > 0)
		return;
	if (t->incomplete)
		over(t, false); /* full: the lease mends it */
	else
		record_end(t);
}

static struct text describe(struct attempt *t, const struct httpc_answer *http, const struct fault *f)
{
	struct buf b;

	buf_init(&b, &t->arena, 120);
	if (f->code != FAULT_NONE)
		buf_printf(&b, "HTTP %d, unreadable answer: %s", http->status, f->text);
	else if (http->end == HTTPC_ANSWERED)
		buf_printf(&b, "HTTP %d", http->status);
	else
		buf_printf(&b, "%s: %s", http->end == HTTPC_NOT_SENT ? "not sent" : "no answer", http->detail == NULL ? "" : http->detail);
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}

static void log_end(const struct attempt *t, enum delivery_fate fate, struct text reason)
{
	char declaration[ID_TEXT_BYTES], message[ID_TEXT_BYTES];
	struct log_ids ids = { .declaration = declaration, .delivery = message, .authority = authority_code(t->claim.authority) };

	if (fate == FATE_SENT && !log_wanted(LOG_LEVEL_DEBUG))
		return;
	id_format(&t->claim.declaration, declaration);
	id_format(&t->claim.message_id, message);
	if (fate == FATE_SENT)
		log_event(&ids, LOG_LEVEL_DEBUG, "delivery.sent", "version %d, attempt %d", t->claim.version, t->claim.attempts);
	else
		log_event(&ids, LOG_LEVEL_WARNING, fate == FATE_DEAD ? "delivery.dead" : "delivery.again", "version %d, attempt %d: " TEXT_FMT,
		          t->claim.version, t->claim.attempts, TEXT_ARG(reason));
}

/* Room for the answers after the first; when there is none, the reply counts as unreadable. */
static bool keep_answers(struct attempt *t, const struct authority_answer *answers, int count, struct fault *f)
{
	if (count > 0)
		set_answer(&t->end, t, &answers[0]);
	if (count > 1)
		t->further = arena_zalloc(&t->arena, sizeof(*t->further) * (size_t)(count - 1));
	for (int i = 1; t->further != NULL && i < count; i++) {
		set_answer(&t->further[i - 1].item, t, &answers[i]);
		t->further[i - 1].of = t;
	}
	if (!t->arena.full)
		return true;
	t->end.has_answer = false;
	return fault_set(f, FAULT_BUSY, "the answer is larger than the memory of an attempt");
}

static bool is_about(const struct attempt *t, const struct authority_answer *a)
{
	if (a->reference.at != NULL)
		return text_eq(a->reference, t->claim.reference);
	return id_eq(&a->declaration, &t->claim.declaration) && a->version == t->claim.version;
}

static void on_answered(struct httpc_call *call, const struct httpc_answer *http)
{
	struct attempt *t = container_of(call, struct attempt, http);
	int status = http->end == HTTPC_ANSWERED ? http->status : 0, count = 0;
	struct authority_answer *answers = NULL;
	struct fault f = { 0 };
	enum delivery_fate fate = delivery_judge(&t->policy, status, t->claim.attempts);
	struct text reason = { NULL, 0 };

	t->sending = false;
	killpoint(KILLPOINT_ATTEMPT_SENT);
	if (fate == FATE_SENT && !(read_answers(t, http, &answers, &count, &f) && keep_answers(t, answers, count, &f))) {
		fate = delivery_judge(&t->policy, 0, t->claim.attempts);
		count = 0;
	}
	if (fate != FATE_SENT)
		reason = describe(t, http, &f);
	log_end(t, fate, reason);
	if (fate != FATE_SENT || count == 0 || !is_about(t, &answers[0]))
		set_end(t, fate, reason, http->retry_after_s);
	t->deps.on_end(t->deps.arg, t, status != 0 && status < 500 && status != 429, fate, http->elapsed_us);
	record(t, count > 1 ? count - 1 : 0);
}

static void on_further(struct inbox_item *item)
{
	struct attempt *t = container_of(item, struct further, item)->of;

	t->incomplete = t->incomplete || item->outcome == INBOX_TRY_AGAIN;
	if (--t->recording > 0)
		return;
	if (t->incomplete)
		over(t, false); /* the lease runs out, the message goes again and is answered again */
	else
		record_end(t);
}

/* Its own answer is the record that it was handed over; one that changes nothing is not: then the end is recorded too. */
static void on_recorded(struct inbox_item *item)
{
	struct attempt *t = container_of(item, struct attempt, end);

	if (item->has_end || item->outcome != INBOX_STORED || (item->is_first && !item->repeat)) {
		over(t, item->outcome == INBOX_STORED);
		return;
	}
	item->has_answer = false;
	set_end(t, FATE_SENT, (struct text){ NULL, 0 }, 0);
	record_end(t);
}
