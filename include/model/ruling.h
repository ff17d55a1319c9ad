/*
 * What a regulator may decide about a declaration through this window: an answer of its authority, given by a person.
 *
 * A ruling about one version is folded like any other answer (model/clearance.h). What it may be made about is said here, by the
 * state of the declaration and by what the authority itself has said of that version so far.
 */
#ifndef MODEL_RULING_H
#define MODEL_RULING_H

#include "model/clearance.h"

/* X(id, name, the answer that it is) */
#define RULINGS(X) \
	X(INSPECT, "inspect", INSPECT) \
	X(HOLD,    "hold",    HELD) \
	X(RELEASE, "release", CLEAR) \
	X(REJECT,  "reject",  REJECTED) \
	X(RESUME,  "resume",  ENTERED) /* after a review, a hold, or an inspection that found nothing */
enum ruling {
#define X(id, name, outcome) RULING_##id,
	RULINGS(X)
#undef X
	RULING_COUNT
};
const char *ruling_name(enum ruling r);
bool ruling_by_name(struct text t, enum ruling *out) must_check;
enum part_outcome ruling_outcome(enum ruling r);

/* While the declaration is with the authorities. */
bool ruling_fits_state(enum declaration_state s);
/* Nothing after the authority's last word; only what stands still can go on. */
bool ruling_fits_outcome(enum ruling r, enum part_outcome own);

#endif
