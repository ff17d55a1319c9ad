/*
 * Filings as customs XML: elements in the standard's order, customs' own forms of times, dates and actions.
 *
 * Written for every delivery to customs, so without formatting calls; and in canonical form (C14N 1.0), so that it can be
 * signed as it is: namespace before attributes, attributes in order, an end tag for every element.
 */
#include <assert.h>

#include "base/clock.h"
#include "standard/ceb_parts.h"
#include "standard/writer.h"
#include "standard/xml_walk.h"

void ceb_put_open(struct buf *b, int number, struct text guid)
{
	buf_text(b, TEXT(CEB_DECLARATION "<ceb:CEB"));
	buf_i64(b, number);
	buf_text(b, TEXT("Message xmlns:ceb=\"" CEB_NAMESPACE "\" guid=\""));
	buf_xml(b, guid);
	buf_text(b, TEXT("\" version=\"1.0\">"));
}

void ceb_put_close(struct buf *b, int number)
{
	buf_text(b, TEXT("</ceb:CEB"));
	buf_i64(b, number);
	buf_text(b, TEXT("Message>\n"));
}

static void put_tag(struct buf *b, const char *opening, struct text name)
{
	buf_str(b, opening);
	buf_text(b, name);
	buf_char(b, '>');
}

void ceb_put_element(struct buf *b, const char *name, struct text value)
{
	struct text tag = text_of(name);

	if (value.at == NULL)
		return;
	put_tag(b, "<ceb:", tag);
	buf_xml_text(b, value);
	put_tag(b, "</ceb:", tag);
}

/* 2026-03-02T10:11:12.345+08:00 -> 20260302101112345, without the fraction 14 digits, 2026-03-02 -> 20260302: the digits
 * before the zone. */
static void put_digits(struct buf *b, const char *name, struct text value)
{
	size_t zone = value.len > 19 ? value.len - 6 : value.len;
	char digits[17];
	size_t len = 0;

	for (size_t i = 0; i < zone; i++)
		if (value.at[i] >= '0' && value.at[i] <= '9' && len < sizeof(digits))
			digits[len++] = value.at[i];
	ceb_put_element(b, name, (struct text){ digits, len });
}

static void put_action(struct buf *b, const char *name, struct text value)
{
	static const char digits[] = "0123";
	enum action a;

	if (action_by_name(value, &a))
		value = (struct text){ digits + a, 1 };
	ceb_put_element(b, name, value);
}

static void put_field(struct buf *b, const struct field_def *def, struct text value)
{
	if (value.at == NULL) {
		if (def->required && !field_has_value(def))
			ceb_put_element(b, def->element, TEXT(""));
		return;
	}
	switch (def->type) {
	case FIELD_TIME:
	case FIELD_INSTANT:
	case FIELD_DATE:
		put_digits(b, def->element, value);
		break;
	case FIELD_ACTION:
		put_action(b, def->element, value);
		break;
	default:
		ceb_put_element(b, def->element, value);
	}
}

static void put_head(struct buf *b, const struct document *d, int64_t now_us)
{
	char time[CLOCK_COMPACT_BYTES];

	for (int i = 0; i < d->def->field_count; i++) {
		const struct field_def *def = &d->def->fields[i];

		if (def->id == F_SENT_AT && d->head[i].at == NULL) {
			clock_compact(now_us, 14, time);
			ceb_put_element(b, def->element, text_of(time));
		} else {
			put_field(b, def, d->head[i]);
		}
	}
}

void ceb_put_node(struct buf *b, const struct document *d, int64_t now_us)
{
	const struct message_def *def = d->def;
	const struct text *value = d->lines;

	put_tag(b, "<ceb:", text_of(def->node));
	if (def->head != NULL)
		put_tag(b, "<ceb:", text_of(def->head));
	put_head(b, d, now_us);
	if (def->head != NULL)
		put_tag(b, "</ceb:", text_of(def->head));
	for (int line = 0; line < d->line_count; line++) {
		put_tag(b, "<ceb:", text_of(def->list));
		for (int i = 0; i < def->line_field_count; i++)
			put_field(b, &def->line_fields[i], *value++);
		put_tag(b, "</ceb:", text_of(def->list));
	}
	put_tag(b, "</ceb:", text_of(def->node));
}

/* Whose client hands a message in: it must be the company of the filings. */
static void put_transfer(struct buf *b, const struct document *d, struct text exchange_id)
{
	bool has_sender = document_get(d, d->def->sender_code).len > 0; /* an export payment may have no payment company */

	buf_text(b, TEXT("<ceb:BaseTransfer>"));
	ceb_put_element(b, "copCode", document_get(d, has_sender ? d->def->sender_code : F_MERCHANT_CODE));
	ceb_put_element(b, "copName", document_get(d, has_sender ? d->def->sender_name : F_MERCHANT_NAME));
	ceb_put_element(b, "dxpMode", TEXT("DXP"));
	ceb_put_element(b, "dxpId", exchange_id.at == NULL ? TEXT("") : exchange_id);
	buf_text(b, TEXT("</ceb:BaseTransfer>"));
}

void ceb_put_enveloped(struct buf *b, const struct document *const *docs, int count, const struct ceb_envelope *e)
{
	const struct message_def *def = docs[0]->def;

	ceb_put_open(b, def->number, e->guid);
	for (int i = 0; i < count; i++) {
		assert(docs[i]->def == def);
		ceb_put_node(b, docs[i], e->now_us);
	}
	if (def->filer_count > 0) /* what customs sends has no such end */
		put_transfer(b, docs[0], e->exchange_id);
	ceb_put_close(b, def->number);
}

void ceb_put_message(struct buf *b, const struct document *const *docs, int count, struct text guid, int64_t now_us)
{
	const struct ceb_envelope e = { .guid = guid, .now_us = now_us };

	ceb_put_enveloped(b, docs, count, &e);
}
