/* Credit: sums of fading weights, a window of days, and caps. */
#include "model/credit.h"

#include <assert.h>

static const char *const degree_names[] = {
#define X(id, name) name,
	CREDIT_DEGREES(X)
#undef X
};

const char *credit_degree_name(enum credit_degree d)
{
	assert(d < CREDIT_DEGREE_COUNT);
	return degree_names[d];
}

bool credit_degree_by_name(struct text t, enum credit_degree *out)
{
	for (int d = 0; d < CREDIT_DEGREE_COUNT; d++) {
		if (text_is(t, degree_names[d])) {
			*out = (enum credit_degree)d;
			return true;
		}
	}
	return false;
}

static const char letters[] = "DCBA";

char credit_level_letter(enum credit_level l)
{
	assert(l < CREDIT_LEVEL_COUNT);
	return letters[l];
}

bool credit_level_by_letter(struct text t, enum credit_level *out)
{
	for (int l = 0; l < CREDIT_LEVEL_COUNT; l++) {
		if (t.len == 1 && t.at[0] == letters[l]) {
			*out = (enum credit_level)l;
			return true;
		}
	}
	return false;
}

/* --- score ------------------------------------------------------------------------------------------------------- */

int credit_weight(const struct credit_rules *r, const struct credit_event *e, int32_t day)
{
	const struct credit_decay *decay = &r->decay[e->degree];
	int64_t age = (int64_t)day - e->day, span = decay->end_days - decay->hold_days;

	assert(e->weight >= 0 && span > 0);
	if (age < 0 || day < e->known || day >= e->until || age >= decay->end_days)
		return 0;
	if (age <= decay->hold_days)
		return e->weight;
	return (int)((2 * (int64_t)e->weight * (decay->end_days - age) + span) / (2 * span)); /* half up */
}

static int within(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

static void add_up(const struct credit_rules *r, const struct credit_subject *s, int32_t day, struct credit_standing *out)
{
	for (int i = 0; i < s->event_count; i++) {
		const struct credit_event *e = &s->events[i];
		int weight = credit_weight(r, e, day);

		if (e->degree == CREDIT_RATING)
			out->rating += e->against ? -weight : weight;
		else if (e->degree == CREDIT_POSITIVE)
			out->positive += weight;
		else
			out->negative += weight;
	}
	out->positive = within(out->positive, 0, r->positive_cap);
	out->rating = within(out->rating, -r->rating_cap, r->rating_cap);
	out->score = within(r->base + out->positive + out->rating - out->negative, 0, r->highest);
}

int credit_score(const struct credit_rules *r, const struct credit_subject *s, int32_t day)
{
	struct credit_standing sum = { 0 };

	add_up(r, s, day, &sum);
	return sum.score;
}

/* --- level ------------------------------------------------------------------------------------------------------- */

static int serious_events(const struct credit_rules *r, const struct credit_subject *s, int32_t day)
{
	int count = 0;

	for (int i = 0; i < s->event_count; i++)
		count += s->events[i].degree == CREDIT_SERIOUS && credit_weight(r, &s->events[i], day) > 0;
	return count;
}

static bool has_serious(const struct credit_rules *r, const struct credit_subject *s, int32_t day)
{
	return serious_events(r, s, day) > 0;
}

/* Until the age that level A asks for is reached the filings do not matter, so how many there were then need not be known. */
static bool may_be_top(const struct credit_rules *r, const struct credit_subject *s, int32_t day)
{
	return (int64_t)day - s->registered >= r->top_age_days && s->released >= r->top_released && !has_serious(r, s, day);
}

static enum credit_level level_of_score(const struct credit_rules *r, int score)
{
	int level = CREDIT_LEVEL_COUNT - 1;

	while (level > 0 && score < r->least[level])
		level--;
	return (enum credit_level)level;
}

/* The worst of the window's days: so it falls at once, and rises when all of them are good enough. */
static enum credit_level level_of_days(const struct credit_rules *r, const struct credit_subject *s, int32_t day)
{
	enum credit_level worst = CREDIT_LEVEL_COUNT - 1;

	for (int back = 0; back <= r->rise_days && day - back >= s->registered; back++) {
		enum credit_level level = level_of_score(r, credit_score(r, s, day - back));

		worst = level < worst ? level : worst;
	}
	if (worst == CREDIT_A && !may_be_top(r, s, day))
		worst = CREDIT_B;
	return worst;
}

static bool lasts(const struct credit_subject *s, enum credit_cap_kind kind, int32_t day)
{
	for (int i = 0; i < s->cap_count; i++)
		if (s->caps[i].kind == kind && day >= s->caps[i].from && day < s->caps[i].to)
			return true;
	return false;
}

void credit_judge(const struct credit_rules *r, const struct credit_subject *s, int32_t day, struct credit_standing *out)
{
	bool is_dishonest = lasts(s, CREDIT_CAP_DISHONEST, day);

	*out = (struct credit_standing){ 0 };
	add_up(r, s, day, out);
	out->by_score = level_of_score(r, out->score);
	out->level = level_of_days(r, s, day);
	out->barred = lasts(s, CREDIT_CAP_SERIOUSLY_DISHONEST, day);
	if (out->barred || is_dishonest) {
		out->capped = out->level > CREDIT_D;
		out->level = CREDIT_D;
	} else if (out->level < CREDIT_B && lasts(s, CREDIT_CAP_ADVANCED, day) && !has_serious(r, s, day)) {
		out->lifted = true;
		out->level = CREDIT_B;
	}
}

/* How many days up to this one had a score of a better level, one after another; of an enterprise that had none worse: very many. */
static int days_better(const struct credit_rules *r, const struct credit_subject *s, int32_t day, enum credit_level than)
{
	int days = 0;

	while (days <= r->rise_days && day - days >= s->registered && level_of_score(r, credit_score(r, s, day - days)) > than)
		days++;
	return day - days < s->registered ? INT16_MAX : days;
}

static int at_least_0(int64_t value)
{
	return value < 0 ? 0 : value > INT16_MAX ? INT16_MAX : (int)value;
}

void credit_lacks(const struct credit_rules *r, const struct credit_subject *s, int32_t day, struct credit_shortfall *out)
{
	*out = (struct credit_shortfall){
		.points = at_least_0((int64_t)r->least[CREDIT_A] - credit_score(r, s, day)),
		.good_days = at_least_0((int64_t)r->rise_days + 1 - days_better(r, s, day, CREDIT_B)),
		.age_days = at_least_0((int64_t)r->top_age_days - ((int64_t)day - s->registered)),
		.released = at_least_0((int64_t)r->top_released - s->released),
		.serious = serious_events(r, s, day),
	};
}

/* A day is judged only where its window, what caps it, and what the best level asks for do not tell at once that nothing is better. */
bool credit_restored(const struct credit_rules *r, const struct credit_subject *s, int32_t day, int horizon, int32_t *when,
                     enum credit_level *level)
{
	struct credit_standing now, then;
	int better;

	credit_judge(r, s, day, &now);
	better = days_better(r, s, day, now.level);
	for (int ahead = 1; ahead <= horizon; ahead++) {
		better = level_of_score(r, credit_score(r, s, day + ahead)) > now.level ? better + 1 : 0;
		if (s->cap_count == 0 && (better <= r->rise_days || (now.level + 1 == CREDIT_A && !may_be_top(r, s, day + ahead))))
			continue;
		credit_judge(r, s, day + ahead, &then);
		if (then.level > now.level && !then.barred) {
			*when = day + ahead;
			*level = then.level;
			return true;
		}
	}
	return false;
}
