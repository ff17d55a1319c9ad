#include "model/ruling.h"

#include <assert.h>

static const struct {
	const char *name;
	enum part_outcome outcome;
} rulings[RULING_COUNT] = {
#define X(id, name, outcome) [RULING_##id] = { name, OUTCOME_##outcome },
	RULINGS(X)
#undef X
};

const char *ruling_name(enum ruling r)
{
	assert(r < RULING_COUNT);
	return rulings[r].name;
}

bool ruling_by_name(struct text t, enum ruling *out)
{
	for (int i = 0; i < RULING_COUNT; i++) {
		if (text_is(t, rulings[i].name)) {
			*out = (enum ruling)i;
			return true;
		}
	}
	return false;
}

enum part_outcome ruling_outcome(enum ruling r)
{
	assert(r < RULING_COUNT);
	return rulings[r].outcome;
}

bool ruling_fits_state(enum declaration_state s)
{
	return s == STATE_DECLARED || s == STATE_REVIEW || s == STATE_INSPECT || s == STATE_HELD || s == STATE_REJECTED || s == STATE_WITHDRAWING;
}

bool ruling_fits_outcome(enum ruling r, enum part_outcome own)
{
	if (r == RULING_RESUME)
		return own == OUTCOME_REVIEW || own == OUTCOME_INSPECT || own == OUTCOME_HELD;
	return !outcome_is_final(own);
}
