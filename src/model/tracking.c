#include "model/tracking.h"

#include "base/clock.h"

enum { LAST_DIGITS = 4 };

const char *tracking_state_name(enum tracking_state s)
{
	static const char *const names[] = {
		[TRACKING_DONE] = "done", [TRACKING_PASSED] = "passed", [TRACKING_MISSING] = "missing", [TRACKING_WAITING] = "waiting",
	};

	return names[s];
}

static bool is_named(struct text names, struct text wanted)
{
	struct text name;

	while (text_next(&names, ',', &name))
		if (text_eq(name, wanted))
			return true;
	return false;
}

static bool is_for(const struct tracking_case *c, const struct tracking_rule *r)
{
	return c->has_direction && r->direction == c->direction && r->valid_from <= c->day && c->day <= r->valid_to
	       && (text_is(r->trade_mode, "*") || (c->trade_mode.at != NULL && text_eq(r->trade_mode, c->trade_mode)));
}

/* A row of the trade mode's own goes before one for all. */
static bool has_own_row(const struct tracking_case *c, const struct tracking_rule *r)
{
	for (int i = 0; text_is(r->trade_mode, "*") && i < c->rule_count; i++)
		if (!text_is(c->rules[i].trade_mode, "*") && text_eq(c->rules[i].step, r->step) && is_for(c, &c->rules[i]))
			return true;
	return false;
}

const struct tracking_report *tracking_find(const struct tracking_report *all, int count, struct text step)
{
	for (int i = 0; i < count; i++)
		if (text_eq(all[i].rule->step, step))
			return &all[i];
	return NULL;
}

static int64_t first_time(const struct tracking_case *c, struct text step)
{
	int64_t first = INT64_MIN;

	for (int i = 0; i < c->event_count; i++)
		if (text_eq(c->events[i].step, step) && (first == INT64_MIN || c->events[i].at_us < first))
			first = c->events[i].at_us;
	return first;
}

static const struct tracking_rule *passed_by(const struct tracking_report *all, int count, const struct tracking_rule *r)
{
	for (int i = 0; i < count; i++)
		if (all[i].state == TRACKING_DONE && is_named(all[i].rule->needs, r->step))
			return all[i].rule;
	return NULL;
}

static void judge_lacking(const struct tracking_case *c, const struct tracking_report *all, int count, struct tracking_report *r)
{
	const struct tracking_report *from = r->rule->limit_from.at == NULL ? NULL : tracking_find(all, count, r->rule->limit_from);

	r->passed_by = r->rule->required ? NULL : passed_by(all, count, r->rule);
	if (r->passed_by != NULL) {
		r->state = TRACKING_PASSED;
		return;
	}
	if (from == NULL || from->state != TRACKING_DONE)
		return;
	r->due_us = from->at_us + r->rule->limit_hours * US_PER_HOUR;
	if (r->due_us <= c->now_us)
		r->state = TRACKING_MISSING;
}

int tracking_judge(const struct tracking_case *c, struct tracking_report out[TRACKING_STEPS_MAX])
{
	int count = 0;

	for (int i = 0; i < c->rule_count && count < TRACKING_STEPS_MAX; i++) {
		const struct tracking_rule *rule = &c->rules[i];
		int64_t at_us = first_time(c, rule->step);

		if (!is_for(c, rule) || has_own_row(c, rule))
			continue;
		out[count++] = (struct tracking_report){ .rule = rule, .state = at_us == INT64_MIN ? TRACKING_WAITING : TRACKING_DONE,
			                                 .at_us = at_us, .due_us = INT64_MAX };
	}
	for (int i = 0; i < count; i++)
		if (out[i].state != TRACKING_DONE)
			judge_lacking(c, out, count, &out[i]);
	return count;
}

/* In whole seconds: messages know no finer time, our own release does. */
static bool is_before(int64_t a_us, int64_t b_us)
{
	return a_us / US_PER_S < b_us / US_PER_S;
}

uint32_t tracking_contradicts(const struct tracking_report *all, int count, const struct tracking_event *e)
{
	const struct tracking_report *own = tracking_find(all, count, e->step);
	uint32_t places = 0;

	for (int i = 0; own != NULL && i < count; i++) {
		if (!is_named(own->rule->needs, all[i].rule->step))
			continue;
		if (all[i].state == TRACKING_DONE ? is_before(e->at_us, all[i].at_us) : all[i].rule->required)
			places |= TRACKING_BIT(i);
	}
	return places;
}

int64_t tracking_next_due_us(const struct tracking_report *all, int count, int64_t now_us)
{
	int64_t next_us = INT64_MAX;

	for (int i = 0; i < count; i++)
		if (all[i].state == TRACKING_WAITING && all[i].due_us > now_us && all[i].due_us < next_us)
			next_us = all[i].due_us;
	return next_us;
}

/* --- what strangers see ------------------------------------------------------------------------------------------------- */

void tracking_put_masked(struct buf *b, struct text name)
{
	size_t first = name.len > 0;

	while (first < name.len && ((unsigned char)name.at[first] & 0xc0) == 0x80) /* the rest of its UTF-8 */
		first++;
	buf_text(b, (struct text){ name.at, first });
	buf_str(b, "**"); /* always two: the length of a name says something as well */
}

bool tracking_telephone_ends(struct text telephone, struct text last_four)
{
	size_t at = telephone.len;

	if (last_four.len != LAST_DIGITS)
		return false;
	for (int i = LAST_DIGITS - 1; i >= 0; i--) {
		do {
			if (at-- == 0)
				return false;
		} while (telephone.at[at] < '0' || telephone.at[at] > '9');
		if (telephone.at[at] != last_four.at[i])
			return false;
	}
	return true;
}
