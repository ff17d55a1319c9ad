#include "model/inspection.h"

/* Has the part's own authority come to an end of the inspection it selected? A hold in between leaves it open. */
static enum inspection_result own_result(const struct part *p)
{
	if (p->outcome == OUTCOME_INSPECT || p->outcome == OUTCOME_HELD)
		return INSPECTION_OPEN;
	return p->outcome == OUTCOME_REJECTED ? INSPECTION_BAD : INSPECTION_GOOD;
}

const char *inspection_result_name(enum inspection_result r)
{
	static const char *const names[] = { [INSPECTION_OPEN] = "open", [INSPECTION_GOOD] = "good", [INSPECTION_BAD] = "bad" };

	return names[r];
}

static bool is_given(const struct recognition *row, const struct part *giver, const struct part *taker)
{
	if (row->of_inspection)
		return giver->inspected && taker->inspected && taker->inspected_us <= giver->outcome_at_us && own_result(giver) == INSPECTION_GOOD;
	return giver->outcome == OUTCOME_CLEAR;
}

/* What the taker itself said before stands back: nothing, or that it wants to see the goods. A hold of its own does not. */
static bool stands_back(const struct recognition *row, const struct part *taker)
{
	if (row->of_inspection)
		return taker->outcome == OUTCOME_INSPECT;
	return taker->outcome != OUTCOME_HELD && !outcome_is_final(taker->outcome);
}

static void recognise(const struct recognition *row, const struct part *giver, struct part *taker)
{
	if (!is_given(row, giver, taker))
		return;
	if (taker->outcome_at_us > giver->outcome_at_us && taker->outcome != OUTCOME_NONE) {
		taker->contradicted |= row->clears && taker->outcome != OUTCOME_CLEAR;
		return;
	}
	if (!stands_back(row, taker) || (taker->recognised != NULL && taker->recognised->clears >= row->clears))
		return;
	taker->recognised = row;
	taker->recognised_us = giver->outcome_at_us;
}

void inspection_recognise(struct part *parts, int part_count, int version, const struct recognition *rows, int row_count, int32_t day)
{
	for (int r = 0; r < row_count; r++) {
		if (day < rows[r].valid_from || day > rows[r].valid_to)
			continue;
		for (int g = 0; g < part_count; g++)
			for (int t = 0; t < part_count && parts[g].authority == rows[r].giver && parts[g].version == version; t++)
				if (parts[t].version == version && parts[t].authority == rows[r].taker)
					recognise(&rows[r], &parts[g], &parts[t]);
	}
}

static bool is_before(const struct part *a, const struct part *b)
{
	return a->inspected_us != b->inspected_us ? a->inspected_us < b->inspected_us : a->authority < b->authority;
}

static void take_part(struct inspection *out, const struct part *p)
{
	enum inspection_result result = p->recognised != NULL ? INSPECTION_GOOD : own_result(p);
	int64_t at_us = p->recognised != NULL ? p->recognised_us : p->outcome_at_us;

	out->selected_by[out->count++] = p->authority;
	out->joined_us = p->inspected_us;
	if (result == INSPECTION_BAD || out->result == INSPECTION_BAD)
		out->result = INSPECTION_BAD;
	else if (result == INSPECTION_OPEN)
		out->result = INSPECTION_OPEN;
	if (at_us > out->closed_us)
		out->closed_us = at_us;
}

bool inspection_of(const struct part *parts, int part_count, int version, struct inspection *out)
{
	const struct part *last = NULL;

	*out = (struct inspection){ .result = INSPECTION_GOOD, .closed_us = INT64_MIN };
	for (;;) { /* in the order of their selections: there are few */
		const struct part *next = NULL;

		for (int i = 0; i < part_count; i++) {
			const struct part *p = &parts[i];

			if (p->version == version && p->inspected && (last == NULL || is_before(last, p)) && (next == NULL || is_before(p, next)))
				next = p;
		}
		if (next == NULL)
			break;
		if (last == NULL)
			out->opened_us = next->inspected_us;
		take_part(out, next);
		last = next;
	}
	if (out->result == INSPECTION_OPEN)
		out->closed_us = INT64_MIN;
	return out->count > 0;
}
