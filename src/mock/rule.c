/* Rules of answers: reading them, and finding the one for a message. */
#include "mock/rule.h"

#include "mock/chaos.h"
#include "mock/peek.h"

enum { ARENA_BYTES = 4 << 20, VALUES_MAX = 200, DIGITS = 30, PLACES = 5, RATE_BP_MAX = 9999 };

static const char *const kind_names[SAY_COUNT] = {
	[SAY_RECEIPT] = "receipt", [SAY_TAX_BILL] = "tax_bill", [SAY_TAX_BILL_STATUS] = "tax_bill_status",
};

const char *saying_kind_name(enum saying_kind k)
{
	return kind_names[k];
}

bool saying_kind_by_name(struct text t, enum saying_kind *out)
{
	for (int i = 0; i < SAY_COUNT; i++) {
		if (text_is(t, kind_names[i])) {
			*out = (enum saying_kind)i;
			return true;
		}
	}
	return false;
}

struct reading {
	struct arena *arena; /* of the rules */
	struct fault *fault;
	struct answer_rule *rule;
	struct rule_condition conditions[RULE_CONDITIONS_MAX];
};

/* A number within bounds; absent: what stands there. */
static bool read_number(struct reading *r, const struct json *object, const char *name, int max, int *out)
{
	const struct json *j = json_member(object, name);
	int64_t n = *out;

	if (j != NULL && (!json_i64(j, &n) || n < 0 || n > max))
		return fault_set(r->fault, FAULT_BAD_JSON, "%s: a number from 0 to %d", name, max);
	*out = (int)n;
	return true;
}

static bool read_text(struct reading *r, const struct json *object, const char *name, struct text *out)
{
	const struct json *j = json_member(object, name);
	struct text t = json_text(j);

	if (j == NULL)
		return true;
	if (t.at == NULL)
		return fault_set(r->fault, FAULT_BAD_JSON, "%s: a text", name);
	*out = text_dup(r->arena, t);
	return true;
}

/* --- conditions --------------------------------------------------------------------------------------------------------- */

static bool read_texts(struct reading *r, struct rule_condition *c, const struct json *list)
{
	size_t n = json_length(list);
	struct text *texts = arena_alloc(r->arena, sizeof(*texts) * (n + 1));

	if (n == 0 || n > VALUES_MAX)
		return fault_set(r->fault, FAULT_BAD_JSON, TEXT_FMT ": in: 1 to %d texts", TEXT_ARG(c->name), VALUES_MAX);
	for (size_t i = 0; texts != NULL && i < n; i++) {
		if (json_text(json_item(list, i)).at == NULL)
			return fault_set(r->fault, FAULT_BAD_JSON, TEXT_FMT ": in: texts", TEXT_ARG(c->name));
		texts[i] = text_dup(r->arena, json_text(json_item(list, i)));
	}
	c->kind = CONDITION_IN;
	c->texts = texts;
	c->count = (int)n;
	return true;
}

static bool read_numbers(struct reading *r, struct rule_condition *c, const struct json *value)
{
	size_t n = json_is_array(value) ? json_length(value) : 1;
	int64_t *numbers = arena_alloc(r->arena, sizeof(*numbers) * (n + 1));

	for (size_t i = 0; numbers != NULL && i < n; i++)
		if (!json_i64(json_is_array(value) ? json_item(value, i) : value, &numbers[i]))
			return fault_set(r->fault, FAULT_BAD_JSON, "message: numbers of messages");
	c->kind = CONDITION_MESSAGE;
	c->numbers = numbers;
	c->count = (int)n;
	return true;
}

static bool read_bound(struct reading *r, struct rule_condition *c, const struct json *value)
{
	const struct json *above = json_member(value, "above"), *below = json_member(value, "below");

	c->kind = above != NULL ? CONDITION_ABOVE : CONDITION_BELOW;
	if ((above == NULL) == (below == NULL) || !decimal_parse(json_text(above != NULL ? above : below), DIGITS, PLACES, &c->bound))
		return fault_set(r->fault, FAULT_BAD_JSON, TEXT_FMT ": a text, {\"in\": texts}, or {\"above\"} or {\"below\"} with a decimal in quotes", TEXT_ARG(c->name));
	return true;
}

static bool read_condition(void *arg, struct text name, const struct json *value)
{
	struct reading *r = arg;
	struct rule_condition *c;
	struct text *one;

	if (r->rule->condition_count == RULE_CONDITIONS_MAX)
		return fault_set(r->fault, FAULT_BAD_JSON, "when: at most %d conditions", RULE_CONDITIONS_MAX);
	c = &r->conditions[r->rule->condition_count++];
	*c = (struct rule_condition){ .name = text_dup(r->arena, name) };
	if (text_is(name, "message"))
		return read_numbers(r, c, value);
	if (json_member(value, "in") != NULL)
		return read_texts(r, c, json_member(value, "in"));
	if (json_text(value).at == NULL)
		return read_bound(r, c, value);
	one = arena_alloc(r->arena, sizeof(*one));
	if (one != NULL)
		*one = text_dup(r->arena, json_text(value));
	c->kind = CONDITION_LIKE;
	c->texts = one;
	c->count = 1;
	return true;
}

/* --- steps -------------------------------------------------------------------------------------------------------------- */

static bool read_rates(struct reading *r, struct rule_step *s, const struct json *j)
{
	const struct json *list = json_member(j, "rates");
	size_t n = json_length(list);
	struct tax_rate *rates = arena_zalloc(r->arena, sizeof(*rates) * (n + 1));

	s->rates = (struct tax_rates){ .list = rates, .share_percent = 100 };
	if (rates == NULL || !read_number(r, j, "share_percent", 100, &s->rates.share_percent))
		return false;
	if (n > VALUES_MAX)
		return fault_set(r->fault, FAULT_BAD_JSON, "rates: at most %d", VALUES_MAX);
	rates[0].hs = TEXT("");
	for (size_t i = 0; i <= n; i++) {
		const struct json *from = i == 0 ? j : json_item(list, i - 1);

		if (!read_text(r, from, "hs", &rates[i].hs) || !read_number(r, from, "vat_bp", RATE_BP_MAX, &rates[i].vat_bp)
		    || !read_number(r, from, "ct_bp", RATE_BP_MAX, &rates[i].ct_bp))
			return false;
		if (rates[i].hs.at == NULL)
			return fault_set(r->fault, FAULT_BAD_JSON, "rates: hs, how the codes begin");
	}
	s->rates.count = (int)n + 1;
	return true;
}

static bool read_step(struct reading *r, struct rule_step *s, const struct json *j)
{
	const struct json *say = json_member(j, "say");

	*s = (struct rule_step){ .info = TEXT("simulated") };
	if (!json_is_object(j) || !read_number(r, j, "after_ms", RULE_DELAY_MS_MAX, &s->after_ms) || !read_text(r, j, "status", &s->status)
	    || !read_text(r, j, "code", &s->code) || !read_text(r, j, "info", &s->info) || !read_rates(r, s, j))
		return fault_set(r->fault, FAULT_BAD_JSON, "steps: objects");
	if (say != NULL && !saying_kind_by_name(json_text(say), &s->kind))
		return fault_set(r->fault, FAULT_BAD_JSON, "say: receipt, tax_bill or tax_bill_status");
	if (s->status.len == 0 && s->kind != SAY_RECEIPT)
		s->status = s->kind == SAY_TAX_BILL ? TEXT("1") : TEXT("2");
	return s->status.len > 0 || fault_set(r->fault, FAULT_BAD_JSON, "steps: status is missing");
}

static bool read_rule(struct reading *r, const struct json *j)
{
	const struct json *steps = json_member(j, "steps"), *when = json_member(j, "when");
	struct answer_rule *rule = r->rule;
	size_t n = json_length(steps);

	*rule = (struct answer_rule){ .per_mille = PER_MILLE };
	if (!json_is_object(j) || n < 1 || n > RULE_STEPS_MAX)
		return fault_set(r->fault, FAULT_BAD_JSON, "rules: objects with 1 to %d steps", RULE_STEPS_MAX);
	if (when != NULL && !json_is_object(when))
		return fault_set(r->fault, FAULT_BAD_JSON, "when: an object");
	if (!read_text(r, j, "name", &rule->name) || !read_number(r, j, "per_mille", PER_MILLE, &rule->per_mille))
		return false;
	json_each(when, read_condition, r);
	if (r->fault->code != FAULT_NONE)
		return false;
	rule->conditions = arena_copy(r->arena, r->conditions, sizeof(r->conditions[0]) * (size_t)rule->condition_count);
	rule->steps = arena_zalloc(r->arena, sizeof(*rule->steps) * n);
	for (; rule->steps != NULL && rule->step_count < (int)n; rule->step_count++)
		if (!read_step(r, &rule->steps[rule->step_count], json_item(steps, (size_t)rule->step_count)))
			return false;
	return true;
}

static bool read_rules(struct answer_rules *out, const struct json *j, struct text source, struct fault *f)
{
	const struct json *list = json_member(j, "rules");
	struct reading r = { .arena = &out->arena, .fault = f };
	size_t n = json_length(list);

	if (!json_is_array(list) || n > RULES_MAX)
		return fault_set(f, FAULT_BAD_JSON, "rules: an array of at most %d", RULES_MAX);
	out->source = text_dup(&out->arena, source);
	out->list = arena_zalloc(&out->arena, sizeof(*out->list) * (n + 1));
	for (; out->list != NULL && out->count < (int)n; out->count++) {
		r.rule = &out->list[out->count];
		if (!read_rule(&r, json_item(list, (size_t)out->count)))
			return fault_set(f, FAULT_TOO_LARGE, "too much for the rules of one authority");
	}
	return !out->arena.full || fault_set(f, FAULT_TOO_LARGE, "too much for the rules of one authority");
}

bool rules_set(struct answer_rules *r, struct text json, struct fault *f)
{
	struct answer_rules fresh = { .count = 0 };
	struct arena a;
	const struct json *j;
	bool good;

	arena_init(&a, ARENA_BYTES);
	arena_init(&fresh.arena, ARENA_BYTES);
	j = json_parse(&a, json, f);
	good = j != NULL && read_rules(&fresh, j, json, f);
	arena_done(&a);
	if (!good) {
		arena_done(&fresh.arena);
		return false;
	}
	rules_forget(r);
	*r = fresh;
	return true;
}

void rules_put(struct buf *b, const struct answer_rules *r)
{
	buf_text(b, r->source.at == NULL ? TEXT("{\"rules\":[]}") : r->source);
}

void rules_forget(struct answer_rules *r)
{
	if (r->source.at != NULL)
		arena_done(&r->arena);
	*r = (struct answer_rules){ .count = 0 };
}

/* --- choosing ----------------------------------------------------------------------------------------------------------- */

static bool is_like(struct text t, struct text pattern)
{
	while (pattern.len > 0 && pattern.at[0] != '*') {
		if (t.len == 0 || t.at[0] != pattern.at[0])
			return false;
		t = (struct text){ t.at + 1, t.len - 1 };
		pattern = (struct text){ pattern.at + 1, pattern.len - 1 };
	}
	if (pattern.len == 0)
		return t.len == 0;
	pattern = (struct text){ pattern.at + 1, pattern.len - 1 };
	for (size_t i = 0; i <= t.len; i++)
		if (is_like((struct text){ t.at + i, t.len - i }, pattern))
			return true;
	return false;
}

static bool holds(const struct rule_condition *c, struct text body)
{
	struct text value = c->kind == CONDITION_MESSAGE ? TEXT("") : peek_value(body, c->name);
	struct decimal amount;

	if (value.at == NULL)
		return false;
	switch (c->kind) {
	case CONDITION_MESSAGE:
		for (int i = 0; i < c->count; i++)
			if (c->numbers[i] == peek_message_number(body))
				return true;
		return false;
	case CONDITION_IN:
		for (int i = 0; i < c->count; i++)
			if (text_eq(value, c->texts[i]))
				return true;
		return false;
	case CONDITION_LIKE:
		return is_like(value, c->texts[0]);
	case CONDITION_ABOVE:
		return decimal_parse(value, DIGITS, PLACES, &amount) && decimal_cmp(amount, c->bound) > 0;
	case CONDITION_BELOW:
		return decimal_parse(value, DIGITS, PLACES, &amount) && decimal_cmp(amount, c->bound) < 0;
	}
	return false;
}

const struct answer_rule *rules_choose(const struct answer_rules *r, struct text body, int64_t seed, const struct id *message)
{
	const struct text what = { (const char *)message->b, sizeof(message->b) };

	for (int i = 0; i < r->count; i++) {
		const struct answer_rule *rule = &r->list[i];
		bool all = true;

		for (int k = 0; k < rule->condition_count && all; k++)
			all = holds(&rule->conditions[k], body);
		if (all && (rule->per_mille == PER_MILLE || chance_draw(seed, what, 0x10000u + (uint32_t)i) < rule->per_mille))
			return rule;
	}
	return NULL;
}
