/*
 * The canonical text of a document and its digest.
 *
 * Written for every filing, so without formatting calls: each member's name stands ready with its
 * punctuation, and a value is copied as it is unless the scan finds a byte that JSON must escape.
 */
#include "model/document.h"
#include "model/scan.h"

#define OPENING(name) ",\"" name "\":\""

/* Comma, name, colon and the quote that opens the value. */
static const struct text openings[FIELD_COUNT] = {
#define X(id, name) [F_##id] = { OPENING(name), sizeof(OPENING(name)) - 1 },
	FIELD_NAMES(X)
#undef X
};

static struct text from(struct text t, size_t skip, size_t leave)
{
	return (struct text){ t.at + skip, t.len - skip - leave };
}

/* As a JSON number: digits without leading zeros. Of a checked document every integer is. */
static bool is_json_integer(struct text t)
{
	if (t.len == 0 || t.len > 18 || (t.at[0] == '0' && t.len > 1))
		return false;
	for (size_t i = 0; i < t.len; i++) {
		if (t.at[i] < '0' || t.at[i] > '9')
			return false;
	}
	return true;
}

/* first: no comma before it. */
static void put_member(struct buf *b, const struct field_def *def, struct text value, bool first)
{
	struct text opening = from(openings[def->id], first ? 1 : 0, 0);

	if (def->type == FIELD_INTEGER && is_json_integer(value)) {
		buf_text(b, from(opening, 0, 1));
		buf_text(b, value);
	} else if ((scan_text(value) & (SCAN_CONTROL | SCAN_ESCAPE)) != 0) {
		buf_text(b, from(opening, 0, 1));
		buf_json(b, value);
	} else {
		buf_text(b, opening);
		buf_text(b, value);
		buf_put(b, "\"", 1);
	}
}

static void put_lines(struct buf *b, const struct document *d)
{
	const struct text *value = d->lines;

	buf_text(b, TEXT(",\"lines\":["));
	for (int line = 0; line < d->line_count; line++) {
		bool first = true;

		buf_str(b, line == 0 ? "{" : ",{");
		for (int i = 0; i < d->def->line_field_count; i++, value++) {
			if (value->at == NULL)
				continue;
			put_member(b, &d->def->line_fields[i], *value, first);
			first = false;
		}
		buf_put(b, "}", 1);
	}
	buf_put(b, "]", 1);
}

static void put_one(struct buf *b, const struct document *d, enum field f, bool first)
{
	int i = field_index(d->def, f);

	if (i >= 0 && d->head[i].at != NULL)
		put_member(b, &d->def->fields[i], d->head[i], first);
}

void canonical_put(struct buf *b, const struct document *d, size_t *digest_from)
{
	const struct message_def *def = d->def;
	size_t start = b->len + 1;

	buf_put(b, "{", 1);
	put_one(b, d, F_GUID, true);
	put_one(b, d, F_SENT_AT, b->len == start);
	if (b->len > start)
		buf_put(b, ",", 1);
	*digest_from = b->len;
	buf_text(b, TEXT("\"standard\":\"" STANDARD_VERSION "\",\"kind\":\""));
	buf_str(b, doc_kind_name(def->kind));
	buf_text(b, TEXT("\",\"direction\":\""));
	buf_str(b, direction_name(def->direction));
	buf_put(b, "\"", 1);
	put_one(b, d, F_ACTION, false);
	for (int i = 0; i < def->field_count; i++) {
		enum field f = def->fields[i].id;

		if (d->head[i].at != NULL && f != F_GUID && f != F_SENT_AT && f != F_ACTION)
			put_member(b, &def->fields[i], d->head[i], false);
	}
	if (def->list != NULL)
		put_lines(b, d);
	buf_put(b, "}", 1);
}

struct sha256 canonical_digest(struct text canonical, size_t digest_from)
{
	const struct text parts[] = { TEXT("{"), from(canonical, digest_from, 0) };

	return sha256_of_parts(parts, COUNTOF(parts));
}
