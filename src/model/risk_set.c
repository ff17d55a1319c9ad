/* Rows by days. A set is small: it is walked, once for each day of a batch. */
#include "model/risk_set.h"

#include <string.h>

static const char *const actions[] = {
#define X(id, name) name,
	LANE_ACTIONS(X)
#undef X
};
static const char *const numbers[] = {
	[RISK_POINTS_MAX] = "points_max", [RISK_RATE_LEAST] = "rate_least_bp", [RISK_RATE_MOST] = "rate_most_bp", [RISK_INSPECTIONS] = "inspections_an_hour",
	[RISK_SPARED_MOST] = "spared_most_bp",
};
static const char *const modes[] = { [RISK_OFF] = "off", [RISK_SHADOW] = "shadow", [RISK_ACTIVE] = "active" };

static int place_of(const char *const *names, int count, struct text t)
{
	for (int i = 0; i < count; i++)
		if (text_is(t, names[i]))
			return i;
	return -1;
}

const char *lane_action_name(enum lane_action a)
{
	return actions[a];
}

bool lane_action_by_name(struct text t, enum lane_action *out)
{
	int at = place_of(actions, LANE_ACT_COUNT, t);

	if (at >= 0)
		*out = (enum lane_action)at;
	return at >= 0;
}

bool risk_number_by_name(struct text t, enum risk_number *out)
{
	int at = place_of(numbers, RISK_NUMBER_COUNT, t);

	if (at >= 0)
		*out = (enum risk_number)at;
	return at >= 0;
}

bool risk_mode_by_name(struct text t, enum risk_mode *out)
{
	int at = place_of(modes, COUNTOF(modes), t);

	if (at >= 0)
		*out = (enum risk_mode)at;
	return at >= 0;
}

const char *risk_mode_name(enum risk_mode m)
{
	return modes[m];
}

static bool holds(struct days d, int32_t day)
{
	return day >= d.from && day <= d.to;
}

static bool meet(struct days a, struct days b)
{
	return a.from <= b.to && b.from <= a.to;
}

bool risk_set_check(const struct risk_set *s, struct fault *f)
{
	for (int i = 0; i < s->rule_count; i++) {
		const struct risk_dated *one = &s->rules[i];
		int together = 0;

		for (int k = 0; k < s->rule_count; k++) {
			const struct risk_dated *other = &s->rules[k];

			together += holds(other->days, one->days.from);
			if (other->row.rule == one->row.rule && other->row.mode != RISK_OFF && one->row.mode != RISK_OFF && other->window_s != one->window_s &&
			    meet(one->days, other->days))
				return fault_set(f, FAULT_SCHEMA, "risk_rule rows %d and %d: one rule has one window", one->row.id, other->row.id);
		}
		if (one->row.blocks && risk_rule_shows_later(one->row.rule))
			return fault_set(f, FAULT_SCHEMA, "risk_rule row %d: what shows later can block nothing", one->row.id);
		if (together > RISK_DAY_RULES_MAX)
			return fault_set(f, FAULT_SCHEMA, "risk_rule row %d: more than %d rows hold on one day", one->row.id, RISK_DAY_RULES_MAX);
	}
	return true;
}

static bool take_lanes(const struct risk_set *s, struct risk_day *out)
{
	bool lanes[LANE_COUNT] = { false }, levels[CREDIT_LEVEL_COUNT] = { false };
	bool all = true;

	for (int i = 0; i < s->lane_count; i++) {
		const struct lane_dated *one = &s->lanes[i];

		if (!holds(one->days, out->day))
			continue;
		lanes[one->lane] = true;
		out->lanes.least[one->lane] = one->least;
		out->actions[one->lane] = one->action;
		out->lane_rows[one->lane] = one->id;
	}
	for (int i = 0; i < s->level_count; i++) {
		const struct level_dated *one = &s->levels[i];

		if (!holds(one->days, out->day))
			continue;
		levels[one->level] = true;
		out->lanes.credit_term[one->level] = one->term;
		out->lanes.rate_bp[one->level] = one->rate_bp;
		out->level_rows[one->level] = one->id;
		out->queue_ranks[one->level] = one->queue_rank;
	}
	for (int i = 0; i < LANE_COUNT; i++)
		all = all && lanes[i];
	for (int i = 0; i < CREDIT_LEVEL_COUNT; i++)
		all = all && levels[i];
	return all;
}

bool risk_set_on(const struct risk_set *s, int32_t day, struct risk_day *out)
{
	unsigned found = 0;

	*out = (struct risk_day){ .day = day, .set = s };
	for (int i = 0; i < s->rule_count; i++) {
		const struct risk_dated *one = &s->rules[i];

		if (one->row.mode == RISK_OFF || !holds(one->days, day))
			continue;
		out->window_s[one->row.rule] = one->window_s;
		out->rows[out->row_count++] = one->row;
	}
	for (int i = 0; i < s->number_count; i++) {
		const struct number_dated *one = &s->numbers[i];

		if (!holds(one->days, day))
			continue;
		out->numbers[one->number] = one->value;
		found |= 1u << one->number;
	}
	out->lanes.points_max = out->numbers[RISK_POINTS_MAX];
	out->sampling = (struct sampling_limits){ out->numbers[RISK_RATE_LEAST], out->numbers[RISK_RATE_MOST], out->numbers[RISK_INSPECTIONS],
		                                  out->numbers[RISK_SPARED_MOST] };
	return take_lanes(s, out) && found == (1u << RISK_NUMBER_COUNT) - 1;
}

bool risk_day_minds(const struct risk_day *d, struct text goods_class)
{
	for (int i = 0; i < d->set->goods_count; i++)
		if (holds(d->set->goods[i].days, d->day) && text_is(goods_class, d->set->goods[i].name))
			return true;
	return false;
}

int risk_day_factor(const struct risk_day *d, enum sampling_what what, struct text value)
{
	for (int i = 0; i < d->set->factor_count; i++) {
		const struct factor_dated *one = &d->set->factors[i];

		if (one->what == what && holds(one->days, d->day) && text_is(value, one->value))
			return one->permille;
	}
	return 1000;
}

int risk_day_window(const struct risk_day *d, const char *rule)
{
	int at = risk_rule_by_name(text_of(rule));

	return at < 0 ? 0 : d->window_s[at];
}

int risk_day_longest(const struct risk_day *d)
{
	int longest = 0;

	for (int i = 0; i < d->row_count; i++)
		if (!risk_rule_shows_later(d->rows[i].rule) && d->window_s[d->rows[i].rule] > longest)
			longest = d->window_s[d->rows[i].rule];
	return longest;
}

int64_t risk_day_parameter(const struct risk_day *d, const char *rule, int parameter)
{
	int wanted = risk_rule_by_name(text_of(rule));

	for (int i = 0; i < d->row_count; i++)
		if (d->rows[i].rule == wanted)
			return d->rows[i].parameters[parameter];
	return 0;
}
