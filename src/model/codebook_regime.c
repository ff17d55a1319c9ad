/*
 * Regimes and their steps. What a regime asks for is said once, by its steps: the flows are the filings that the match
 * requires, the authorities those whose clearance is required.
 */
#include <assert.h>
#include <stdlib.h>

#include "model/codebook_priv.h"

static const char *const phase_names[] = { [PHASE_MATCH] = "match", [PHASE_CLEAR] = "clear", [PHASE_FOLLOW] = "follow" };

const char *step_phase_name(enum step_phase p)
{
	return phase_names[p];
}

bool codebook_add_regime(struct codebook *c, const struct regime *row)
{
	struct regime *regimes = codebook_room(&c->arena, c->regimes, c->regime_count, sizeof(*regimes));
	struct regime *one;

	assert(c->slots == NULL);
	if (regimes == NULL)
		return false;
	c->regimes = regimes;
	one = &regimes[c->regime_count];
	*one = *row;
	if (!codebook_keep(&c->arena, &one->trade_mode) || !codebook_keep(&c->arena, &one->source))
		return false;
	c->regime_count++;
	return true;
}

bool codebook_add_step(struct codebook *c, const struct regime_step *row)
{
	struct regime_step *steps = codebook_room(&c->arena, c->steps, c->step_count, sizeof(*steps));
	struct regime_step *one;

	assert(c->slots == NULL);
	if (steps == NULL)
		return false;
	c->steps = steps;
	one = &steps[c->step_count];
	*one = *row;
	if (!codebook_keep(&c->arena, &one->kind) || !codebook_keep(&c->arena, &one->responsible) || !codebook_keep(&c->arena, &one->goods) ||
	    !codebook_keep(&c->arena, &one->source))
		return false;
	c->step_count++;
	return true;
}

bool codebook_add_recognition(struct codebook *c, const struct recognition *row)
{
	struct recognition *rows = codebook_room(&c->arena, c->recognitions, c->recognition_count, sizeof(*rows));

	assert(c->slots == NULL);
	if (rows == NULL)
		return false;
	c->recognitions = rows;
	rows[c->recognition_count] = *row;
	if (!codebook_keep(&c->arena, &rows[c->recognition_count].source))
		return false;
	c->recognition_count++;
	return true;
}

static bool read_needs(struct text needs, uint32_t *out)
{
	struct text word;
	int64_t number;

	for (*out = 0; text_next(&needs, ',', &word); *out |= STEP_BIT(number))
		if (!text_to_i64(word, &number) || number < 1 || number > STEP_NUMBER_MAX)
			return false;
	return true;
}

bool regime_step_read(struct regime_step *out, struct text phase, struct text kind, struct text authority, struct text needs)
{
	int p = PHASE_MATCH;

	while (p <= PHASE_FOLLOW && !text_is(phase, phase_names[p]))
		p++;
	if (p > PHASE_FOLLOW || (kind.at == NULL) == (authority.at == NULL))
		return false;
	out->phase = (enum step_phase)p;
	out->kind = kind;
	return (authority.at == NULL || authority_by_code(authority, &out->authority)) && read_needs(needs, &out->needs);
}

/* --- sealing --------------------------------------------------------------------------------------------------------- */

static int by_regime_number_and_time(const void *one, const void *other)
{
	const struct regime_step *a = one, *b = other;

	if (a->regime_id != b->regime_id)
		return a->regime_id < b->regime_id ? -1 : 1;
	if (a->number != b->number)
		return a->number - b->number;
	return (a->valid_from > b->valid_from) - (a->valid_from < b->valid_from);
}

/* A kind that is unknown here makes no flow; codebook_check_regimes() refuses it. */
static void derive(struct regime *r)
{
	enum doc_kind kind;

	r->flows = 0;
	r->authorities = 0;
	r->asks_goods = false;
	for (int i = 0; i < r->step_count; i++) {
		const struct regime_step *s = &r->steps[i];

		if (s->phase == PHASE_MATCH && s->required && doc_kind_by_name(s->kind, &kind))
			r->flows |= FLOW(kind);
		if (s->phase != PHASE_CLEAR || s->kind.at != NULL)
			continue;
		if (s->goods.at == NULL)
			r->authorities |= AUTHORITY_BIT(s->authority);
		else
			r->asks_goods = true;
	}
}

static unsigned tells(const struct regime_step *s)
{
	return s->phase == PHASE_FOLLOW && s->kind.at == NULL ? AUTHORITY_BIT(s->authority) : 0;
}

void codebook_attach_steps(struct codebook *c)
{
	c->informed = 0;
	for (int i = 0; i < c->step_count; i++)
		c->informed |= tells(&c->steps[i]);
	for (int i = 0; i < c->step_count; i++)
		c->steps[i].goods_number = c->steps[i].goods.at == NULL ? -1 : codebook_goods_number(c, c->steps[i].goods);
	if (c->step_count > 0)
		qsort(c->steps, (size_t)c->step_count, sizeof(*c->steps), by_regime_number_and_time);
	for (int i = 0; i < c->regime_count; i++) {
		struct regime *r = &c->regimes[i];
		int from = 0, to;

		while (from < c->step_count && c->steps[from].regime_id != r->id)
			from++;
		for (to = from; to < c->step_count && c->steps[to].regime_id == r->id;)
			to++;
		r->steps = &c->steps[from];
		r->step_count = to - from;
		if (r->step_count > 0)
			derive(r);
	}
}

/* --- can it be obeyed? ------------------------------------------------------------------------------------------------ */

static const char *wrong_with(const struct regime *r, const struct regime_step *s, uint32_t numbers)
{
	enum doc_kind kind;

	if (s->number < 1 || s->number > STEP_NUMBER_MAX)
		return "has a number out of range";
	if (s->phase == PHASE_MATCH && (s->kind.at == NULL || !doc_kind_by_name(s->kind, &kind) || (FLOW(kind) & FLOWS_MATCHED) == 0))
		return "asks for a kind of filing that cannot be matched here";
	if (s->phase == PHASE_CLEAR && (s->kind.at != NULL || !s->required))
		return "is no required clearance by an authority";
	if (s->phase == PHASE_FOLLOW && s->kind.at == NULL && s->required)
		return "is told of a release, and nobody waits for it";
	if (s->goods.at != NULL && (s->phase != PHASE_CLEAR || s->goods_number < 0))
		return "is for goods, but is no clearance, or there is no such class";
	if (s->phase != PHASE_FOLLOW && (s->valid_from > r->valid_from || s->valid_to < r->valid_to))
		return "does not hold as long as its regime";
	if ((s->needs & ~numbers) != 0)
		return "needs a step that is not there";
	if (s->needs >= STEP_BIT(s->number))
		return "needs itself or a later one";
	return s->responsible.len == 0 ? "has nobody responsible" : NULL;
}

static bool check_regime(const struct regime *r, struct fault *f)
{
	uint32_t numbers = 0;

	for (int i = 0; i < r->step_count; i++)
		numbers |= STEP_BIT(r->steps[i].number & STEP_NUMBER_MAX);
	for (int i = 0; i < r->step_count; i++) {
		const char *why = wrong_with(r, &r->steps[i], numbers);

		if (why != NULL)
			return fault_set(f, FAULT_SCHEMA, "regime row %d: step %d %s", (int)r->id, r->steps[i].number, why);
	}
	return r->flows != 0 || fault_set(f, FAULT_SCHEMA, "regime row %d asks for no flow", (int)r->id);
}

bool codebook_check_regimes(const struct codebook *c, struct fault *f)
{
	for (int i = 0; i < c->regime_count; i++)
		if (!check_regime(&c->regimes[i], f))
			return false;
	return true;
}

unsigned regime_authorities(const struct regime *r, const struct goods_found *goods)
{
	unsigned all = r->authorities;

	for (int i = 0; r->asks_goods && i < r->step_count; i++) {
		const struct regime_step *s = &r->steps[i];

		if (s->goods.at != NULL && s->goods_number >= 0 && (goods->classes >> s->goods_number & 1) != 0)
			all |= AUTHORITY_BIT(s->authority);
	}
	return all;
}

unsigned regime_informed(const struct regime *r, int32_t day)
{
	unsigned all = 0;

	for (int i = 0; i < r->step_count; i++)
		if (codebook_is_on(r->steps[i].valid_from, r->steps[i].valid_to, day))
			all |= tells(&r->steps[i]);
	return all;
}

/* --- looking up ------------------------------------------------------------------------------------------------------- */

/* Of several rows valid on the day, the one that came into force last. */
const struct regime *codebook_regime(const struct codebook *c, struct text trade_mode, enum direction d, int32_t day)
{
	const struct regime *best = NULL;

	for (int i = 0; i < c->regime_count; i++) {
		const struct regime *r = &c->regimes[i];

		if (r->direction != d || !text_eq(r->trade_mode, trade_mode) || !codebook_is_on(r->valid_from, r->valid_to, day))
			continue;
		if (best == NULL || r->valid_from > best->valid_from ||
		    (r->valid_from == best->valid_from && r->id > best->id))
			best = r;
	}
	return best;
}

const struct regime *codebook_default_regime(const struct codebook *c, enum direction d, int32_t day)
{
	return codebook_regime(c, TEXT("*"), d, day);
}
