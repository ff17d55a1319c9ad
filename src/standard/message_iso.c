/* From ISO codes to those of customs, in the documents of a message. */
#include "standard/node.h"

enum { CANDIDATES_MAX = 8 };

struct mapping {
	struct arena *arena;
	const struct codebook *book;
	int32_t day;
	struct node *node;
};

static bool has_iso_codes(const struct field_def *def)
{
	return def->type == FIELD_CODE && (def->list == CODES_CURRENCY || def->list == CODES_COUNTRY);
}

/* Digits are never looked up: an ISO number may be the customs code of another country. */
static bool is_letters(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] < 'A' || t.at[i] > 'Z')
			return false;
	return t.len == 2 || t.len == 3;
}

static const char *expected_words(struct arena *a, const struct field_def *def)
{
	return arena_dup(a, def->list == CODES_CURRENCY ? "an ISO 4217 code: CNY" : "an ISO 3166 code: CHN or CN");
}

static const char *candidate_words(struct arena *a, const struct code_row **found, int count)
{
	struct buf b;

	buf_init(&b, a, 64);
	for (int i = 0; i < count && i < CANDIDATES_MAX; i++) {
		buf_str(&b, i == 0 ? "" : " or ");
		buf_text(&b, found[i]->code);
	}
	buf_str(&b, ", without codes=iso");
	return b.full ? NULL : b.at;
}

/* A refused value leaves the document, so that the check does not judge it again. */
static void map_value(const struct mapping *m, const struct field_def *def, struct text *value, int line)
{
	struct finding f = { .rule = RULE_ISO_UNKNOWN, .field = def, .line = line, .got = node_excerpt(*value) };
	const struct code_row *found[CANDIDATES_MAX];
	struct text iso = text_trim(*value);
	int count = is_letters(iso) ? codebook_find_iso(m->book, def->list, iso, m->day, found, CANDIDATES_MAX) : 0;

	if (iso.len == 0)
		return;
	if (count == 1) {
		*value = found[0]->code;
		return;
	}
	if (count > 1)
		f.rule = RULE_ISO_AMBIGUOUS;
	f.expected = count > 1 ? candidate_words(m->arena, found, count) : expected_words(m->arena, def);
	node_refuse(m->arena, m->node, &f);
	*value = (struct text){ NULL, 0 };
}

static void map_row(const struct mapping *m, const struct field_def *fields, struct text *values, int count, int line)
{
	for (int i = 0; i < count; i++)
		if (values[i].at != NULL && has_iso_codes(&fields[i]))
			map_value(m, &fields[i], &values[i], line);
}

void message_map_iso(struct arena *a, struct message *message, const struct codebook *book, int32_t day)
{
	struct mapping m = { .arena = a, .book = book, .day = day };

	for (int i = 0; i < message->node_count && !a->full; i++) {
		const struct document *d = message->nodes[i].doc;

		m.node = &message->nodes[i];
		if (d == NULL)
			continue;
		map_row(&m, d->def->fields, d->head, d->def->field_count, -1);
		for (int line = 0; line < d->line_count; line++)
			map_row(&m, d->def->line_fields, d->lines + (size_t)line * (size_t)d->def->line_field_count, d->def->line_field_count, line);
	}
}
