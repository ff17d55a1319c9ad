#include "flow/lookup_ask.h"

#include "standard/reader.h"

bool lookup_row_read(struct arena *a, const struct db_rows *r, int row, struct lookup_row *out)
{
	*out = (struct lookup_row){ .key = text_dup(a, db_get_text(r, row, LC_KEY)), .purpose = text_dup(a, db_get_text(r, row, LC_PURPOSE)),
		                    .attempts = (int)db_get_int(r, row, LC_ATTEMPTS), .is_known = db_get_int(r, row, LC_KNOWN) != 0 };
	if (!db_get_id(r, row, LC_ID, &out->id) || !authority_by_code(db_get_text(r, row, LC_AUTHORITY), &out->authority) ||
	    !lookup_by_name(db_get_text(r, row, LC_QUESTION), &out->question))
		return false;
	return (db_get_id(r, row, LC_DECLARATION, &out->declaration) || lookup_key_of(out->question) != LOOKUP_PERSON) && !a->full;
}

/* One that cannot be opened says nothing here; whoever reads it as itself tells that it is damaged. */
static const struct document *order_of(struct arena *a, struct vault *vault, const struct db_rows *orders, int row)
{
	struct fault f = { 0 };
	struct text document;
	struct vault_place place;
	struct id id;

	if (!db_get_id(orders, row, 1, &id))
		return NULL;
	place = vault_at("filing", &id);
	return vault_open(vault, a, &place, db_get_text(orders, row, 0), &document, &f) ? document_read(a, document) : NULL;
}

bool lookup_row_person(struct arena *a, struct vault *vault, struct lookup_row *q, const struct db_rows *orders, const struct identity_keys *keys)
{
	struct text wanted = lookup_row_digest(a, q);
	const struct identity_key *key = identity_key_of(keys, wanted);

	for (int row = 0; key != NULL && row < db_row_count(orders) && !a->full; row++) {
		const struct document *d = order_of(a, vault, orders, row);
		struct text number, name;
		struct identity_hash hash;

		if (d == NULL)
			continue;
		number = document_get(d, F_BUYER_ID_NUMBER);
		name = document_get(d, F_BUYER_NAME);
		if (number.at == NULL || name.at == NULL)
			continue;
		hash = identity_hash(key, number, name);
		if (!text_eq(identity_hash_bytes(&hash), wanted))
			continue;
		q->number = number;
		q->name = name;
		return true;
	}
	return false;
}

char *lookup_row_url(struct arena *a, const struct lookup_row *q, const char *query_url)
{
	size_t len = strlen(query_url);
	struct buf b;

	buf_init(&b, a, len + 32);
	buf_printf(&b, "%s%s%s", query_url, len > 0 && query_url[len - 1] == '/' ? "" : "/", lookup_name(q->question));
	return b.full ? NULL : b.at;
}

struct text lookup_row_body(struct arena *a, const struct lookup_row *q)
{
	bool is_person = lookup_key_of(q->question) == LOOKUP_PERSON;
	struct buf b;

	buf_init(&b, a, 256);
	buf_printf(&b, "{\"%s\":", lookup_member(q->question));
	buf_json(&b, is_person ? q->number : q->key);
	if (is_person) {
		buf_str(&b, ",\"name\":");
		buf_json(&b, q->name);
	}
	buf_str(&b, ",\"purpose\":");
	buf_json(&b, q->purpose);
	buf_char(&b, '}');
	return buf_as_text(&b);
}

struct text lookup_row_digest(struct arena *a, const struct lookup_row *q)
{
	unsigned char *b = arena_alloc(a, sizeof(struct identity_hash));

	if (b == NULL || hex_decode(q->key, b, sizeof(struct identity_hash)) != (long)sizeof(struct identity_hash))
		return (struct text){ NULL, 0 };
	return (struct text){ (const char *)b, sizeof(struct identity_hash) };
}
