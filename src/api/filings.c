/*
 * POST /v1/filings: read, check, store, answer.
 *
 *   filings_post ──(nothing to store)──────────────> answer
 *        └──intake──> stored (committed, or known not to be) ──> answer
 *
 * This is the hot path: one arena, one pass over the body, no statement of its own. Each node of a message stands
 * for itself; only a message that cannot be read, or whose signature is not good, is refused as a whole. How the
 * outcome is told is filings_answer.c.
 */
#include "api/filings_answer.h"
#include "api/handlers.h"

static step_fn stored;

/* ?codes=iso: currencies and countries by their ISO codes, in JSON only; customs' own XML has customs' own codes. */
static bool wants_iso(struct req *r, bool xml, bool *iso, struct fault *f)
{
	struct text codes = httpd_query(r->http, "codes");

	*iso = text_is(codes, "iso");
	if (codes.at != NULL && !*iso && !text_is(codes, "customs"))
		return fault_set(f, FAULT_BAD_REQUEST, "codes is iso or customs");
	return !(*iso && xml) || fault_set(f, FAULT_BAD_REQUEST, "codes=iso is for JSON: a CEB message has the codes of customs");
}

static bool read_message(struct req *r, struct filing_work *w, struct fault *f)
{
	const struct rules *rules = *r->api->deps.rules;
	struct message *m = &w->message;
	struct text content;
	bool iso;

	if (rules == NULL)
		return fault_set(f, FAULT_STORE_DOWN, "the code lists are not read yet");
	if (!filings_open(r, w, f) || !wants_iso(r, w->envelope.is_xml, &iso, f))
		return false;
	content = w->envelope.content;
	if (!(w->envelope.is_xml ? message_read_ceb(r->arena, content, READ_LENIENT, m, f) : message_read_json(r->arena, content, m, f)))
		return false;
	if (iso)
		message_map_iso(r->arena, m, rules->book, clock_day(r->now_us));
	message_check(r->arena, m, rules->book, clock_day(r->now_us));
	message_refuse_unfiled(r->arena, m);
	if (r->arena->full)
		return fault_set(f, FAULT_TOO_LARGE, "the message does not fit the memory of a request");
	return true;
}

/* The first of the enterprises that answer for the filing for which this client may file. */
static bool find_filer(const struct req *r, const struct document *d, struct text *filer)
{
	struct text filers[3];
	int count = document_filers(d, filers);

	for (int i = 0; i < count; i++) {
		if (filers[i].at == NULL || !client_may_file_for(&r->client, filers[i]))
			continue;
		*filer = filers[i];
		return true;
	}
	return false;
}

static void fill_candidate(struct req *r, const struct document *d, struct candidate *c)
{
	size_t digest_from = 0;
	struct buf canonical;

	buf_init(&canonical, r->arena, r->http->body.len + 128);
	canonical_put(&canonical, d, &digest_from);
	c->kind = d->def->kind;
	c->direction = d->def->direction;
	c->action = document_action(d);
	c->business_key = document_business_key(d, r->arena);
	c->key = document_key_id(c->kind, c->direction, c->business_key);
	c->document = buf_as_text(&canonical);
	c->doc_sha256 = canonical_digest(c->document, digest_from);
	c->order_no = document_get(d, F_ORDER_NO);
	c->platform_code = document_get(d, F_PLATFORM_CODE);
	c->carrier_code = document_get(d, F_CARRIER_CODE);
	c->waybill_no = document_get(d, F_WAYBILL_NO);
	c->has_declaration = document_declaration(d, &c->declaration);
	c->has_link = document_link(d, &c->link);
}

static bool has_findings(const struct node *n)
{
	return n->doc == NULL || (n->findings != NULL && findings_any(n->findings));
}

/* Takes every node that may be stored. False: the arena is full. */
static bool choose(struct req *r, struct filing_work *w)
{
	struct intake_submission *s = &r->submission;
	int count = w->message.node_count;

	w->nodes = arena_zalloc(r->arena, sizeof(*w->nodes) * (size_t)count);
	s->candidates = arena_zalloc(r->arena, sizeof(*s->candidates) * (size_t)count);
	if (w->nodes == NULL || s->candidates == NULL)
		return false;
	for (int i = 0; i < count; i++) {
		const struct node *from = &w->message.nodes[i];
		struct candidate *c = &s->candidates[s->candidate_count];

		w->nodes[i].doc = from->doc;
		w->nodes[i].findings = from->findings;
		if (has_findings(from) || !find_filer(r, from->doc, &c->filer))
			continue;
		fill_candidate(r, from->doc, c);
		w->nodes[i].candidate = c;
		s->candidate_count++;
	}
	return !r->arena->full;
}

enum step filings_post(struct req *r)
{
	struct filing_work *w = arena_zalloc(r->arena, sizeof(*w));
	struct intake_submission *s = &r->submission;
	struct fault f = { 0 };
	enum step refused;

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!read_message(r, w, &f))
		return filings_refuse(r, w, &f);
	if (!filings_signature_passes(r, w, &refused))
		return refused;
	if (!choose(r, w))
		return reply_fault(r, FAULT_TOO_LARGE, "the message does not fit the memory of a request");
	r->own = w;
	if (s->candidate_count == 0)
		return filings_answer(r, w);

	s->client_id = r->client.id;
	s->media_type = w->media_type;
	s->body = r->http->body;
	s->body_sha256 = sha256_of(s->body);
	return await_intake(r, stored);
}

static enum step stored(struct req *r)
{
	return filings_answer(r, r->own);
}
