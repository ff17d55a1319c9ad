/*
 * POST /v1/filings: one message of filings.
 *
 *   filings_post ──(gzip: a little each turn)──> opened ──(NDJSON: filings_lines.c, piece by piece)
 *   read ─ check ─ signature ──(a rule asks for registered goods)──> goods_found
 *     └─ choose
 *        ├──(nothing to store)──────────────────────> answer
 *        ├──dry run──> looked (what holds the keys) ──> answer
 *        └──intake──> stored (committed, or known not to be) ──> answer
 *
 * This is the hot path: one arena, one pass over the body, no statement of its own. Each node of a message stands
 * for itself; only a message that cannot be read, or whose signature is not good, is refused as a whole. From body to
 * candidates is filings_work.c, how the outcome is told filings_judge.c and filings_answer.c.
 */
#include "api/filings_answer.h"
#include "api/filings_dry.h"
#include "api/filings_goods.h"
#include "api/filings_lines.h"
#include "api/filings_quality.h"
#include "api/handlers.h"
#include "api/media.h"
#include "api/route.h"
#include "base/log.h"

static step_fn opened, stored;
static db_step_fn looked, goods_found;

static struct filing_work *work_new(struct req *r, const struct filing_wish *wish)
{
	struct filing_work *w = arena_zalloc(r->arena, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->arena = r->arena;
	w->client = &r->client;
	w->rules = *r->api->deps.rules;
	w->rights = *r->api->deps.rights;
	w->clients = *r->api->deps.clients;
	w->now_us = r->now_us;
	w->form = r->form;
	w->body = r->body;
	w->is_dry = wish->is_dry;
	w->iso = wish->iso;
	w->fault = wish->fault;
	w->wants_xml = !wish->is_dry && req_wants_xml(r); /* a receipt in customs' form would say that it is filed */
	w->as_word = r->route->is_relay;
	r->own = w;
	return w;
}

/* The message inside is what counts; the sender is told, since another receiver may sort by the type. */
static void warn_of_type(struct req *r)
{
	req_header(r, "Warning", "199 tongguan \"the envelope's message type does not name the message inside\"");
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "filing.envelope_type",
	          "the envelope's message type does not name the message inside; it was read as what it is");
}

static enum step store_message(struct req *r, struct filing_work *w)
{
	if (!filings_choose(w, &r->submission))
		return reply_fault(r, FAULT_TOO_LARGE, "the message does not fit the memory of a request");
	if (r->submission.candidate_count == 0)
		return filings_answer(r, w);
	return w->is_dry ? filings_dry_look(r, w, looked) : await_intake(r, stored);
}

static enum step file_message(struct req *r, struct filing_work *w)
{
	struct fault f = { 0 };
	enum step refused;

	if (!filings_read(w, &f))
		return filings_refuse(r, w, &f);
	if (w->envelope.type_differs)
		warn_of_type(r);
	if (!filings_signature_passes(r, w, &refused))
		return refused;
	if (filings_goods_ask(w, &r->call))
		return req_keep_codes(r) ? await_db(r, goods_found) : reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	return store_message(r, w);
}

static enum step goods_found(struct req *r, const struct db_answer *a)
{
	struct filing_work *w = r->own;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	filings_goods_take(w, a);
	w->rights = *r->api->deps.rights;
	return store_message(r, w);
}

enum step filings_post(struct req *r)
{
	filings_quality_tell(r);
	return media_open(r, opened);
}

static enum step opened(struct req *r)
{
	struct filing_wish wish;
	struct filing_work *w;
	struct fault f = { 0 };

	if (!filings_wish_read(r, &wish, &f))
		return reply_problem(r, &f);
	if (r->form == FORM_LINES)
		return filings_lines(r, &wish);
	w = work_new(r, &wish);
	return w == NULL ? reply_fault(r, FAULT_BUSY, "the request is larger than its memory") : file_message(r, w);
}

static enum step stored(struct req *r)
{
	struct filing_work *w = r->own;

	return w->fault == SANDBOX_LOST_ANSWER ? reply_dropped(r) : filings_answer(r, w);
}

static enum step looked(struct req *r, const struct db_answer *a)
{
	filings_dry_take(r->own, a);
	return filings_answer(r, r->own);
}
