/*
 * The receipts of a batch: one tree, one signature.
 */
#include "store/intake_priv.h"

bool intake_seal(struct intake_write *w, struct arena *a, struct signer *signer)
{
	struct receipt_batch *batch = receipt_batch_new(a, w->count);

	for (int i = 0; batch != NULL && i < w->count; i++) {
		const struct candidate *c = w->list[i];
		struct receipt_core core = {
			.id = c->id, .kind = c->kind, .direction = c->direction, .action = c->action,
			.business_key = c->business_key, .filer = c->filer, .revision = c->revision,
			.received_us = w->now_us, .message_sha256 = c->of->body_sha256, .document_sha256 = c->doc_sha256,
		};

		if (c->has_declaration)
			core.declaration = c->declaration;
		if (!receipt_batch_add(batch, &core))
			return false;
	}
	if (batch == NULL || !receipt_batch_seal(batch, signer))
		return false;
	for (int i = 0; i < w->count; i++)
		w->list[i]->receipt = receipt_batch_get(batch, i);
	w->root = receipt_batch_root(batch);
	receipt_batch_signature(batch, w->signature);
	w->key_id = signer_key_id(signer);
	w->seal_size = w->count;
	return true;
}
