/*
 * Taking back what was declared: to customs as its message 623 or 605, to the others as JSON.
 *
 *   {"message_id","declaration_id","version","is_withdrawal":true,"withdraws","sent_at","direction","trade_mode","platform_code","order_no","reason"}
 */
#include "base/clock.h"
#include "standard/outgoing_priv.h"

#define NO_REASON TEXT("申报人撤销申报")

static const struct document *declared(const struct outgoing_withdrawal *o)
{
	return o->inventory != NULL ? o->inventory : o->request;
}

static struct text reason(const struct outgoing_withdrawal *o)
{
	struct text given = document_get(o->request, o->request->def->kind == DOC_CANCELLATION ? F_REASON : F_NOTE);

	return given.len > 0 ? given : NO_REASON;
}

/* The fields that inventory and cancellation have in common; and what only the latter has. */
static struct document *cancellation(struct arena *a, const struct outgoing_withdrawal *o)
{
	const struct document *from = o->request->def->kind == DOC_CANCELLATION ? o->request : declared(o);
	struct document *d = document_new(a, message_def(DOC_CANCELLATION, from->def->direction), 0);

	for (int i = 0; d != NULL && i < d->def->field_count; i++)
		d->head[i] = document_get(from, d->def->fields[i].id);
	if (d == NULL)
		return NULL;
	outgoing_set(d, F_GUID, document_get(o->request, F_GUID));
	outgoing_set(d, F_REASON, reason(o));
	if (document_get(d, F_INVENTORY_NO).len == 0)
		outgoing_set(d, F_INVENTORY_NO, o->number);
	return d;
}

static void put_customs(struct buf *b, const struct outgoing_withdrawal *o)
{
	struct document *d = cancellation(b->arena, o);

	if (d == NULL) {
		b->full = true;
		return;
	}
	outgoing_put_application(b, d, &(struct outgoing_application){ .action = ACTION_ADD, .message_id = o->message_id, .pre_entry_no = o->reference,
		.exchange_id = o->exchange_id, .signer = o->signer, .at_us = o->at_us });
}

static void put_text(struct buf *b, const char *name, struct text value)
{
	if (value.at == NULL)
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, value);
}

static void put_json(struct buf *b, const struct outgoing_withdrawal *o)
{
	const struct document *d = declared(o);
	char message[ID_TEXT_BYTES], declaration[ID_TEXT_BYTES], time[CLOCK_RFC3339_BYTES];

	id_format(&o->message_id, message);
	id_format(&o->declaration, declaration);
	clock_rfc3339(o->at_us, 0, time);
	buf_printf(b, "{\"message_id\":\"%s\",\"declaration_id\":\"%s\",\"version\":%d,\"is_withdrawal\":true,\"withdraws\":%d", message, declaration,
	           o->version, o->withdraws);
	put_text(b, "sent_at", text_of(time));
	put_text(b, "direction", text_of(direction_name(d->def->direction)));
	put_text(b, "trade_mode", document_get(d, F_TRADE_MODE));
	put_text(b, "platform_code", document_get(d, F_PLATFORM_CODE));
	put_text(b, "order_no", document_get(d, F_ORDER_NO));
	put_text(b, "reason", reason(o));
	buf_char(b, '}');
}

void outgoing_put_withdrawal(struct buf *b, const struct outgoing_withdrawal *o)
{
	if (o->authority == AUTHORITY_CUS)
		put_customs(b, o);
	else
		put_json(b, o);
}
