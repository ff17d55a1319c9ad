#include "model/person_flag.h"

#include <assert.h>

static const char *const names[PERSON_FLAG_CHANGE_COUNT + 1] = {
#define X(id, name) [PERSON_FLAG_##id] = name,
	PERSON_FLAG_CHANGES(X)
#undef X
	[PERSON_FLAG_CHANGE_COUNT] = "raised",
};

const char *person_flag_change_name(enum person_flag_change c)
{
	assert(c <= PERSON_FLAG_CHANGE_COUNT);
	return names[c];
}

bool person_flag_change_by_name(struct text t, enum person_flag_change *out)
{
	for (int i = 0; i < PERSON_FLAG_CHANGE_COUNT; i++) {
		if (text_is(t, names[i])) {
			*out = (enum person_flag_change)i;
			return true;
		}
	}
	return false;
}

bool person_flag_fits(enum person_flag_change state, enum person_flag_change next, bool has_ended, struct fault *f)
{
	if (state == PERSON_FLAG_WITHDRAWN)
		return fault_set(f, FAULT_STATE_CONFLICT, "the flag is withdrawn: nothing follows");
	if (next == PERSON_FLAG_UPHELD && state != PERSON_FLAG_DISPUTED)
		return fault_set(f, FAULT_STATE_CONFLICT, "only what is disputed is upheld");
	if (next == PERSON_FLAG_DISPUTED && state != PERSON_FLAG_CHANGE_COUNT)
		return fault_set(f, FAULT_STATE_CONFLICT, "the flag is %s: it is disputed once", person_flag_change_name(state));
	if (next == PERSON_FLAG_DISPUTED && has_ended)
		return fault_set(f, FAULT_STATE_CONFLICT, "the flag has ended: it counts no longer");
	return true;
}
