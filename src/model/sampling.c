#include "model/sampling.h"

#include "model/lane.h"

#define ALL_BP 10000

bool sampling_what_by_name(struct text t, enum sampling_what *out)
{
	static const char *const names[] = {
#define X(id, name) name,
		SAMPLING_WHATS(X)
#undef X
	};

	for (int i = 0; i < SAMPLING_WHAT_COUNT; i++) {
		if (text_is(t, names[i])) {
			*out = (enum sampling_what)i;
			return true;
		}
	}
	return false;
}

/* A rate that is beyond the most that feedback may lead to stays where it is. */
static int most_of(const struct sampling_limits *l, int64_t rate)
{
	return rate > l->most_bp ? (int)rate : l->most_bp;
}

int sampling_rate(const struct sampling_limits *l, const struct sampling *s, bool *is_spared)
{
	int64_t rate = ((int64_t)s->level_bp * s->class_permille * s->ability_permille + 500000) / 1000000;

	*is_spared = false;
	if (s->level_bp == 0)
		return 0;
	if (rate > ALL_BP)
		rate = ALL_BP;
	rate = lane_rate((int)rate, s->steps, l->least_bp, most_of(l, rate));
	if (l->inspections_an_hour > 0 && s->inspections >= l->inspections_an_hour && rate <= l->spared_most_bp && rate > l->least_bp) {
		*is_spared = true;
		rate = l->least_bp;
	}
	return (int)rate;
}
