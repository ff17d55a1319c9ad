#include "flow/attempt.h"

#include <stdlib.h>

#include "base/log.h"

#define ARENA_BYTES ((size_t)4 << 20)

struct attempt {
	struct arena arena;
	struct attempt_deps deps;
	struct attempt_claim claim;
	struct attempt_links links;
	struct inbox_item end; /* with the first answer */
	struct further {
		struct inbox_item item;
		struct attempt *of;
	} *further;            /* answers, recorded before the end */
	int recording;         /* of these: not done yet */
	bool incomplete, alone;
	void *request;         /* NULL: in none */
	attempt_let_go_fn *let_go;
};

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
	if (t->request != NULL)
		t->let_go(t->request);
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

void attempt_goes_with(struct attempt *t, void *request, attempt_let_go_fn *let_go)
{
	t->request = request;
	t->let_go = let_go;
}

void attempt_goes_alone(struct attempt *t)
{
	void *request = t->request;

	t->alone = true;
	t->request = NULL;
	t->let_go(request);
}

bool attempt_is_alone(const struct attempt *t)
{
	return t->alone;
}

/* --- what the answer means ------------------------------------------------------------------------------------------- */

static void set_answer(struct inbox_item *item, const struct attempt *t, const struct authority_answer *a)
{
	bool ours = a->reference.at == NULL;

	item->has_answer = true;
	item->answer = (struct inbox_answer){ .authority = t->claim.authority, .reference = a->reference, .declaration = a->declaration,
		                              .version = ours ? a->version : 0, .status = a->status, .outcome = a->outcome, .at_us = a->at_us,
		                              .digest = a->digest, .info = a->info, .body = a->body, .inventory_no = a->inventory_no };
}

static void set_end(struct attempt *t, const struct attempt_end *e)
{
	static const enum delivery_state states[] = { [FATE_SENT] = DELIVERY_SENT, [FATE_AGAIN] = DELIVERY_DUE, [FATE_DEAD] = DELIVERY_DEAD };
	int64_t now_us = clock_now_us(t->deps.clock);

	t->end.has_end = true;
	t->end.end = (struct inbox_end){ .declaration = t->claim.declaration, .authority = t->claim.authority, .version = t->claim.version,
		                         .lease = t->claim.lease, .state = states[e->fate], .attempts = t->claim.attempts, .due_us = now_us,
		                         .reason = text_dup(&t->arena, e->reason) };
	if (e->fate == FATE_AGAIN)
		t->end.end.due_us += delivery_wait_us(e->policy, t->claim.attempts, e->retry_after_s, id_random(t->deps.ids));
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

bool attempt_is_about(const struct attempt *t, const struct authority_answer *a)
{
	if (a->reference.at != NULL)
		return text_eq(a->reference, t->claim.reference);
	return id_eq(&a->declaration, &t->claim.declaration) && a->version == t->claim.version;
}

/* Room for the answers after the first. */
static bool keep_answers(struct attempt *t, const struct attempt_end *e)
{
	if (e->answer_count > 0)
		set_answer(&t->end, t, e->answers[0]);
	if (e->answer_count > 1)
		t->further = arena_zalloc(&t->arena, sizeof(*t->further) * (size_t)(e->answer_count - 1));
	for (int i = 1; t->further != NULL && i < e->answer_count; i++) {
		set_answer(&t->further[i - 1].item, t, e->answers[i]);
		t->further[i - 1].of = t;
	}
	return !t->arena.full;
}

void attempt_end(struct attempt *t, const struct attempt_end *e)
{
	t->claim.attempts -= e->uncounted;
	log_end(t, e->fate, e->reason);
	if (!keep_answers(t, e)) {
		over(t, false); /* the lease mends it */
		return;
	}
	if (e->answer_count == 0 || !attempt_is_about(t, e->answers[0]))
		set_end(t, e);
	record(t, e->answer_count > 1 ? e->answer_count - 1 : 0);
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
	set_end(t, &(struct attempt_end){ .fate = FATE_SENT });
	record_end(t);
}
