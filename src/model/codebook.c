/*
 * Code lists in memory: filled once, sealed, then only read. Regimes, goods and forms have files of their own.
 *
 *   codebook_new ─► add, add … ─► codebook_seal ─► find, find …
 *
 * Several rows may have the same list and code with different times of validity; they stand in the
 * same run of slots, and the look-up takes the one that is valid on the day.
 */
#include <assert.h>
#include <stdlib.h>

#include "model/codebook_priv.h"

#define SLOT_FREE 0 /* slots hold index + 1 */

struct codebook *codebook_new(size_t limit_bytes)
{
	struct codebook *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	arena_init(&c->arena, limit_bytes);
	for (int a = 0; a < AUTHORITY_COUNT; a++)
		c->dialects[a] = authority_dialect_of((enum authority)a);
	return c;
}

void codebook_free(struct codebook *c)
{
	if (c == NULL)
		return;
	arena_done(&c->arena);
	free(c);
}

bool codebook_add_code(struct codebook *c, const struct code_row *row)
{
	struct code_row *codes = codebook_room(&c->arena, c->codes, c->code_count, sizeof(*codes));
	const struct code_row *before;
	struct code_row *one;

	assert(c->slots == NULL);
	if (codes == NULL)
		return false;
	c->codes = codes;
	one = &codes[c->code_count];
	before = c->code_count == 0 ? one : one - 1;
	*one = *row;
	if (!codebook_keep(&c->arena, &one->code) || !codebook_keep(&c->arena, &one->name_zh) || !codebook_keep(&c->arena, &one->name_en) || !codebook_keep(&c->arena, &one->iso))
		return false;
	if (before != one && text_eq(before->source, row->source))
		one->source = before->source; /* one text for thousands of rows */
	else if (!codebook_keep(&c->arena, &one->source))
		return false;
	c->code_count++;
	return true;
}

/* Codes have one to seven characters: the first eight bytes say all. */
static uint32_t hash(enum code_list list, struct text code)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < code.len && i < sizeof(bytes); i++)
		bytes = bytes << 8 | (unsigned char)code.at[i];
	bytes = (bytes ^ (uint64_t)list << 56) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(bytes >> 32);
}

static int by_list_code_and_time(const void *one, const void *other)
{
	const struct code_row *a = one, *b = other;
	int order = (int)a->list - (int)b->list;

	if (order == 0)
		order = text_order(a->code, b->code);
	return order != 0 ? order : (a->valid_from > b->valid_from) - (a->valid_from < b->valid_from);
}

static void sort_codes(struct codebook *c)
{
	int i = 0;

	if (c->code_count > 0)
		qsort(c->codes, (size_t)c->code_count, sizeof(*c->codes), by_list_code_and_time);
	for (int l = 0; l <= CODE_LIST_COUNT; l++) {
		while (i < c->code_count && (int)c->codes[i].list < l)
			i++;
		c->list_from[l] = i;
	}
}

/* An open table for so many entries, all free; NULL: arena full. */
static uint32_t *new_slots(struct arena *a, int entries, uint32_t *mask)
{
	uint32_t size = 16;

	while (size < 2 * (uint32_t)entries)
		size *= 2;
	*mask = size - 1;
	return arena_zalloc(a, size * sizeof(uint32_t));
}

static void take_slot(uint32_t *slots, uint32_t mask, uint32_t at, int index)
{
	while (slots[at & mask] != SLOT_FREE)
		at++;
	slots[at & mask] = (uint32_t)index + 1;
}

static bool index_iso(struct codebook *c)
{
	struct text rest, word;
	int words = 0;

	for (int i = 0; i < c->code_count; i++)
		for (rest = c->codes[i].iso; text_next(&rest, ' ', &word);)
			words++;
	c->iso_slots = new_slots(&c->arena, words, &c->iso_mask);
	for (int i = 0; c->iso_slots != NULL && i < c->code_count; i++)
		for (rest = c->codes[i].iso; text_next(&rest, ' ', &word);)
			take_slot(c->iso_slots, c->iso_mask, hash(c->codes[i].list, word), i);
	return c->iso_slots != NULL;
}

bool codebook_seal(struct codebook *c)
{
	assert(c->slots == NULL);
	sort_codes(c);
	codebook_seal_goods(c);
	codebook_attach_steps(c);
	c->slots = new_slots(&c->arena, c->code_count, &c->slot_mask);
	for (int i = 0; c->slots != NULL && i < c->code_count; i++)
		take_slot(c->slots, c->slot_mask, hash(c->codes[i].list, c->codes[i].code), i);
	return c->slots != NULL && index_iso(c) && codebook_seal_forms(c);
}

const struct code_row *codebook_find(const struct codebook *c, enum code_list l, struct text code, int32_t day)
{
	assert(c->slots != NULL);
	for (uint32_t slot = hash(l, code) & c->slot_mask; c->slots[slot] != SLOT_FREE; slot = (slot + 1) & c->slot_mask) {
		const struct code_row *row = &c->codes[c->slots[slot] - 1];

		if (row->list == l && text_eq(row->code, code) && codebook_is_on(row->valid_from, row->valid_to, day))
			return row;
	}
	return NULL;
}

static bool has_iso(const struct code_row *row, struct text iso)
{
	struct text rest = row->iso, word;

	while (text_next(&rest, ' ', &word))
		if (text_eq(word, iso))
			return true;
	return false;
}

int codebook_find_iso(const struct codebook *c, enum code_list l, struct text iso, int32_t day, const struct code_row **found, int most)
{
	int count = 0;

	for (uint32_t slot = hash(l, iso) & c->iso_mask; c->iso_slots[slot] != SLOT_FREE; slot = (slot + 1) & c->iso_mask) {
		const struct code_row *row = &c->codes[c->iso_slots[slot] - 1];
		bool is_new = row->list == l && codebook_is_on(row->valid_from, row->valid_to, day) && has_iso(row, iso);

		for (int i = 0; i < count && i < most && is_new; i++)
			is_new = !text_eq(found[i]->code, row->code);
		if (is_new && count < most)
			found[count] = row;
		count += is_new;
	}
	return count;
}

const struct code_row *codebook_list(const struct codebook *c, enum code_list l, int *count)
{
	assert(c->slots != NULL);
	*count = c->list_from[l + 1] - c->list_from[l];
	return &c->codes[c->list_from[l]];
}
