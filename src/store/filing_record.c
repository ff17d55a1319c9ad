#include "store/filing_record.h"

#include "base/clock.h"
#include "model/log_leaf.h"

static void put_name(struct buf *b, const char *name)
{
	buf_str(b, b->len == 1 ? "\"" : ", \"");
	buf_str(b, name);
	buf_str(b, "\" : ");
}

static void put_number(struct buf *b, const char *name, int64_t n)
{
	put_name(b, name);
	buf_i64(b, n);
}

static void put_text(struct buf *b, const char *name, struct text t)
{
	put_name(b, name);
	buf_json(b, t);
}

static void put_id(struct buf *b, const char *name, const struct id *id)
{
	char text[ID_TEXT_BYTES];

	if (id == NULL) {
		put_text(b, name, (struct text){ NULL, 0 });
		return;
	}
	id_format(id, text);
	put_text(b, name, text_of(text));
}

static void put_digest(struct buf *b, const char *name, const struct sha256 *digest)
{
	put_name(b, name);
	buf_char(b, '"');
	buf_hex(b, digest->b, sizeof(digest->b));
	buf_char(b, '"');
}

struct sha256 filing_record_hash(const struct intake_write *w, const struct candidate *c, const struct filing_place *place, struct buf *scratch)
{
	struct sha256 document = sha256_of(place->document);
	struct buf *b = scratch;
	char at[CLOCK_RFC3339_BYTES];

	b->len = 0;
	buf_char(b, '{');
	put_text(b, "table", TEXT("filing"));
	put_number(b, "bucket", id_bucket(&c->id));
	put_id(b, "id", &c->id);
	put_id(b, "submission_id", &place->submission);
	put_number(b, "message_from", (int64_t)place->from);
	put_number(b, "message_len", (int64_t)c->of->body.len);
	put_number(b, "node", place->node);
	put_number(b, "message_tag", place->tag);
	put_digest(b, "message_sha256", &c->of->body_sha256);
	put_text(b, "media_type", text_of(c->of->media_type));
	put_number(b, "client_id", c->of->client_id);
	put_text(b, "kind", text_of(doc_kind_name(c->kind)));
	put_text(b, "direction", text_of(direction_name(c->direction)));
	put_text(b, "action", text_of(action_name(c->action)));
	put_text(b, "business_key", c->business_key);
	put_id(b, "key_id", &c->key);
	put_number(b, "revision", c->revision);
	clock_rfc3339(w->now_us, 6, at);
	put_text(b, "received_at", text_of(at));
	put_id(b, "declaration_id", c->has_declaration ? &c->declaration : NULL);
	put_id(b, "link_id", c->has_link ? &c->link : NULL);
	put_digest(b, "doc_sha256", &c->doc_sha256);
	put_digest(b, "document", &document);
	buf_char(b, '}');
	return log_record_hash(buf_as_text(b));
}
