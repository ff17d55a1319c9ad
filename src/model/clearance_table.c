/*
 * The state of a declaration: one event is read from what is known, one row of the table says
 * where it leads.
 *
 *     waiting ─► declared ─► review, inspect, held ─► released
 *        ▲ ▼        ▲ ▼            ▲ ▼
 *     conflict   rejected       (a changed filing leads back to waiting or conflict)
 *     expired    withdrawn
 *
 * The state follows from verdict and answers alone, so it is the same whatever way led there; the one
 * exception is released, which nothing leaves. A part that is given up (dead) changes nothing: the
 * declaration stays where the others put it until somebody sends the part again.
 */
#include "model/clearance.h"

#include <assert.h>

static const struct {
	const char *name, *en, *zh;
	bool is_final;
} states[STATE_COUNT] = {
#define X(id, name, final, en, zh) [STATE_##id] = { name, en, zh, final },
	DECLARATION_STATES(X)
#undef X
};

const char *state_name(enum declaration_state s)
{
	assert(s < STATE_COUNT);
	return states[s].name;
}

const char *state_title(enum declaration_state s, bool chinese)
{
	assert(s < STATE_COUNT);
	return chinese ? states[s].zh : states[s].en;
}

bool state_by_name(struct text t, enum declaration_state *out)
{
	for (int i = 0; i < STATE_COUNT; i++) {
		if (text_is(t, states[i].name)) {
			*out = (enum declaration_state)i;
			return true;
		}
	}
	return false;
}

bool state_is_final(enum declaration_state s)
{
	assert(s < STATE_COUNT);
	return states[s].is_final;
}

bool state_allows_revision(enum declaration_state s)
{
	return !state_is_final(s);
}

enum event {
	EVENT_WITHDRAWN,     /* taken back by the declarant */
	EVENT_FLOWS_DIFFER,  /* conflict or duplicate */
	EVENT_WINDOW_ENDED,  /* flows missing, and no time left */
	EVENT_FLOWS_MISSING, /* flows missing, or nothing declared yet */
	EVENT_DECLARED,      /* with the authorities, none of which asks for more */
	EVENT_REVIEW,
	EVENT_INSPECT,
	EVENT_HELD,
	EVENT_REJECTED,
	EVENT_ALL_CLEAR,
};

#define AT(s)    (1u << STATE_##s)
#define BEFORE   (AT(WAITING) | AT(CONFLICT) | AT(EXPIRED) | AT(WITHDRAWN))
#define WITH_THE (AT(DECLARED) | AT(REVIEW) | AT(INSPECT) | AT(HELD) | AT(REJECTED))
#define OPEN     (BEFORE | WITH_THE)

/* Every change of state there is; RELEASED stands on no left side. */
static const struct change {
	unsigned from; /* AT() bits */
	enum event event;
	enum declaration_state to;
	const char *why;
} changes[] = {
	{ BEFORE & ~AT(WAITING),    EVENT_FLOWS_MISSING, STATE_WAITING,   "a flow is still to come" },
	{ WITH_THE,                 EVENT_FLOWS_MISSING, STATE_WAITING,   "a filing was taken back: a flow is missing again" },
	{ BEFORE & ~AT(EXPIRED),    EVENT_WINDOW_ENDED,  STATE_EXPIRED,   "the window ended before every flow came" },
	{ WITH_THE,                 EVENT_WINDOW_ENDED,  STATE_EXPIRED,   "a filing was taken back after the window" },
	{ BEFORE & ~AT(CONFLICT),   EVENT_FLOWS_DIFFER,  STATE_CONFLICT,  "the flows tell different trades" },
	{ WITH_THE,                 EVENT_FLOWS_DIFFER,  STATE_CONFLICT,  "a changed filing differs from the others" },
	{ OPEN & ~AT(WITHDRAWN),    EVENT_WITHDRAWN,     STATE_WITHDRAWN, "the declarant withdrew it before release" },
	{ BEFORE,                   EVENT_DECLARED,      STATE_DECLARED,  "the flows match: it goes to the authorities" },
	{ AT(REJECTED),             EVENT_DECLARED,      STATE_DECLARED,  "a corrected version goes to the authorities" },
	{ WITH_THE & ~AT(DECLARED) & ~AT(REJECTED), EVENT_DECLARED, STATE_DECLARED,
	  "the authority went on, or a new version goes to it" },
	{ OPEN & ~AT(REVIEW),       EVENT_REVIEW,        STATE_REVIEW,    "an authority reviews it by hand" },
	{ OPEN & ~AT(INSPECT),      EVENT_INSPECT,       STATE_INSPECT,   "an authority selected it for inspection" },
	{ OPEN & ~AT(HELD),         EVENT_HELD,          STATE_HELD,      "an authority suspended or detained it" },
	{ OPEN & ~AT(REJECTED),     EVENT_REJECTED,      STATE_REJECTED,  "an authority refused it" },
	{ OPEN,                     EVENT_ALL_CLEAR,     STATE_RELEASED,  "every authority cleared this version" },
};

/* What the parts of the declared version say together: the strongest word wins. */
static enum event event_of_parts(const struct clearance_input *in)
{
	static const struct {
		enum part_outcome outcome;
		enum event event;
	} strongest_first[] = {
		{ OUTCOME_REJECTED, EVENT_REJECTED },
		{ OUTCOME_HELD, EVENT_HELD },
		{ OUTCOME_INSPECT, EVENT_INSPECT },
		{ OUTCOME_REVIEW, EVENT_REVIEW },
	};
	int count[OUTCOME_COUNT] = { 0 }, all = 0;

	for (int i = 0; i < in->part_count; i++) {
		if (in->parts[i].version == in->version) {
			count[in->parts[i].outcome]++;
			all++;
		}
	}
	for (size_t i = 0; i < COUNTOF(strongest_first); i++) {
		if (count[strongest_first[i].outcome] > 0)
			return strongest_first[i].event;
	}
	return all > 0 && count[OUTCOME_CLEAR] == all ? EVENT_ALL_CLEAR : EVENT_DECLARED;
}

static enum event event_of(const struct clearance_input *in)
{
	if (in->withdrawn)
		return EVENT_WITHDRAWN;
	if (in->verdict == VERDICT_CONFLICT || in->verdict == VERDICT_DUPLICATE)
		return EVENT_FLOWS_DIFFER;
	if (in->verdict == VERDICT_MISSING)
		return in->expired ? EVENT_WINDOW_ENDED : EVENT_FLOWS_MISSING;
	if (in->version == 0)
		return EVENT_FLOWS_MISSING;
	return event_of_parts(in);
}

enum declaration_state clearance_state(const struct clearance_input *in)
{
	enum event event = event_of(in);

	assert(in->state < STATE_COUNT);
	for (size_t i = 0; i < COUNTOF(changes); i++) {
		if (changes[i].event == event && (changes[i].from & (1u << in->state)) != 0)
			return changes[i].to;
	}
	return in->state; /* there already, or released */
}

void clearance_put_dot(struct buf *b)
{
	buf_str(b, "digraph declaration {\n\trankdir=LR;\n\tnode [shape=box, style=rounded];\n");
	for (int s = 0; s < STATE_COUNT; s++) {
		buf_printf(b, "\t%s [label=\"%s\\n%s\"%s];\n", states[s].name, states[s].name, states[s].zh,
		           states[s].is_final ? ", peripheries=2" : "");
	}
	for (size_t i = 0; i < COUNTOF(changes); i++) {
		buf_str(b, "\t{");
		for (int s = 0; s < STATE_COUNT; s++) {
			if ((changes[i].from & (1u << s)) != 0)
				buf_printf(b, " %s", states[s].name);
		}
		buf_printf(b, " } -> %s [label=\"%s\"];\n", states[changes[i].to].name, changes[i].why);
	}
	buf_str(b, "}\n");
}
