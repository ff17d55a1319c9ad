/* Members of authorities' messages that stand in no filing as they are; a row of table authority_field names each with an '@'. */
#include "standard/outgoing_priv.h"

#include "model/identifier.h"
#include "model/identity.h"

#define KILOGRAM "035" /* customs code */

static const struct text absent = { NULL, 0 };

static struct text field_of(const struct outgoing *o, enum doc_kind kind, enum field f)
{
	const struct filed *filed = o->verdict->current[kind];

	return filed == NULL ? absent : document_get(filed->doc, f);
}

static struct text hex(struct sha256 digest, char space[COMPUTED_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(digest.b); i++) {
		space[2 * i] = digits[digest.b[i] >> 4];
		space[2 * i + 1] = digits[digest.b[i] & 15];
	}
	return (struct text){ space, 2 * sizeof(digest.b) };
}

/* The payer is known by a keyed hash only, or not at all; an export payment names none. */
static struct text payer_pseudonym(const struct outgoing *o, char space[COMPUTED_BYTES])
{
	struct text number = field_of(o, DOC_PAYMENT, F_PAYER_ID_NUMBER);

	return number.at == NULL || o->payer_key.len == 0 ? absent : hex(identity_pseudonym(o->payer_key, number), space);
}

static struct text s10(const struct outgoing *o)
{
	struct text number = field_of(o, DOC_WAYBILL, F_WAYBILL_NO);

	return identifier_s10(number) ? number : absent;
}

/* The carrier files the waybill when it takes the parcel: 2026-03-02 of its time. */
static struct text posting_date(const struct outgoing *o)
{
	struct text at = field_of(o, DOC_WAYBILL, F_SENT_AT);

	at.len = at.len < sizeof("2026-03-02") - 1 ? at.len : sizeof("2026-03-02") - 1;
	return at;
}

static struct text line_value(const struct document *d, int line, enum field f)
{
	int i = field_line_index(d->def, f);

	return i < 0 ? absent : d->lines[(size_t)d->def->line_field_count * (size_t)line + (size_t)i];
}

static struct text line_net_weight(const struct outgoing *o, int line)
{
	const struct document *inventory = o->verdict->current[DOC_INVENTORY]->doc;

	if (text_is(line_value(inventory, line, F_UNIT_1), KILOGRAM))
		return line_value(inventory, line, F_QUANTITY_1);
	if (text_is(line_value(inventory, line, F_UNIT_2), KILOGRAM))
		return line_value(inventory, line, F_QUANTITY_2);
	return absent;
}

struct text outgoing_compute(enum form_computed what, const struct outgoing *o, int line, char space[COMPUTED_BYTES])
{
	switch (what) {
	case COMPUTED_PRE_ENTRY_NO:
		return o->pre_entry_no;
	case COMPUTED_PAYER_PSEUDONYM:
		return payer_pseudonym(o, space);
	case COMPUTED_EVIDENCE:
		return hex(o->basis, space);
	case COMPUTED_S10:
		return s10(o);
	case COMPUTED_POSTING_DATE:
		return posting_date(o);
	case COMPUTED_LINE_NET_WEIGHT:
		return line_net_weight(o, line);
	case COMPUTED_COUNT:
		break;
	}
	return absent;
}
