/*
 * Filings as customs XML: elements in the standard's order, customs' own forms of times, dates and actions.
 *
 * Written for every delivery to customs, so without formatting calls; and in canonical form (C14N 1.0), so that it can be
 * signed as it is: namespace before attributes, attributes in order, an end tag for every element.
 */
#include <assert.h>

#include "base/clock.h"
#include "standard/ceb_receipt.h"
#include "standard/writer.h"
#include "standard/xml_walk.h"

void ceb_put_open(struct buf *b, int number, struct text guid)
{
	buf_text(b, TEXT("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ceb:CEB"));
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

/* 2026-03-02T10:11:12+08:00 -> 20260302101112, 2026-03-02 -> 20260302: the digits before the zone. */
static void put_digits(struct buf *b, const char *name, struct text value)
{
	char digits[14];
	size_t len = 0;

	for (size_t i = 0; i < value.len && i < 19; i++)
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
	if (value.at == NULL)
		return;
	switch (def->type) {
	case FIELD_TIME:
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

static void put_node(struct buf *b, const struct document *d, int64_t now_us)
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
static void put_sender(struct buf *b, const struct document *d)
{
	static const enum field companies[DOC_KIND_COUNT][2] = {
		[DOC_ORDER] = { F_MERCHANT_CODE, F_MERCHANT_NAME },
		[DOC_PAYMENT] = { F_PAYMENT_COMPANY_CODE, F_PAYMENT_COMPANY_NAME },
		[DOC_WAYBILL] = { F_CARRIER_CODE, F_CARRIER_NAME },
		[DOC_INVENTORY] = { F_DECLARANT_CODE, F_DECLARANT_NAME },
		[DOC_WAYBILL_STATUS] = { F_CARRIER_CODE, F_CARRIER_NAME },
	};
	const enum field *company = companies[d->def->kind];

	if (document_get(d, company[0]).len == 0) /* an export payment may have no payment company */
		company = companies[DOC_ORDER];
	ceb_put_element(b, "copCode", document_get(d, company[0]));
	ceb_put_element(b, "copName", document_get(d, company[1]));
}

void ceb_put_enveloped(struct buf *b, const struct document *const *docs, int count, const struct ceb_envelope *e)
{
	const struct message_def *def = docs[0]->def;

	ceb_put_open(b, def->number, e->guid);
	for (int i = 0; i < count; i++) {
		assert(docs[i]->def == def);
		put_node(b, docs[i], e->now_us);
	}
	buf_text(b, TEXT("<ceb:BaseTransfer>"));
	put_sender(b, docs[0]);
	ceb_put_element(b, "dxpMode", TEXT("DXP"));
	ceb_put_element(b, "dxpId", e->exchange_id.at == NULL ? TEXT("") : e->exchange_id);
	buf_text(b, TEXT("</ceb:BaseTransfer>"));
	ceb_put_close(b, def->number);
}

void ceb_put_message(struct buf *b, const struct document *const *docs, int count, struct text guid, int64_t now_us)
{
	const struct ceb_envelope e = { .guid = guid, .now_us = now_us };

	ceb_put_enveloped(b, docs, count, &e);
}
