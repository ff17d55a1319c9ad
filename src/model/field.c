/*
 * Look-ups in the field tables: by name, by element, by place.
 *
 * The index over them is built once, before its first use, and never changes: readers need no lock. Which messages
 * there are is field_messages.c; their fields are the field_ files named after direction or receipts.
 */
#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "model/field_row.h"

#define NAME_SLOTS    512 /* powers of two, over twice what they hold */
#define ELEMENT_SLOTS 128

struct places { /* of one list of fields */
	const struct field_def *fields;
	int8_t of_field[FIELD_COUNT];          /* index, -1: not here */
	uint8_t of_element[ELEMENT_SLOTS];     /* index + 1, 0: free */
};

static struct {
	uint8_t of_name[NAME_SLOTS];           /* field + 1, 0: free */
	struct places head[2][DOC_KIND_COUNT]; /* by direction and kind */
	struct places line[2][DOC_KIND_COUNT];
} lookup;
static pthread_once_t built = PTHREAD_ONCE_INIT;

static const struct text names[FIELD_COUNT] = {
#define X(id, name) [F_##id] = { name, sizeof(name) - 1 },
	FIELD_NAMES(X)
#undef X
};

/* Names differ in length or near one of their ends, so these and the length are all that is mixed. */
static size_t hash(struct text t)
{
	uint64_t first = 0, last = 0;

	if (t.len >= 8) {
		memcpy(&first, t.at, 8);
		memcpy(&last, t.at + t.len - 8, 8);
	} else if (t.len >= 4) {
		memcpy(&first, t.at, 4);
		memcpy(&last, t.at + t.len - 4, 4);
	} else if (t.len > 0) {
		first = (unsigned char)t.at[0];
		last = (unsigned char)t.at[t.len - 1];
	}
	first = (first ^ t.len) * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(((first ^ last) * UINT64_C(0xd6e8feb86659fd93)) >> 48);
}

static void place_fields(struct places *p, const struct field_def *fields, int count)
{
	p->fields = fields;
	memset(p->of_field, -1, sizeof(p->of_field));
	assert(count < ELEMENT_SLOTS / 2);
	for (int i = 0; i < count; i++) {
		size_t slot = hash(text_of(fields[i].element)) % ELEMENT_SLOTS;

		while (p->of_element[slot] != 0)
			slot = (slot + 1) % ELEMENT_SLOTS;
		p->of_element[slot] = (uint8_t)(i + 1);
		p->of_field[fields[i].id] = (int8_t)i;
	}
}

static void build(void)
{
	for (int f = 0; f < FIELD_COUNT; f++) {
		size_t slot = hash(names[f]) % NAME_SLOTS;

		while (lookup.of_name[slot] != 0)
			slot = (slot + 1) % NAME_SLOTS;
		lookup.of_name[slot] = (uint8_t)(f + 1);
	}
	for (int d = DIR_IMPORT; d <= DIR_EXPORT; d++) {
		for (int k = 0; k < DOC_KIND_COUNT; k++) {
			const struct message_def *def = message_def((enum doc_kind)k, (enum direction)d);

			if (def == NULL)
				continue;
			place_fields(&lookup.head[d][k], def->fields, def->field_count);
			place_fields(&lookup.line[d][k], def->line_fields, def->line_field_count);
		}
	}
}

static const struct places *head_places(const struct message_def *def)
{
	pthread_once(&built, build);
	return &lookup.head[def->direction][def->kind];
}

static const struct places *line_places(const struct message_def *def)
{
	pthread_once(&built, build);
	return &lookup.line[def->direction][def->kind];
}

static int index_of_element(const struct places *p, struct text element)
{
	for (size_t slot = hash(element) % ELEMENT_SLOTS; p->of_element[slot] != 0; slot = (slot + 1) % ELEMENT_SLOTS) {
		int i = p->of_element[slot] - 1;

		if (text_is(element, p->fields[i].element))
			return i;
	}
	return -1;
}

const char *field_name(enum field f)
{
	return names[f].at;
}

enum field field_by_name(struct text name)
{
	pthread_once(&built, build);
	for (size_t slot = hash(name) % NAME_SLOTS; lookup.of_name[slot] != 0; slot = (slot + 1) % NAME_SLOTS) {
		enum field f = (enum field)(lookup.of_name[slot] - 1);

		if (text_eq(name, names[f]))
			return f;
	}
	return FIELD_NONE;
}

int field_index(const struct message_def *def, enum field f)
{
	return f >= FIELD_COUNT ? -1 : head_places(def)->of_field[f];
}

int field_line_index(const struct message_def *def, enum field f)
{
	return f >= FIELD_COUNT ? -1 : line_places(def)->of_field[f];
}

int field_index_of_element(const struct message_def *def, struct text element)
{
	return index_of_element(head_places(def), element);
}

int field_line_index_of_element(const struct message_def *def, struct text element)
{
	return index_of_element(line_places(def), element);
}
