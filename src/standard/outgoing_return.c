/* A return of goods as customs gets it: message 625 as it was filed, under our pre-entry number and time. */
#include "standard/outgoing_priv.h"

void outgoing_put_return(struct buf *b, const struct outgoing_return *o)
{
	struct document ours = *o->request;

	ours.head = arena_copy(b->arena, o->request->head, sizeof(struct text) * (size_t)o->request->def->field_count);
	if (ours.head == NULL) {
		b->full = true;
		return;
	}
	outgoing_put_application(b, &ours, &(struct outgoing_application){ .action = ACTION_ADD, .message_id = o->message_id, .pre_entry_no = o->reference,
		.exchange_id = o->exchange_id, .signer = o->signer, .at_us = o->at_us });
}
