/*
 * Classes of goods: which one a commodity code is in.
 *
 * The rows are sorted by the beginning of the code. A code has at most five beginnings (2, 4, 6, 8, 10 digits); each is looked for by
 * halving, and of its run the rows of the day count.
 */
#include <assert.h>
#include <stdlib.h>

#include "model/codebook_priv.h"

bool codebook_add_goods(struct codebook *c, const struct goods_row *row)
{
	struct goods_row *goods = codebook_room(&c->arena, c->goods, c->goods_count, sizeof(*goods));
	struct goods_row *one;

	assert(c->slots == NULL);
	if (goods == NULL)
		return false;
	c->goods = goods;
	one = &goods[c->goods_count];
	*one = *row;
	if (!codebook_keep(&c->arena, &one->goods_class) || !codebook_keep(&c->arena, &one->hs) || !codebook_keep(&c->arena, &one->name_zh) ||
	    !codebook_keep(&c->arena, &one->name_en) || !codebook_keep(&c->arena, &one->source))
		return false;
	c->goods_count++;
	return true;
}

bool codebook_add_lookup(struct codebook *c, const struct lookup_rule *row)
{
	struct lookup_rule *lookups = codebook_room(&c->arena, c->lookups, c->lookup_count, sizeof(*lookups));

	assert(c->slots == NULL);
	if (lookups == NULL)
		return false;
	c->lookups = lookups;
	lookups[c->lookup_count] = *row;
	if (!codebook_keep(&c->arena, &lookups[c->lookup_count].goods_class))
		return false;
	c->lookup_count++;
	return true;
}

int codebook_goods_number(const struct codebook *c, struct text goods_class)
{
	for (int i = 0; i < c->goods_count; i++)
		if (text_eq(c->goods[i].goods_class, goods_class))
			return c->goods[i].number;
	return -1;
}

static int by_code_and_time(const void *one, const void *other)
{
	const struct goods_row *a = one, *b = other;
	int order = text_order(a->hs, b->hs);

	return order != 0 ? order : (a->valid_from > b->valid_from) - (a->valid_from < b->valid_from);
}

/* Classes beyond the last number share -1 and are in nothing: a step that names one is refused. */
void codebook_seal_goods(struct codebook *c)
{
	if (c->goods_count > 0)
		qsort(c->goods, (size_t)c->goods_count, sizeof(*c->goods), by_code_and_time);
	for (int i = 0; i < c->goods_count; i++) {
		c->goods[i].number = -1;
		for (int k = 0; k < i && c->goods[i].number < 0; k++)
			if (text_eq(c->goods[k].goods_class, c->goods[i].goods_class))
				c->goods[i].number = c->goods[k].number;
		if (c->goods[i].number < 0 && c->goods_class_count < GOODS_CLASSES_MAX)
			c->goods[i].number = c->goods_class_count++;
	}
}

/* The first row whose beginning is not before this one. */
static int first_from(const struct codebook *c, struct text beginning)
{
	int low = 0, high = c->goods_count;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (text_order(c->goods[middle].hs, beginning) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void codebook_find_goods(const struct codebook *c, struct text hs, int32_t day, struct goods_found *found)
{
	for (size_t len = 2; len <= hs.len && len <= 10; len += 2) {
		struct text beginning = { hs.at, len };

		for (int i = first_from(c, beginning); i < c->goods_count && text_eq(c->goods[i].hs, beginning); i++) {
			const struct goods_row *row = &c->goods[i];

			if (row->number < 0 || !codebook_is_on(row->valid_from, row->valid_to, day) || (found->classes >> row->number & 1) != 0)
				continue;
			found->classes |= UINT32_C(1) << row->number;
			found->why[row->number].row = row;
			found->why[row->number].hs = hs;
		}
	}
}
