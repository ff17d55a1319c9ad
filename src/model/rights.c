/* The tables of who may act for whom: filled once, sealed, then only read. The checks are in rights_check.c. */
#include "model/rights.h"

#include <assert.h>
#include <stdlib.h>

struct rights *rights_new(size_t limit_bytes)
{
	struct rights *r = calloc(1, sizeof(*r));

	if (r != NULL)
		arena_init(&r->arena, limit_bytes);
	return r;
}

void rights_free(struct rights *r)
{
	if (r == NULL)
		return;
	arena_done(&r->arena);
	free(r);
}

/* An array that doubles whenever its count is a power of two; `one` is appended. NULL: no memory. */
static void *append(struct rights *r, void *array, int *count, const void *one, size_t size)
{
	char *all = array;

	assert(r->slots == NULL);
	if ((*count & (*count - 1)) == 0) {
		all = arena_alloc(&r->arena, (*count == 0 ? 1 : 2 * (size_t)*count) * size);
		if (all != NULL && *count > 0)
			memcpy(all, array, (size_t)*count * size);
	}
	if (all != NULL)
		memcpy(all + (size_t)(*count)++ * size, one, size);
	return all;
}

#define APPEND(r, list, count, one) (((r)->list = append((r), (r)->list, &(r)->count, (one), sizeof(*(one)))) != NULL)

static bool keep(struct rights *r, struct text *t)
{
	if (t->at == NULL)
		return true;
	*t = text_dup(&r->arena, *t);
	return t->at != NULL;
}

bool rights_add_party(struct rights *r, const struct right_party *given)
{
	struct right_party one = *given;

	return keep(r, &one.district) && APPEND(r, parties, party_count, &one);
}

bool rights_add_number(struct rights *r, struct text number, int32_t enterprise)
{
	struct right_number one = { .number = number, .enterprise = enterprise };

	return keep(r, &one.number) && APPEND(r, numbers, number_count, &one);
}

bool rights_add_grant(struct rights *r, const struct right_grant *given)
{
	struct right_grant one = *given;

	return keep(r, &one.trade_modes) && APPEND(r, grants, grant_count, &one);
}

bool rights_add_authorisation_rule(struct rights *r, const struct authorisation_rule *one)
{
	return APPEND(r, authorisation_rules, authorisation_rule_count, one);
}

bool rights_add_scope_rule(struct rights *r, const struct scope_rule *given)
{
	struct scope_rule one = *given;

	return keep(r, &one.districts) && keep(r, &one.parties) && APPEND(r, scope_rules, scope_rule_count, &one);
}

bool rights_add_goods_rule(struct rights *r, const struct goods_rule *given)
{
	struct goods_rule one = *given;

	return keep(r, &one.trade_mode) && APPEND(r, goods_rules, goods_rule_count, &one);
}

bool rights_add_freeze(struct rights *r, const struct right_freeze *given)
{
	struct right_freeze one = *given;

	return keep(r, &one.item) && keep(r, &one.why) && keep(r, &one.batches) && APPEND(r, freezes, freeze_count, &one);
}

/* --- sealing --------------------------------------------------------------------------------------------------------- */

static int by_id(const void *one, const void *other)
{
	const struct right_party *a = one, *b = other;

	return (a->id > b->id) - (a->id < b->id);
}

static int by_principal_and_agent(const void *one, const void *other)
{
	const struct right_grant *a = one, *b = other;

	if (a->principal != b->principal)
		return a->principal < b->principal ? -1 : 1;
	return (a->agent > b->agent) - (a->agent < b->agent);
}

/* FNV-1a over the number's bytes: ten or eighteen of them. */
static uint32_t hash(struct text number)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < number.len; i++)
		h = (h ^ (unsigned char)number.at[i]) * 16777619u;
	return h ^ h >> 15;
}

static const struct right_party *party_of(const struct rights *r, int32_t id)
{
	const struct right_party key = { .id = id };

	return r->party_count == 0 ? NULL : bsearch(&key, r->parties, (size_t)r->party_count, sizeof(key), by_id);
}

static int by_enterprise_and_item(const void *one, const void *other)
{
	const struct right_freeze *a = one, *b = other;

	if (a->enterprise != b->enterprise)
		return a->enterprise < b->enterprise ? -1 : 1;
	return text_order(a->item, b->item);
}

bool rights_seal(struct rights *r)
{
	uint32_t size = 16;

	assert(r->slots == NULL);
	if (r->party_count > 0)
		qsort(r->parties, (size_t)r->party_count, sizeof(*r->parties), by_id);
	if (r->grant_count > 0)
		qsort(r->grants, (size_t)r->grant_count, sizeof(*r->grants), by_principal_and_agent);
	if (r->freeze_count > 0)
		qsort(r->freezes, (size_t)r->freeze_count, sizeof(*r->freezes), by_enterprise_and_item);
	while (size < 2 * (uint32_t)r->number_count)
		size *= 2;
	r->mask = size - 1;
	r->slots = arena_zalloc(&r->arena, size * sizeof(*r->slots));
	for (int i = 0; r->slots != NULL && i < r->number_count; i++) {
		uint32_t at = hash(r->numbers[i].number) & r->mask;

		r->numbers[i].party = party_of(r, r->numbers[i].enterprise);
		while (r->slots[at] != 0)
			at = (at + 1) & r->mask;
		r->slots[at] = (uint32_t)i + 1;
	}
	return r->slots != NULL;
}

const struct right_party *rights_party(const struct rights *r, struct text number)
{
	assert(r->slots != NULL);
	for (uint32_t at = hash(number) & r->mask; r->slots[at] != 0; at = (at + 1) & r->mask) {
		const struct right_number *n = &r->numbers[r->slots[at] - 1];

		if (text_eq(n->number, number))
			return n->party;
	}
	return NULL;
}

const struct right_freeze *rights_freeze(const struct rights *r, int32_t enterprise, struct text item)
{
	const struct right_freeze wanted = { .enterprise = enterprise, .item = item };

	if (r->freeze_count == 0 || item.len == 0)
		return NULL;
	return bsearch(&wanted, r->freezes, (size_t)r->freeze_count, sizeof(*r->freezes), by_enterprise_and_item);
}

unsigned right_kinds_read(struct text names)
{
	unsigned kinds = 0;
	enum doc_kind kind;
	struct text one;

	while (text_next(&names, ',', &one))
		if (doc_kind_by_name(one, &kind) && kind < DOC_FILED_COUNT)
			kinds |= 1u << kind;
	return kinds;
}
