/*
 * POST /v1/authorities/{code}/receipts: an authority's answers come in.
 *
 *   receipts_post ──inbox──> stored ──> 200 with what was new, repeated and unknown; 404; 503
 * Customs' tax bills come here too, and go their own way (taxes.c).
 *
 * What an answer does to its declaration is not decided here: it is stored, and the judgement reads it.
 */
#include "api/handlers.h"
#include "api/receipts_tax.h"
#include "standard/answer.h"
#include "standard/tax_message.h"

struct receipt_work { /* r->own */
	struct authority_answer *answers;
	int count;
	struct fault unusable; /* some of the answers could not be read: the first reason */
};

static step_fn stored;

static bool may_answer_for(const struct client *c, enum authority authority)
{
	return c->role == ROLE_OPERATOR || (c->has_authority && c->authority == authority);
}

static void fill_item(struct inbox_item *item, const struct authority_answer *from)
{
	item->has_answer = true;
	item->answer = (struct inbox_answer){
		.authority = from->authority,
		.reference = from->reference,
		.declaration = from->declaration,
		.version = from->version,
		.status = from->status,
		.outcome = from->outcome,
		.at_us = from->at_us,
		.digest = from->digest,
		.info = from->info,
		.body = from->body,
		.inventory_no = from->inventory_no,
	};
}

/* Looked at only when the body is no receipt: receipts are many. */
static bool is_about_tax(const struct req *r, enum authority authority, const struct fault *f)
{
	return authority == AUTHORITY_CUS && f->code == FAULT_BAD_XML && tax_message_begins(r->http->body);
}

enum step receipts_post(struct req *r)
{
	struct receipt_work *w = arena_zalloc(r->arena, sizeof(*w));
	enum authority authority;
	struct fault f = { 0 };

	if (!authority_by_code(r->captures[0], &authority))
		return reply_fault(r, FAULT_NOT_FOUND, "there is no such authority");
	if (!may_answer_for(&r->client, authority))
		return reply_fault(r, FAULT_FORBIDDEN, "this client does not speak for that authority");
	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!answer_read(r->arena, authority, httpd_header(r->http, "Content-Type"), r->http->body, &w->answers, &w->count, &f))
		return is_about_tax(r, authority, &f) ? taxes_take(r) : reply_problem(r, &f);
	w->unusable = f;
	r->own = w;
	r->places = arena_zalloc(r->arena, sizeof(*r->places) * (size_t)(w->count + 1));
	if (r->places == NULL || r->arena->full)
		return reply_fault(r, FAULT_TOO_LARGE, "the answers do not fit the memory of a request");
	for (int i = 0; i < w->count; i++)
		fill_item(&r->places[i].item, &w->answers[i]);
	return await_inbox(r, w->count, stored);
}

static void put_key(struct buf *b, const struct authority_answer *a)
{
	char id[ID_TEXT_BYTES];

	if (a->reference.at != NULL) {
		buf_json(b, a->reference);
		return;
	}
	id_format(&a->declaration, id);
	buf_printf(b, "\"%s.%d\"", id, a->version);
}

static enum step reply_counts(struct req *r, int new_ones, int repeats)
{
	const struct receipt_work *w = r->own;
	bool first = true;
	struct buf b;

	buf_init(&b, r->arena, 256);
	buf_str(&b, "{\"stored\":");
	buf_i64(&b, new_ones);
	buf_str(&b, ",\"repeats\":");
	buf_i64(&b, repeats);
	buf_str(&b, ",\"unknown\":[");
	for (int i = 0; i < w->count; i++) {
		if (r->places[i].item.outcome != INBOX_UNKNOWN)
			continue;
		buf_str(&b, first ? "" : ",");
		put_key(&b, &w->answers[i]);
		first = false;
	}
	buf_char(&b, ']');
	if (w->unusable.code != FAULT_NONE) {
		buf_str(&b, ",\"unusable\":");
		buf_json(&b, text_of(w->unusable.text));
	}
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}

static enum step stored(struct req *r)
{
	const struct receipt_work *w = r->own;
	int new_ones = 0, repeats = 0, unknown = 0;

	for (int i = 0; i < w->count; i++) {
		const struct inbox_item *item = &r->places[i].item;

		if (item->outcome == INBOX_TRY_AGAIN)
			return reply_fault(r, FAULT_STORE_DOWN, "not all answers are stored; send them again, what was stored is not stored twice");
		new_ones += item->outcome == INBOX_STORED && !item->repeat;
		repeats += item->outcome == INBOX_STORED && item->repeat;
		unknown += item->outcome == INBOX_UNKNOWN;
	}
	if (w->count > 0 && unknown == w->count)
		return reply_fault(r, FAULT_NOT_FOUND, "none of these answers belongs to a delivery of ours");
	return reply_counts(r, new_ones, repeats);
}
