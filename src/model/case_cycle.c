/* The table of steps. */
#include "model/case_cycle.h"

#include <assert.h>
#include <stdio.h>

#define BIT(s) (1u << CASE_##s)

static const struct {
	const char *name, *needs, *zh, *en;
} states[CASE_STATE_COUNT] = {
#define X(id, name, needs, zh, en) [CASE_##id] = { name, needs, zh, en },
	CASE_STATES(X)
#undef X
};

static const unsigned followers[CASE_STATE_COUNT] = {
	[CASE_COLLECTED] = BIT(ASSESSED),
	[CASE_ASSESSED] = BIT(ASSESSED) | BIT(WARNED) | BIT(DISPOSED),
	[CASE_WARNED] = BIT(ASSESSED) | BIT(DISPOSED) | BIT(REVIEWED),
	[CASE_DISPOSED] = BIT(REVIEWED),
	[CASE_REVIEWED] = BIT(CLOSED),
	[CASE_CLOSED] = 0,
};

static const char *const accesses[CASE_ACCESS_COUNT] = {
#define X(id, name) [CASE_ACCESS_##id] = name,
	CASE_ACCESSES(X)
#undef X
};

const char *case_state_name(enum case_state s)
{
	assert(s < CASE_STATE_COUNT);
	return states[s].name;
}

bool case_state_by_name(struct text t, enum case_state *out)
{
	for (int i = 0; i < CASE_STATE_COUNT; i++) {
		if (text_is(t, states[i].name)) {
			*out = (enum case_state)i;
			return true;
		}
	}
	return false;
}

const char *case_state_needs(enum case_state s)
{
	assert(s < CASE_STATE_COUNT);
	return states[s].needs;
}

int case_followers(enum case_state from, enum case_state out[CASE_STATE_COUNT])
{
	int n = 0;

	assert(from < CASE_STATE_COUNT);
	for (int s = 0; s < CASE_STATE_COUNT; s++)
		if ((followers[from] >> s & 1) != 0)
			out[n++] = (enum case_state)s;
	return n;
}

bool case_may_follow(enum case_state from, enum case_state to, struct fault *f)
{
	enum case_state next[CASE_STATE_COUNT];
	int count = case_followers(from, next);
	char names[80] = "";
	size_t len = 0;

	assert(to < CASE_STATE_COUNT);
	for (int i = 0; i < count; i++) {
		if (next[i] == to)
			return true;
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i == 0 ? "" : " or ", states[next[i]].name);
		assert(len < sizeof(names));
	}
	if (count == 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "the case is closed: what is new is a case of its own");
	if (to == CASE_CLOSED)
		return fault_set(f, FAULT_STATE_CONFLICT, "a case is closed after its review alone; it is %s: %s follows", states[from].name, names);
	return fault_set(f, FAULT_STATE_CONFLICT, "the case is %s: %s follows", states[from].name, names);
}

void case_put_page(struct buf *b)
{
	enum case_state next[CASE_STATE_COUNT];

	buf_str(b, "\n# The states of a case\n\nEach step is an officer's, but the first; nothing is closed that was not reviewed.\n\n```mermaid\nflowchart LR\n");
	for (int s = 0; s < CASE_STATE_COUNT; s++)
		for (int i = 0, count = case_followers((enum case_state)s, next); i < count; i++)
			buf_printf(b, "\t%s --> %s\n", states[s].name, states[next[i]].name);
	buf_str(b, "```\n\n| state | 状态 | meaning | what the step says |\n|---|---|---|---|\n");
	for (int s = 0; s < CASE_STATE_COUNT; s++) {
		struct text rest = text_of(states[s].needs), one;

		buf_printf(b, "| `%s` | %s | %s |", states[s].name, states[s].zh, states[s].en);
		while (text_next(&rest, ' ', &one))
			if (one.len > 0)
				buf_printf(b, " `" TEXT_FMT "`", TEXT_ARG(one));
		buf_str(b, " |\n");
	}
}

/* --- departments --------------------------------------------------------------------------------------------------- */

const char *case_access_name(enum case_access a)
{
	assert(a < CASE_ACCESS_COUNT);
	return accesses[a];
}

bool case_access_by_name(struct text t, enum case_access *out)
{
	for (int i = 0; i < CASE_ACCESS_COUNT; i++) {
		if (text_is(t, accesses[i])) {
			*out = (enum case_access)i;
			return true;
		}
	}
	return false;
}
