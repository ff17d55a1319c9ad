/* A histogram with 64 steps to each doubling: fixed memory, no sorting, the same error at every size. */
#include "bench/bench.h"

static uint32_t slot_of(uint64_t us)
{
	uint32_t shift = 0;

	while (us >> shift >= 2u << LATENCY_BITS)
		shift++;
	return (shift << LATENCY_BITS) + (uint32_t)(us >> shift);
}

static int64_t middle_of(uint32_t slot)
{
	uint32_t shift = slot < 2u << LATENCY_BITS ? 0 : (slot >> LATENCY_BITS) - 1;
	uint64_t first = (uint64_t)(slot - (shift << LATENCY_BITS)) << shift;

	return (int64_t)(first + ((UINT64_C(1) << shift) - 1) / 2);
}

void latency_add(struct latency *l, int64_t us)
{
	uint32_t slot = slot_of(us < 0 ? 0 : (uint64_t)us);

	l->counts[slot < LATENCY_SLOTS ? slot : LATENCY_SLOTS - 1]++;
	l->count++;
	if (us > l->max_us)
		l->max_us = us;
}

int64_t latency_at(const struct latency *l, double share)
{
	uint64_t wanted = (uint64_t)(share * (double)l->count), seen = 0;

	for (uint32_t i = 0; i < LATENCY_SLOTS && l->count > 0; i++) {
		seen += l->counts[i];
		if (seen > wanted || seen == l->count)
			return middle_of(i) < l->max_us ? middle_of(i) : l->max_us;
	}
	return 0;
}
