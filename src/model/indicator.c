/* Indicators: a straight line for each, and weighted means. */
#include "model/indicator.h"

#include <assert.h>

enum { FULL_GRADE = 100, SHARE_OF = 10000 };

static const char *const names[] = {
#define X(id, name) name,
	INDICATORS(X)
#undef X
};

static const char *const part_names[] = {
#define X(id, name) name,
	INDICATOR_PARTS(X)
#undef X
};

const char *indicator_name(enum indicator i)
{
	assert(i < INDICATOR_COUNT);
	return names[i];
}

bool indicator_by_name(struct text t, enum indicator *out)
{
	for (int i = 0; i < INDICATOR_COUNT; i++) {
		if (text_is(t, names[i])) {
			*out = (enum indicator)i;
			return true;
		}
	}
	return false;
}

const char *indicator_part_name(enum indicator_part p)
{
	assert(p < INDICATOR_PART_COUNT);
	return part_names[p];
}

bool indicator_part_by_name(struct text t, enum indicator_part *out)
{
	for (int p = 0; p < INDICATOR_PART_COUNT; p++) {
		if (text_is(t, part_names[p])) {
			*out = (enum indicator_part)p;
			return true;
		}
	}
	return false;
}

/* --- values ------------------------------------------------------------------------------------------------------ */

static int64_t half_up(int64_t part, int64_t all) /* neither is negative */
{
	return (2 * part + all) / (2 * all);
}

struct indicator_value indicator_share(int64_t part, int64_t all)
{
	assert(part >= 0 && part <= INT64_MAX / (4 * SHARE_OF) && all <= INT64_MAX / 4);
	if (all <= 0)
		return (struct indicator_value){ .is_known = false };
	return (struct indicator_value){ true, half_up(SHARE_OF * part, all) };
}

struct indicator_value indicator_tax_grade(struct text grade)
{
	static const char best_first[] = "ABMCD";

	for (int i = 0; best_first[i] != '\0'; i++)
		if (grade.len == 1 && grade.at[0] == best_first[i])
			return (struct indicator_value){ true, i + 1 };
	return (struct indicator_value){ .is_known = false };
}

/* --- grades ------------------------------------------------------------------------------------------------------ */

static int grade_of(const struct indicator_row *row, int64_t value)
{
	bool rises = row->full_at > row->none_at;
	int64_t least = rises ? row->none_at : row->full_at, most = rises ? row->full_at : row->none_at;

	if (value < least)
		value = least;
	if (value > most)
		value = most;
	return (int)half_up(FULL_GRADE * (rises ? value - least : most - value), most - least);
}

static bool choose_rows(const struct indicator_row *rows, int count, int32_t day, struct indicator_evaluation *out, struct fault *f)
{
	for (int i = 0; i < count; i++) {
		struct indicator_grade *g = &out->grades[rows[i].which];

		if (day < rows[i].valid_from || day > rows[i].valid_to)
			continue;
		if (g->row != NULL)
			return fault_set(f, FAULT_SCHEMA, "two rows of %s are in force on one day", indicator_name(rows[i].which));
		if (rows[i].weight < 1 || rows[i].none_at == rows[i].full_at)
			return fault_set(f, FAULT_SCHEMA, "row %d weighs nothing, or grades nothing", rows[i].id);
		g->row = &rows[i];
	}
	return true;
}

/* Sums weights, and grades by their weights, until close_sum(). */
static void add(struct indicator_sum *s, const struct indicator_grade *g)
{
	s->weight += g->row->weight;
	if (!g->value.is_known)
		return;
	s->known_weight += g->row->weight;
	s->grade += g->row->weight * g->grade;
}

static void close_sum(struct indicator_sum *s)
{
	if (s->known_weight > 0)
		s->grade = (int)half_up(s->grade, s->known_weight);
}

bool indicator_evaluate(const struct indicator_row *rows, int count, const struct indicator_value values[INDICATOR_COUNT], int32_t day,
                        struct indicator_evaluation *out, struct fault *f)
{
	*out = (struct indicator_evaluation){ 0 };
	if (!choose_rows(rows, count, day, out, f))
		return false;
	for (int i = 0; i < INDICATOR_COUNT; i++) {
		struct indicator_grade *g = &out->grades[i];

		if (g->row == NULL)
			continue;
		g->value = values[i];
		if (g->value.is_known)
			g->grade = grade_of(g->row, g->value.value);
		add(&out->parts[g->row->part], g);
		add(&out->whole, g);
	}
	for (int p = 0; p < INDICATOR_PART_COUNT; p++)
		close_sum(&out->parts[p]);
	close_sum(&out->whole);
	return true;
}
