/* From a body to intake's candidates: the hot path, one pass over the bytes, no statement. */
#include "api/filings_work.h"

static const char *const media_types[] = {
	[FORM_NONE] = "application/octet-stream",
	[FORM_JSON] = "application/json",
	[FORM_XML] = "application/xml",
	[FORM_LINES] = "application/x-ndjson",
};

/* Customs' software speaks as it does to the exchange or to a relay; the message inside is a filing like any other. What is
 * stored and digested is the body as it came, envelope and all. */
static bool open_and_read(struct filing_work *w, struct fault *f)
{
	bool is_open;

	if (w->form == FORM_LINES)
		return message_read_ndjson(w->arena, &w->piece, w->line_bytes, &w->message, f);
	is_open = envelope_open(w->arena, w->form == FORM_XML, w->body, &w->envelope, f);
	w->as_xml = w->wants_xml && w->envelope.is_xml;
	if (!is_open)
		return false;
	if (w->envelope.is_xml)
		return message_read_ceb(w->arena, w->envelope.content, w->client->strictness, &w->message, f);
	return message_read_json(w->arena, w->envelope.content, &w->message, f);
}

bool filings_read(struct filing_work *w, struct fault *f)
{
	if (w->rules == NULL || w->rights == NULL)
		return fault_set(f, FAULT_STORE_DOWN, "the code lists are not read yet");
	w->signature = RULE_COUNT;
	if (!open_and_read(w, f))
		return false;
	if (w->iso && w->message.dialect == DIALECT_JSON)
		message_map_iso(w->arena, &w->message, w->rules->book, clock_day(w->now_us));
	message_check(w->arena, &w->message, w->rules->book, clock_day(w->now_us));
	message_refuse_unfiled(w->arena, &w->message);
	if (w->arena->full)
		return fault_set(f, FAULT_TOO_LARGE, "the message does not fit the memory of a request");
	return true;
}

/* The first of the enterprises that answer for the filing for which this client may file. */
static bool find_filer(const struct client *client, const struct document *d, struct text *filer)
{
	struct text filers[FILER_FIELDS_MAX];
	int count = document_filers(d, filers);

	for (int i = 0; i < count; i++) {
		if (filers[i].at == NULL || !client_may_file_for(client, filers[i]))
			continue;
		*filer = filers[i];
		return true;
	}
	return false;
}

/* Whoever is on the negative list begins no trade: what ends or follows one that is in process still comes in. */
static bool is_barred(const struct filing_work *w, const struct document *d)
{
	struct text filers[FILER_FIELDS_MAX];
	int count = document_filers(d, filers);

	if (w->clients == NULL || d->def->kind >= DOC_FLOW_COUNT || document_action(d) == ACTION_DELETE)
		return false;
	for (int i = 0; i < count; i++)
		if (filers[i].at != NULL && client_set_is_barred(w->clients, filers[i]))
			return true;
	return false;
}

static void fill_candidate(struct filing_work *w, const struct document *d, struct candidate *c)
{
	size_t digest_from = 0;
	struct buf canonical;

	buf_init(&canonical, w->arena, w->body.len / (size_t)w->message.node_count + 128);
	canonical_put(&canonical, d, &digest_from);
	c->kind = d->def->kind;
	c->direction = d->def->direction;
	c->action = document_action(d);
	c->business_key = document_business_key(d, w->arena);
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

static bool may_be_stored(const struct node *n)
{
	return n->fault == NULL && n->doc != NULL && (n->findings == NULL || !findings_any(n->findings));
}

bool filings_may_store(const struct filing_work *w, int i)
{
	const struct node *n = &w->message.nodes[i];
	struct text filer;

	return may_be_stored(n) && find_filer(w->client, n->doc, &filer);
}

/* The parties of a filing that the client may file otherwise. What is refused gets its findings. */
static bool parties_may_file(const struct filing_work *w, struct node *n)
{
	struct findings found;

	findings_init(&found, w->arena);
	rights_check(w->rights, n->doc, clock_day(w->now_us), &found);
	if (!findings_any(&found))
		return true;
	message_refuse_for(w->arena, n, &found);
	return false;
}

/* JSON cannot be signed: of a client that must sign such a message it is refused. */
static bool lacks_signature(const struct filing_work *w, const struct document *d)
{
	return w->message.dialect == DIALECT_JSON && d != NULL && signature_is_required(w->client->signature.required, d->def->number, true);
}

bool filings_choose(struct filing_work *w, struct intake_submission *s)
{
	int count = w->message.node_count;

	w->submission = s;
	w->nodes = arena_zalloc(w->arena, sizeof(*w->nodes) * (size_t)count);
	s->candidates = arena_zalloc(w->arena, sizeof(*s->candidates) * (size_t)count);
	s->candidate_count = 0;
	if (w->nodes == NULL || s->candidates == NULL)
		return false;
	for (int i = 0; i < count; i++) {
		struct node *from = &w->message.nodes[i];
		struct candidate *c = &s->candidates[s->candidate_count];
		struct filing_node *n = &w->nodes[i];

		if (lacks_signature(w, from->doc))
			message_refuse_node(w->arena, from, RULE_SIGNATURE_MISSING);
		*n = (struct filing_node){ .doc = from->doc, .findings = from->findings, .warnings = from->warnings, .fault = from->fault };
		if (!may_be_stored(from) || !find_filer(w->client, n->doc, &c->filer))
			continue;
		n->is_barred = is_barred(w, n->doc);
		if (n->is_barred)
			continue;
		if (!parties_may_file(w, from)) {
			n->findings = from->findings;
			continue;
		}
		fill_candidate(w, n->doc, c);
		n->candidate = c;
		s->candidate_count++;
	}
	if (s->candidate_count > 0 && !w->is_dry) {
		s->client_id = w->client->id;
		s->media_type = media_types[w->form];
		s->body = w->body;
		s->body_sha256 = sha256_of(w->body);
	}
	return !w->arena->full;
}
