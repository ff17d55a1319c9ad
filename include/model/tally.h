/*
 * What was handed over lately, and how long it took: the last five minutes, in slots of half a minute. Pure.
 *
 * Durations are counted in classes that grow by a quarter or so (four for each doubling), so that the counts of several
 * daemons can be added and a quantile is right to within a fifth.
 */
#ifndef MODEL_TALLY_H
#define MODEL_TALLY_H

#include <stdint.h>

enum { TALLY_SLOTS = 10, TALLY_SLOT_S = 30, TALLY_WINDOW_S = TALLY_SLOTS * TALLY_SLOT_S, TALLY_CLASSES = 64 };

struct tally_sum {
	int64_t count;                    /* answered: taken or refused */
	int64_t elapsed_us;               /* of all of them */
	int32_t classes[TALLY_CLASSES];   /* by duration, from under a millisecond to over a minute */
};

struct tally { /* begins zeroed */
	struct { int64_t number; struct tally_sum sum; } slots[TALLY_SLOTS]; /* number: of the half minute since the clock's zero */
};

/* So many messages in one request, which took so long. */
void tally_add(struct tally *t, int64_t now_us, int64_t elapsed_us, int messages);
void tally_sum(const struct tally *t, int64_t now_us, struct tally_sum *out);
/* The duration within which `percent` of those counted ended: the upper edge of its class; 0: nothing was counted. */
int64_t tally_quantile_us(const struct tally_sum *s, int percent);

#endif
