#include "store/intake_record.h"

#include "store/log_record.h"

static struct text bytes_of(const struct sha256 *digest)
{
	return (struct text){ (const char *)digest->b, sizeof(digest->b) };
}

struct sha256 filing_record_hash(const struct intake_write *w, const struct candidate *c, const struct filing_place *place, struct buf *scratch)
{
	struct buf *b = scratch;

	log_record_begin(b, "filing");
	log_record_number(b, "bucket", id_bucket(&c->id));
	log_record_id(b, "id", &c->id);
	log_record_id(b, "submission_id", &place->submission);
	log_record_number(b, "message_from", (int64_t)place->from);
	log_record_number(b, "message_len", (int64_t)c->of->body.len);
	log_record_number(b, "node", place->node);
	log_record_number(b, "message_tag", place->tag);
	log_record_hex(b, "message_sha256", bytes_of(&c->of->body_sha256));
	log_record_text(b, "media_type", text_of(c->of->media_type));
	log_record_number(b, "client_id", c->of->client_id);
	log_record_text(b, "kind", text_of(doc_kind_name(c->kind)));
	log_record_text(b, "direction", text_of(direction_name(c->direction)));
	log_record_text(b, "action", text_of(action_name(c->action)));
	log_record_text(b, "business_key", c->business_key);
	log_record_id(b, "key_id", &c->key);
	log_record_number(b, "revision", c->revision);
	log_record_time(b, "received_at", w->now_us);
	log_record_id(b, "declaration_id", c->has_declaration ? &c->declaration : NULL);
	log_record_id(b, "link_id", c->has_link ? &c->link : NULL);
	log_record_hex(b, "doc_sha256", bytes_of(&c->doc_sha256));
	log_record_sha256(b, "document", place->document);
	return log_record_end(b);
}

struct sha256 seal_record_hash(const struct intake_write *w, struct text receipts, struct buf *scratch)
{
	struct buf *b = scratch;

	log_record_begin(b, "seal");
	log_record_number(b, "bucket", id_bucket(&w->id));
	log_record_id(b, "id", &w->id);
	log_record_time(b, "sealed_at", w->now_us);
	log_record_number(b, "size", w->seal_size);
	log_record_hex(b, "root", bytes_of(&w->root));
	log_record_text(b, "key_id", text_of(w->key_id));
	log_record_hex(b, "signature", (struct text){ (const char *)w->signature, sizeof(w->signature) });
	log_record_sha256(b, "receipts", receipts);
	return log_record_end(b);
}
