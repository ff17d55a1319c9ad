#include "model/goods_return.h"

#include <assert.h>

#include "base/clock.h"
#include "base/decimal.h"

enum { TOTAL_DIGITS = 19, FRACTION_DIGITS = 5 };

static const struct {
	const char *name, *en, *zh, *why;
} states[RETURN_STATE_COUNT] = {
#define X(id, name, en, zh, why) [RETURN_##id] = { name, en, zh, why },
	RETURN_STATES(X)
#undef X
};

const char *return_state_name(enum return_state s)
{
	assert(s < RETURN_STATE_COUNT);
	return states[s].name;
}

const char *return_state_title(enum return_state s, bool chinese)
{
	assert(s < RETURN_STATE_COUNT);
	return chinese ? states[s].zh : states[s].en;
}

bool return_state_by_name(struct text t, enum return_state *out)
{
	for (int i = 0; i < RETURN_STATE_COUNT; i++) {
		if (text_is(t, states[i].name)) {
			*out = (enum return_state)i;
			return true;
		}
	}
	return false;
}

void return_put_page(struct buf *b)
{
	buf_str(b, "\n# The states of a return of goods\n\nThe declaration stays released whatever becomes of its returns.\n\n"
	           "```mermaid\nflowchart LR\n\trequested --> approved --> completed\n\trequested --> refused\n\trequested --> lapsed\n\tapproved --> lapsed\n"
	           "\tlapsed --> completed\n```\n\n| state | 状态 | meaning | when |\n|---|---|---|---|\n");
	for (int i = 0; i < RETURN_STATE_COUNT; i++)
		buf_printf(b, "| `%s` | %s | %s | %s |\n", states[i].name, states[i].zh, states[i].en, states[i].why);
}

/* --- may it be asked for? ---------------------------------------------------------------------------------------------- */

static bool refuse(struct finding *why, enum rule rule, enum field field, int line)
{
	const struct message_def *def = message_def(DOC_RETURN, DIR_IMPORT);
	int i = line < 0 ? field_index(def, field) : field_line_index(def, field);

	assert(i >= 0);
	*why = (struct finding){ .rule = rule, .field = line < 0 ? &def->fields[i] : &def->line_fields[i], .line = line };
	return false;
}

static const char *kept(struct buf *b)
{
	return b->full ? NULL : b->at;
}

static bool is_late(struct arena *a, const struct return_case *c, struct finding *why, int64_t *ends_us)
{
	char day[DAY_TEXT_BYTES];
	struct deadline ask, bring;
	struct buf b;

	deadline_of(&c->to_ask, c->released_us, &c->calendar, NULL, 0, c->now_us, &ask);
	deadline_of(&c->to_bring, c->released_us, &c->calendar, NULL, 0, c->now_us, &bring);
	*ends_us = bring.due_us;
	if (c->now_us < ask.due_us)
		return false;
	(void)refuse(why, RULE_RETURN_TOO_LATE, F_INVENTORY_NO, -1);
	buf_init(&b, a, 32);
	day_put(ask.last_day, day);
	buf_printf(&b, "asked for by %s", day);
	why->expected = kept(&b);
	return true;
}

static struct decimal amount(struct text t)
{
	struct decimal d;

	return t.at != NULL && decimal_parse(t, TOTAL_DIGITS, FRACTION_DIGITS, &d) ? d : (struct decimal){ 0 };
}

/* What may still be returned of the line, after other returns and the lines before it in this one. */
static struct decimal left(const struct return_case *c, int line)
{
	const struct return_line *one = &c->lines[line];
	struct decimal d = decimal_sub(amount(one->declared_quantity), amount(one->returned));

	for (int i = 0; i < line; i++)
		if (text_eq(c->lines[i].line_no, one->line_no))
			d = decimal_sub(d, amount(c->lines[i].quantity));
	return d;
}

static bool check_line(struct arena *a, const struct return_case *c, int line, struct finding *why)
{
	const struct return_line *one = &c->lines[line];
	struct decimal asked = amount(one->quantity), most = left(c, line);
	struct buf b;

	if (one->declared_quantity.at == NULL)
		return refuse(why, RULE_RETURN_LINE, F_LINE_NO, line);
	if (!text_eq(one->hs_code, one->declared_hs))
		return refuse(why, RULE_RETURN_LINE, F_HS_CODE, line);
	if (!text_eq(one->unit, one->declared_unit))
		return refuse(why, RULE_RETURN_LINE, F_UNIT, line);
	if (asked.e5 > 0 && decimal_cmp(asked, most) <= 0)
		return true;
	(void)refuse(why, RULE_RETURN_QUANTITY, F_QUANTITY, line);
	buf_init(&b, a, 64);
	buf_str(&b, "more than 0, at most ");
	decimal_put(&b, most.e5 > 0 ? most : (struct decimal){ 0 });
	why->expected = kept(&b);
	why->got = one->quantity;
	return false;
}

bool goods_return_check(struct arena *a, const struct return_case *c, struct finding *why, int64_t *ends_us)
{
	if (!c->is_new)
		return refuse(why, RULE_RETURN_FIXED, F_ACTION, -1);
	if (!c->is_known)
		return refuse(why, RULE_RETURN_UNKNOWN, F_ORDER_NO, -1);
	if (!c->has_number)
		return refuse(why, RULE_RETURN_UNKNOWN, F_INVENTORY_NO, -1);
	if (!c->is_released)
		return refuse(why, RULE_RETURN_NOT_RELEASED, F_INVENTORY_NO, -1);
	if (!c->has_periods)
		return refuse(why, RULE_RETURN_NO_RULE, F_INVENTORY_NO, -1);
	if (is_late(a, c, why, ends_us))
		return false;
	for (int line = 0; line < c->line_count; line++)
		if (!check_line(a, c, line, why))
			return false;
	return true;
}
