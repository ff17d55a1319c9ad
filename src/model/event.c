#include "model/event.h"

#include <assert.h>

static const char *const types[] = {
#define X(name) name,
	EVENT_TYPES(X)
#undef X
};

int event_type_count(void)
{
	return COUNTOF(types);
}

const char *event_type_at(int i)
{
	assert(i >= 0 && i < event_type_count());
	return types[i];
}

bool event_type_is_known(struct text t)
{
	for (size_t i = 0; i < COUNTOF(types); i++)
		if (text_is(t, types[i]))
			return true;
	return false;
}
