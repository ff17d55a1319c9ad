/* Bytes with places in them, and the writing of a trade's numbers into those places. */
#include <string.h>

#include "bench/bench.h"

static const struct {
	const char *name;
	uint8_t width;
} slots[SLOT_COUNT] = {
#define X(id, name, width) [SLOT_##id] = { name, width },
	SLOT_MAP(X)
#undef X
};

static int slot_by_name(struct text name)
{
	for (int i = 0; i < SLOT_COUNT; i++) {
		if (text_is(name, slots[i].name))
			return i;
	}
	return -1;
}

static bool add_place(struct template *t, struct buf *b, struct text name)
{
	static const char blanks[SLOT_WIDTH_MAX];
	int slot = slot_by_name(name);

	if (slot < 0 || t->place_count == PLACES_MAX || b->len > UINT16_MAX)
		return false;
	t->places[t->place_count].at = (uint16_t)b->len;
	t->places[t->place_count].slot = (uint8_t)slot;
	t->place_count++;
	buf_put(b, blanks, slots[slot].width);
	return true;
}

bool template_init(struct template *t, struct arena *a, const char *pattern)
{
	struct buf b;

	*t = (struct template){ 0 };
	buf_init(&b, a, 4096);
	for (const char *at = pattern; *at != '\0'; at++) {
		if (*at == '<') {
			const char *end = strchr(at, '>');

			if (end == NULL || !add_place(t, &b, (struct text){ at + 1, (size_t)(end - at - 1) }))
				return false;
			at = end;
		} else {
			buf_char(&b, *at == '\'' ? '"' : *at);
		}
	}
	t->bytes = b.at;
	t->len = b.len;
	return !b.full;
}

bool template_prefix(struct template *t, struct arena *a, struct text head)
{
	char *bytes = arena_alloc(a, head.len + t->len);

	if (bytes == NULL || head.len + t->len > UINT16_MAX)
		return false;
	memcpy(bytes, head.at, head.len);
	memcpy(bytes + head.len, t->bytes, t->len);
	for (int i = 0; i < t->place_count; i++)
		t->places[i].at = (uint16_t)(t->places[i].at + head.len);
	t->bytes = bytes;
	t->len += head.len;
	t->head_len = head.len;
	return true;
}

void template_fill(struct template *t, const struct trade *from, const char guid[36])
{
	for (int i = 0; i < t->place_count; i++) {
		int slot = t->places[i].slot;

		memcpy(t->bytes + t->places[i].at, slot == SLOT_GUID ? guid : from->values[slot], slots[slot].width);
	}
}
