/*
 * The canonical document in memory: rooms for values, and what the values name: the filing's
 * key, its bucket, the declaration and the waybill it belongs to, who answers for it.
 *
 * The canonical text and its digest are in document_canonical.c.
 */
#include "model/document.h"

#include <limits.h>
#include <string.h>

static struct text *rows_new(struct arena *a, const struct message_def *def, int rows)
{
	return arena_zalloc(a, sizeof(struct text) * (size_t)def->line_field_count * (size_t)rows);
}

/* One too many is kept, for the check to report. */
static int most_rows(const struct message_def *def)
{
	return def->lines_max == 0 ? INT_MAX / 2 : def->lines_max + 1;
}

struct document *document_new(struct arena *a, const struct message_def *def, int lines_room)
{
	struct document *d = arena_zalloc(a, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->def = def;
	d->head = arena_zalloc(a, sizeof(struct text) * (size_t)def->field_count);
	if (d->head == NULL)
		return NULL;
	if (lines_room > most_rows(def))
		lines_room = most_rows(def);
	if (def->list != NULL && lines_room > 0) {
		d->lines = rows_new(a, def, lines_room);
		if (d->lines == NULL)
			return NULL;
		d->lines_room = lines_room;
	}
	return d;
}

static bool grow(struct arena *a, struct document *d)
{
	int room = d->lines_room == 0 ? 4 : 2 * d->lines_room;
	struct text *lines;

	if (room > most_rows(d->def))
		room = most_rows(d->def);
	if (d->line_count >= room)
		return false;
	lines = rows_new(a, d->def, room);
	if (lines == NULL)
		return false;
	if (d->line_count > 0)
		memcpy(lines, d->lines, sizeof(*lines) * (size_t)d->def->line_field_count * (size_t)d->line_count);
	d->lines = lines;
	d->lines_room = room;
	return true;
}

struct text *document_add_line(struct arena *a, struct document *d)
{
	if (d->def->list == NULL || (d->line_count == d->lines_room && !grow(a, d)))
		return NULL;
	return d->lines + (size_t)d->def->line_field_count * (size_t)d->line_count++;
}

struct text document_get(const struct document *d, enum field f)
{
	int i = field_index(d->def, f);

	return i < 0 ? (struct text){ NULL, 0 } : d->head[i];
}

struct text document_line_get(const struct document *d, int line, enum field f)
{
	int i = field_line_index(d->def, f);

	if (i < 0 || line < 0 || line >= d->line_count)
		return (struct text){ NULL, 0 };
	return d->lines[(size_t)d->def->line_field_count * (size_t)line + (size_t)i];
}

static bool number_of(struct text t, const struct field_def *def, struct decimal *out)
{
	return t.at != NULL && decimal_parse(t, def->total_digits, def->fraction_digits, out);
}

bool document_decimal(const struct document *d, enum field f, struct decimal *out)
{
	int i = field_index(d->def, f);

	return i >= 0 && number_of(d->head[i], &d->def->fields[i], out);
}

bool document_line_decimal(const struct document *d, int line, enum field f, struct decimal *out)
{
	int i = field_line_index(d->def, f);

	return i >= 0 && number_of(document_line_get(d, line, f), &d->def->line_fields[i], out);
}

enum action document_action(const struct document *d)
{
	enum action a;

	return action_by_name(document_get(d, F_ACTION), &a) ? a : ACTION_ADD;
}

static char *put_key_part(char *to, struct text part)
{
	for (size_t i = 0; i < part.len; i++) {
		char c = part.at[i];

		if (c != '%' && c != '/') {
			*to++ = c;
			continue;
		}
		memcpy(to, c == '%' ? "%25" : "%2F", 3);
		to += 3;
	}
	return to;
}

struct text document_business_key(const struct document *d, struct arena *a)
{
	struct text parts[KEY_FIELDS_MAX];
	int count = d->def->key_count;
	size_t room = KEY_FIELDS_MAX;
	char *key, *end;

	for (int i = 0; i < count; i++) {
		parts[i] = document_get(d, d->def->key[i]);
		room += 3 * parts[i].len; /* each byte may be escaped */
	}
	key = end = arena_alloc(a, room);
	if (key == NULL)
		return (struct text){ NULL, 0 };
	for (int i = 0; i < count; i++) {
		if (i > 0)
			*end++ = '/';
		end = put_key_part(end, parts[i]);
	}
	return (struct text){ key, (size_t)(end - key) };
}

struct id document_key_id(enum doc_kind kind, enum direction direction, struct text business_key)
{
	const struct text parts[] = { text_of(doc_kind_name(kind)), text_of(direction_name(direction)), business_key };

	return id_of_key('F', parts, COUNTOF(parts));
}

bool document_declaration(const struct document *d, struct id *out)
{
	const struct text parts[] = { document_get(d, F_PLATFORM_CODE), document_get(d, F_ORDER_NO), TEXT("") };

	if (d->def->kind != DOC_ORDER && d->def->kind != DOC_PAYMENT && d->def->kind != DOC_INVENTORY)
		return false;
	*out = id_of_key('D', parts, COUNTOF(parts));
	return true;
}

bool document_link(const struct document *d, struct id *out)
{
	const struct text parts[] = { document_get(d, F_CARRIER_CODE), document_get(d, F_WAYBILL_NO) };

	if (d->def->kind != DOC_WAYBILL && d->def->kind != DOC_WAYBILL_STATUS && d->def->kind != DOC_INVENTORY)
		return false;
	*out = id_of_key('L', parts, COUNTOF(parts));
	return true;
}

int document_filers(const struct document *d, struct text out[FILER_FIELDS_MAX])
{
	int count = 0;

	for (int i = 0; i < d->def->filer_count; i++) {
		struct text code = document_get(d, d->def->filers[i]);

		if (code.len > 0)
			out[count++] = code;
	}
	return count;
}
