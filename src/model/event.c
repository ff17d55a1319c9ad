#include "model/event.h"

static const char *const types[] = {
#define X(name) name,
	EVENT_TYPES(X)
#undef X
};

bool event_type_is_known(struct text t)
{
	for (size_t i = 0; i < COUNTOF(types); i++)
		if (text_is(t, types[i]))
			return true;
	return false;
}
