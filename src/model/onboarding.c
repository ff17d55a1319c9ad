/* The states of an enterprise, the steps between them, and what they allow. */
#include "model/onboarding.h"

#include <assert.h>

static const struct {
	const char *name, *titles[2], *next[2]; /* English, Chinese */
} states[CLIENT_STATE_COUNT] = {
#define X(id, name, en, zh, next_en, next_zh) [CLIENT_##id] = { name, { en, zh }, { next_en, next_zh } },
	CLIENT_STATES(X)
#undef X
};

static const char *const purposes[PURPOSE_COUNT] = {
	[PURPOSE_PRODUCTION] = "production", [PURPOSE_TEST] = "test", [PURPOSE_SANDBOX] = "sandbox",
};

const char *client_state_name(enum client_state s)
{
	assert(s < CLIENT_STATE_COUNT);
	return states[s].name;
}

const char *client_state_title(enum client_state s, bool chinese)
{
	assert(s < CLIENT_STATE_COUNT);
	return states[s].titles[chinese];
}

const char *client_state_next(enum client_state s, bool chinese)
{
	assert(s < CLIENT_STATE_COUNT);
	return states[s].next[chinese];
}

bool client_state_by_name(struct text t, enum client_state *out)
{
	for (int i = 0; i < CLIENT_STATE_COUNT; i++) {
		if (text_is(t, states[i].name)) {
			*out = (enum client_state)i;
			return true;
		}
	}
	return false;
}

bool client_state_may_move(enum client_state from, enum client_state to, struct text reason, struct fault *f)
{
	assert(from < CLIENT_STATE_COUNT && to < CLIENT_STATE_COUNT);
	if (to == from)
		return fault_set(f, FAULT_STATE_CONFLICT, "the client is %s already", states[from].name);
	if (to > from + 1)
		return fault_set(f, FAULT_STATE_CONFLICT, "the client is %s: the next state is %s, no step is left out", states[from].name,
		                 states[from + 1].name);
	if (to < from && text_trim(reason).len == 0)
		return fault_set(f, FAULT_BAD_REQUEST, "back from %s to %s needs a reason", states[from].name, states[to].name);
	return true;
}

const char *purpose_name(enum purpose p)
{
	assert(p < PURPOSE_COUNT);
	return purposes[p];
}

bool purpose_by_name(struct text t, enum purpose *out)
{
	for (int i = 0; i < PURPOSE_COUNT; i++) {
		if (text_is(t, purposes[i])) {
			*out = (enum purpose)i;
			return true;
		}
	}
	return false;
}

bool client_state_may_file(enum client_state s, enum purpose p, struct fault *f)
{
	assert(s < CLIENT_STATE_COUNT);
	if (p != PURPOSE_PRODUCTION || s == CLIENT_LIVE)
		return true;
	return fault_set(f, FAULT_NOT_LIVE, "this client is %s, only live ones file here; next: %s", states[s].name, states[s].next[0]);
}
