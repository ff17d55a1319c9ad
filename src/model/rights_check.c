/*
 * Who may take part in a filing, and who may act for whom.
 *
 *   suspended or closed     no party of a new filing
 *   frozen                  the register tells its name otherwise, or that it is out of business: no party of a new filing either
 *   scope                   a dated rule keeps enterprises from outside the city out
 *   authorisation           the declarant is another enterprise than the merchant: it needs an authorisation of the merchant's
 *   goods                   recalled, or complained about for their brand: in no order and no inventory, but in what takes one back
 *
 * Who is not registered has no state and nothing frozen; he has no domicile and no authorisation either.
 */
#include "model/rights.h"

#include <assert.h>
#include <stdio.h>

#include "base/clock.h"

#define FROZEN_MATTERS (FACT_BIT(FACT_NAME) | FACT_BIT(FACT_STANDING))
enum { WORDS_BYTES = 240 };

static bool is_on(int32_t from, int32_t to, int32_t day)
{
	return from <= day && day <= to;
}

static void add(struct findings *out, const struct document *d, enum rule rule, enum field f, const char *expected)
{
	int index = field_index(d->def, f);

	findings_add(out, &(struct finding){ .rule = rule, .field = index < 0 ? NULL : &d->def->fields[index], .line = -1, .expected = expected,
	                                     .got = document_get(d, f) });
}

/* "2026-03-02" */
static void put_day(char out[CLOCK_RFC3339_BYTES], int32_t day)
{
	clock_rfc3339((int64_t)day * US_PER_DAY - 8 * US_PER_HOUR, 0, out);
	out[10] = '\0';
}

const char *rights_expected(struct findings *out, const char *what, int32_t rule, int32_t since, int32_t day)
{
	char *words = arena_alloc(out->arena, WORDS_BYTES), from[CLOCK_RFC3339_BYTES], on[CLOCK_RFC3339_BYTES];

	if (words == NULL)
		return NULL;
	put_day(from, since);
	put_day(on, day);
	(void)snprintf(words, WORDS_BYTES, "%s on %s (rule row %d, in force since %s)", what, on, (int)rule, from);
	return words;
}

/* --- the parties ------------------------------------------------------------------------------------------------------ */

static void check_party(const struct rights *r, const struct document *d, enum field f, struct findings *out)
{
	const struct right_party *p = rights_party(r, document_get(d, f));

	if (p == NULL)
		return;
	if (p->state == ENTERPRISE_SUSPENDED || p->state == ENTERPRISE_CLOSED)
		add(out, d, RULE_PARTY_SUSPENDED, f, NULL);
	else if ((p->frozen & FROZEN_MATTERS) != 0)
		add(out, d, RULE_PARTY_FROZEN, f, NULL);
}

static bool is_inside(const struct scope_rule *s, const struct right_party *p)
{
	struct text rest = s->districts, one;

	while (p != NULL && text_next(&rest, ',', &one))
		if (one.len > 0 && one.len <= p->district.len && memcmp(one.at, p->district.at, one.len) == 0)
			return true;
	return false;
}

static void check_scope(const struct rights *r, const struct document *d, int32_t day, struct findings *out)
{
	for (int i = 0; i < r->scope_rule_count; i++) {
		const struct scope_rule *s = &r->scope_rules[i];
		struct text rest = s->parties, name;

		if (s->outside_may_file || !is_on(s->valid_from, s->valid_to, day))
			continue;
		while (text_next(&rest, ',', &name)) {
			enum field f = field_by_name(name);
			struct text code = f == FIELD_NONE ? (struct text){ NULL, 0 } : document_get(d, f);
			const struct right_party *p = code.len == 0 ? NULL : rights_party(r, code);

			if (code.len == 0 || (is_inside(s, p) && (p->frozen & FACT_BIT(FACT_DISTRICT)) == 0))
				continue;
			add(out, d, RULE_PARTY_SCOPE, f,
			    rights_expected(out, "an enterprise that is registered here with its domicile in the pilot's own city", s->id, s->valid_from, day));
		}
	}
}

/* --- agent and principal ----------------------------------------------------------------------------------------------- */

static const struct right_grant *first_grant(const struct rights *r, int32_t principal, int32_t agent)
{
	int from = 0, to = r->grant_count;

	while (from < to) {
		int middle = from + (to - from) / 2;
		const struct right_grant *g = &r->grants[middle];

		if (g->principal < principal || (g->principal == principal && g->agent < agent))
			from = middle + 1;
		else
			to = middle;
	}
	return &r->grants[from];
}

static bool covers(const struct right_grant *g, const struct document *d, int32_t day)
{
	struct text mode = document_get(d, F_TRADE_MODE);

	return (g->kinds >> d->def->kind & 1) != 0 && is_on(g->valid_from, g->valid_to, day) &&
	       (text_is(g->trade_modes, "*") || mode.len == 0 || text_is_among(g->trade_modes, ',', mode));
}

static bool is_authorised(const struct rights *r, const struct document *d, int32_t day)
{
	const struct right_party *agent = rights_party(r, document_get(d, F_DECLARANT_CODE));
	const struct right_party *principal = rights_party(r, document_get(d, F_MERCHANT_CODE));
	const struct right_grant *end = r->grants + r->grant_count;

	if (agent == NULL || principal == NULL)
		return false;
	if (agent == principal)
		return true; /* under another of its numbers */
	for (const struct right_grant *g = first_grant(r, principal->id, agent->id);
	     r->grant_count > 0 && g < end && g->principal == principal->id && g->agent == agent->id; g++)
		if (covers(g, d, day))
			return true;
	return false;
}

static void check_authorisation(const struct rights *r, const struct document *d, int32_t day, struct findings *out)
{
	struct text agent = document_get(d, F_DECLARANT_CODE), principal = document_get(d, F_MERCHANT_CODE);

	if (agent.len == 0 || principal.len == 0 || text_eq(agent, principal))
		return;
	for (int i = 0; i < r->authorisation_rule_count; i++) {
		const struct authorisation_rule *a = &r->authorisation_rules[i];

		if ((a->kinds >> d->def->kind & 1) == 0 || !is_on(a->valid_from, a->valid_to, day))
			continue;
		if (!is_authorised(r, d, day))
			add(out, d, RULE_PARTY_AUTHORISATION, F_DECLARANT_CODE,
			    rights_expected(out, "the merchant itself, or who holds an authorisation of it for this kind and trade mode", a->id, a->valid_from, day));
		return;
	}
}

/* --- goods ------------------------------------------------------------------------------------------------------------- */

static const char *free_goods(struct findings *out, const struct right_freeze *z)
{
	struct buf b;

	buf_init(&b, out->arena, z->why.len + 40);
	buf_str(&b, "goods that nothing holds; these: ");
	buf_text(&b, z->why);
	return b.full ? NULL : b.at;
}

static void check_goods(const struct rights *r, const struct document *d, struct findings *out)
{
	const struct right_party *merchant = r->freeze_count == 0 ? NULL : rights_party(r, document_get(d, F_MERCHANT_CODE));
	int index = field_line_index(d->def, F_ITEM_NO);

	if (merchant == NULL || index < 0 || (d->def->kind != DOC_ORDER && d->def->kind != DOC_INVENTORY) || document_action(d) == ACTION_DELETE)
		return;
	for (int i = 0; i < d->line_count; i++) {
		struct text item = document_line_get(d, i, F_ITEM_NO);
		const struct right_freeze *z = rights_freeze(r, merchant->id, item);

		if (z != NULL)
			findings_add(out, &(struct finding){ .rule = RULE_GOODS_FROZEN, .field = &d->def->line_fields[index], .line = i, .got = item,
			                                     .expected = free_goods(out, z) });
	}
}

/* The same signs part batches in goods_affected() of sql/migrations/0023_quality.sql; the wide ones have three bytes. */
static size_t sign_at(struct text t)
{
	static const char *const wide[] = { "，", "；", "、", "　" };

	if (t.at[0] == ',' || t.at[0] == ';' || t.at[0] == ' ' || (t.at[0] >= '\t' && t.at[0] <= '\r'))
		return 1;
	for (size_t i = 0; t.len >= 3 && i < COUNTOF(wide); i++)
		if (memcmp(t.at, wide[i], 3) == 0)
			return 3;
	return 0;
}

static bool names_batch(struct text named, struct text batch)
{
	size_t from = 0;

	for (size_t at = 0; at <= named.len; at++) {
		size_t sign = at == named.len ? 1 : sign_at((struct text){ named.at + at, named.len - at });

		if (sign == 0)
			continue;
		if (text_eq((struct text){ named.at + from, at - from }, batch))
			return true;
		from = at + sign;
		at = from - 1;
	}
	return false;
}

static bool is_meant(const struct right_freeze *z, struct text named)
{
	struct text rest = z->batches, one;

	if (z->batches.len == 0 || named.len == 0)
		return true;
	while (text_next(&rest, '\n', &one))
		if (names_batch(named, one))
			return true;
	return false;
}

bool rights_holds(const struct rights *r, const struct document *d, struct text batches)
{
	const struct right_party *merchant = r->freeze_count == 0 ? NULL : rights_party(r, document_get(d, F_MERCHANT_CODE));

	for (int i = 0; merchant != NULL && i < d->line_count; i++) {
		const struct right_freeze *z = rights_freeze(r, merchant->id, document_line_get(d, i, F_ITEM_NO));

		if (z != NULL && is_meant(z, batches))
			return true;
	}
	return false;
}

void rights_check(const struct rights *r, const struct document *d, int32_t day, struct findings *out)
{
	for (int i = 0; i < d->def->filer_count; i++)
		check_party(r, d, d->def->filers[i], out);
	check_scope(r, d, day, out);
	check_authorisation(r, d, day, out);
	check_goods(r, d, out);
}

const struct goods_rule *rights_goods_rule(const struct rights *r, const struct document *d, int32_t day)
{
	struct text mode = document_get(d, F_TRADE_MODE);

	for (int i = 0; i < r->goods_rule_count; i++) {
		const struct goods_rule *g = &r->goods_rules[i];

		if (g->direction == d->def->direction && (g->kinds >> d->def->kind & 1) != 0 && is_on(g->valid_from, g->valid_to, day) &&
		    (text_is(g->trade_mode, "*") || text_eq(g->trade_mode, mode)))
			return g;
	}
	return NULL;
}
