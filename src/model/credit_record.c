/* Records of an enterprise as they were known on a day: filters, and rows of that day gathered into one set of rules. */
#include "model/credit_record.h"

#include <assert.h>
#include <stddef.h>

static const char *const change_names[] = {
#define X(id, name) [CREDIT_##id] = name,
	CREDIT_CHANGES(X)
#undef X
	[CREDIT_CHANGE_COUNT] = "recorded",
};

const char *credit_change_name(enum credit_change c)
{
	assert(c <= CREDIT_CHANGE_COUNT);
	return change_names[c];
}

bool credit_change_by_name(struct text t, enum credit_change *out)
{
	for (int c = 0; c < CREDIT_CHANGE_COUNT; c++) {
		if (text_is(t, change_names[c])) {
			*out = (enum credit_change)c;
			return true;
		}
	}
	return false;
}

bool credit_change_fits(enum credit_change state, enum credit_change next, struct fault *f)
{
	if (state == CREDIT_WITHDRAWN || state == CREDIT_WAIVED || state == CREDIT_REPAIRED)
		return fault_set(f, FAULT_STATE_CONFLICT, "the event is %s: nothing follows", credit_change_name(state));
	if (next == CREDIT_CONFIRMED && state != CREDIT_DISPUTED)
		return fault_set(f, FAULT_STATE_CONFLICT, "only what is disputed is confirmed");
	if (next == CREDIT_DISPUTED && state != CREDIT_CHANGE_COUNT)
		return fault_set(f, FAULT_STATE_CONFLICT, "the event is %s: it is disputed once", credit_change_name(state));
	return true;
}

/* --- what others hold ---------------------------------------------------------------------------------------------- */

static const struct {
	const char *what, *value;
	bool is_cap;
	enum credit_cap_kind cap;
} outside[] = {
	{ "customs_level", "advanced", true, CREDIT_CAP_ADVANCED },
	{ "customs_level", "certified", false, 0 },
	{ "customs_level", "regular", false, 0 },
	{ "customs_level", "dishonest", true, CREDIT_CAP_DISHONEST },
	{ "customs_level", "seriously_dishonest", true, CREDIT_CAP_SERIOUSLY_DISHONEST },
	{ "tax_grade", "A", false, 0 },
	{ "tax_grade", "B", false, 0 },
	{ "tax_grade", "M", false, 0 },
	{ "tax_grade", "C", false, 0 },
	{ "tax_grade", "D", false, 0 },
	{ "quality_ability", "strong", false, 0 }, /* of its own quality control: how often its goods are drawn (model/sampling.h) */
	{ "quality_ability", "normal", false, 0 },
	{ "quality_ability", "weak", false, 0 },
};

bool credit_outside_known(struct text what, struct text value)
{
	for (size_t i = 0; i < COUNTOF(outside); i++)
		if (text_is(what, outside[i].what) && text_is(value, outside[i].value))
			return true;
	return false;
}

bool credit_outside_cap(struct text what, struct text value, enum credit_cap_kind *out)
{
	for (size_t i = 0; i < COUNTOF(outside); i++) {
		if (outside[i].is_cap && text_is(what, outside[i].what) && text_is(value, outside[i].value)) {
			*out = outside[i].cap;
			return true;
		}
	}
	return false;
}

/* --- rows of a day ------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t offset; /* of an int in struct credit_view */
} rule_places[] = {
	{ "base", offsetof(struct credit_view, rules.base) },
	{ "highest", offsetof(struct credit_view, rules.highest) },
	{ "positive_cap", offsetof(struct credit_view, rules.positive_cap) },
	{ "rating_cap", offsetof(struct credit_view, rules.rating_cap) },
	{ "rise_days", offsetof(struct credit_view, rules.rise_days) },
	{ "top_age_days", offsetof(struct credit_view, rules.top_age_days) },
	{ "top_released", offsetof(struct credit_view, rules.top_released) },
	{ "forecast_days", offsetof(struct credit_view, forecast_days) },
};
enum { NEEDED = COUNTOF(rule_places) + CREDIT_DEGREE_COUNT + CREDIT_TREATMENTS };

/* False: the row is of no use for a judgement (the listing's rules are). */
static bool put_rule(struct credit_view *v, const struct credit_row *row)
{
	for (size_t i = 0; i < COUNTOF(rule_places); i++) {
		if (text_is(row->name, rule_places[i].name)) {
			*(int *)(void *)((char *)v + rule_places[i].offset) = row->a;
			return true;
		}
	}
	return false;
}

static bool put_degree(struct credit_view *v, const struct credit_row *row)
{
	enum credit_degree degree;

	if (!credit_degree_by_name(row->name, &degree))
		return false;
	v->rules.decay[degree] = (struct credit_decay){ row->a, row->b };
	v->published_days[degree] = row->c;
	return true;
}

static bool put_level(struct credit_view *v, const struct credit_row *row)
{
	enum credit_level level = CREDIT_D;
	bool is_neg = text_is(row->name, "NEG");

	if (!is_neg && !credit_level_by_letter(row->name, &level))
		return false;
	v->treatments[is_neg ? CREDIT_LEVEL_NEG : (int)level] = (struct credit_treatment){ row->b, row->c, row->queue_rank, row->documents };
	if (!is_neg)
		v->rules.least[level] = row->a;
	return true;
}

static bool put_row(struct credit_view *v, const struct credit_row *row)
{
	switch (row->kind) {
	case CREDIT_ROW_RULE:
		return put_rule(v, row);
	case CREDIT_ROW_DEGREE:
		return put_degree(v, row);
	case CREDIT_ROW_LEVEL:
		return put_level(v, row);
	}
	return false;
}

static bool gather_rules(struct credit_view *v, const struct credit_row *rows, int count, struct fault *f)
{
	v->rules = (struct credit_rules){ 0 };
	v->rule_row_count = 0;
	for (int i = 0; i < count; i++) {
		if (v->day < rows[i].valid_from || v->day > rows[i].valid_to || !put_row(v, &rows[i]))
			continue;
		if (v->rule_row_count == CREDIT_ROWS_MAX)
			return fault_set(f, FAULT_SCHEMA, "more rows of credit rules are in force on one day than there are rules");
		v->rule_rows[v->rule_row_count++] = rows[i].id;
	}
	return v->rule_row_count == NEEDED ||
	       fault_set(f, FAULT_SCHEMA, "%d rows of credit rules are in force, not %d", v->rule_row_count, (int)NEEDED);
}

/* --- records of a day ---------------------------------------------------------------------------------------------- */

enum credit_change credit_event_state(const struct credit_record_event *e, int32_t day)
{
	enum credit_change state = CREDIT_CHANGE_COUNT;

	for (int i = 0; i < e->change_count; i++)
		if (e->changes[i].recorded <= day)
			state = e->changes[i].change;
	return state;
}

/* From this day on it counts no longer, as far as it is known on `day`. */
static int32_t until(const struct credit_record_event *e, int32_t day)
{
	for (int i = 0; i < e->change_count; i++) {
		const struct credit_record_change *c = &e->changes[i];

		if (c->recorded > day)
			continue;
		if (c->change == CREDIT_WITHDRAWN || c->change == CREDIT_WAIVED)
			return e->day;
		if (c->change == CREDIT_REPAIRED)
			return c->day;
	}
	return INT32_MAX;
}

static void gather_events(struct credit_view *v)
{
	int n = 0;

	for (int i = 0; i < v->record->event_count; i++) {
		const struct credit_record_event *e = &v->record->events[i];

		if (e->recorded > v->day)
			continue;
		v->sources[n] = e;
		v->events[n++] = (struct credit_event){
			.degree = e->degree, .weight = e->weight, .against = e->against, .day = e->day, .known = e->recorded, .until = until(e, v->day),
		};
	}
	v->subject.events = v->events;
	v->subject.event_count = n;
}

/* The last that was recorded of a kind is what is held from its day on. */
static bool is_overtaken(const struct credit_record *r, int i, int32_t day)
{
	for (int k = i + 1; k < r->outside_count; k++) /* ordered by what it is, its day and its recording */
		if (text_eq(r->outside[k].what, r->outside[i].what) && r->outside[k].recorded <= day && r->outside[k].from <= day)
			return true;
	return false;
}

static void gather_caps(struct credit_view *v)
{
	const struct credit_record *r = v->record;
	int n = 0;

	for (int i = 0; i < r->outside_count; i++) {
		enum credit_cap_kind kind;

		if (r->outside[i].recorded <= v->day && !is_overtaken(r, i, v->day) && credit_outside_cap(r->outside[i].what, r->outside[i].value, &kind))
			v->caps[n++] = (struct credit_cap){ kind, r->outside[i].from, r->outside[i].to };
	}
	v->subject.caps = v->caps;
	v->subject.cap_count = n;
}

bool credit_view_new(struct credit_view *v, struct arena *a, const struct credit_record *record)
{
	*v = (struct credit_view){ .record = record };
	v->events = arena_alloc(a, sizeof(*v->events) * ((size_t)record->event_count + 1));
	v->sources = arena_alloc(a, sizeof(*v->sources) * ((size_t)record->event_count + 1));
	v->caps = arena_alloc(a, sizeof(*v->caps) * ((size_t)record->outside_count + 1));
	return !a->full;
}

bool credit_view_on(struct credit_view *v, const struct credit_row *rows, int count, int32_t day, struct fault *f)
{
	const struct credit_record *r = v->record;

	v->day = day;
	if (!gather_rules(v, rows, count, f))
		return false;
	v->subject = (struct credit_subject){ .registered = r->registered };
	for (int i = 0; i < r->released_count && r->released[i].day < day; i++) /* of a day that is not over more may come */
		v->subject.released = r->released[i].total;
	gather_events(v);
	gather_caps(v);
	v->is_listed = false;
	for (int i = 0; i < r->listing_count; i++)
		v->is_listed = v->is_listed || (r->listings[i].listed <= day && r->listings[i].exited > day);
	return true;
}

void credit_view_judge(const struct credit_view *v, struct credit_standing *out)
{
	credit_judge(&v->rules, &v->subject, v->day, out);
	out->barred = out->barred || v->is_listed;
}

bool credit_event_published(const struct credit_view *v, const struct credit_record_event *e, int32_t *last)
{
	enum credit_change state = credit_event_state(e, v->day);
	int days = v->published_days[e->degree];

	*last = e->day + days;
	return days > 0 && v->day <= *last && state != CREDIT_WITHDRAWN && state != CREDIT_WAIVED && until(e, v->day) > v->day;
}
