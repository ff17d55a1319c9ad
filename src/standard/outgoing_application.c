/* What is put to customs is a message of the standard: it says who sends it now, and stands in the exchange's envelope. */
#include "base/clock.h"
#include "standard/ceb_parts.h"
#include "standard/outgoing_priv.h"
#include "standard/xmldsig.h"

void outgoing_set(struct document *d, enum field f, struct text value)
{
	int i = field_index(d->def, f);

	if (i >= 0 && value.at != NULL)
		d->head[i] = value;
}

void outgoing_put_application(struct buf *b, struct document *d, const struct outgoing_application *o)
{
	const struct document *const one[] = { d };
	char time[CLOCK_RFC3339_BYTES], guid[ID_TEXT_BYTES];
	size_t from = b->len;

	clock_rfc3339(o->at_us, 0, time);
	id_format_capitals(&o->message_id, guid);
	outgoing_set(d, F_ACTION, text_of(action_name(o->action)));
	outgoing_set(d, F_SENT_AT, text_of(time));
	outgoing_set(d, F_PRE_ENTRY_NO, o->pre_entry_no);
	ceb_put_enveloped(b, one, 1, &(struct ceb_envelope){ .guid = text_of(guid), .exchange_id = o->exchange_id, .now_us = o->at_us });
	if (o->signer != NULL)
		xmldsig_sign_written(b, from + sizeof(CEB_DECLARATION) - 1, o->signer);
}
