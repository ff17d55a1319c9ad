/*
 * What may become of a flag of a natural person (RULES 7.6; E101). Pure.
 *
 *   raised ──► disputed ──► upheld
 *     │            └──────► withdrawn
 *     └──────────────────────►┘         (upheld, too, may be withdrawn later)
 *
 * What is disputed does not count until it is decided. When a flag ends is no change: its row says the day.
 */
#ifndef MODEL_PERSON_FLAG_H
#define MODEL_PERSON_FLAG_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/text.h"

#define PERSON_FLAG_CHANGES(X) X(DISPUTED, "disputed") X(UPHELD, "upheld") X(WITHDRAWN, "withdrawn")
enum person_flag_change {
#define X(id, name) PERSON_FLAG_##id,
	PERSON_FLAG_CHANGES(X)
#undef X
	PERSON_FLAG_CHANGE_COUNT /* as a state: raised, and nothing since */
};
const char *person_flag_change_name(enum person_flag_change c); /* PERSON_FLAG_CHANGE_COUNT: "raised" */
bool person_flag_change_by_name(struct text t, enum person_flag_change *out) must_check;
/* Whether a flag whose last change is `state` may be changed so; *f: why not. has_ended: its last day is over. */
bool person_flag_fits(enum person_flag_change state, enum person_flag_change next, bool has_ended, struct fault *f) must_check;

#endif
