/*
 * An enterprise's registration: its states, what it may be, and how what it says of itself is compared with the business register.
 *
 *   applied ─► filed ◄─► suspended          any of them ─► closed, for good
 *
 * Only an operator moves it. A fact that the register tells otherwise is frozen until an operator has resolved it. Pure.
 */
#ifndef MODEL_ENTERPRISE_H
#define MODEL_ENTERPRISE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"

/* X(id, name, English title, Chinese title) */
#define ENTERPRISE_STATES(X) \
	X(APPLIED,   "applied",   "Applied",   "已申请") \
	X(FILED,     "filed",     "Filed",     "已备案") \
	X(SUSPENDED, "suspended", "Suspended", "已暂停") \
	X(CLOSED,    "closed",    "Closed",    "已注销")

enum enterprise_state {
#define X(id, name, en, zh) ENTERPRISE_##id,
	ENTERPRISE_STATES(X)
#undef X
	ENTERPRISE_STATE_COUNT
};
const char *enterprise_state_name(enum enterprise_state s);
const char *enterprise_state_title(enum enterprise_state s, bool chinese);
bool enterprise_state_by_name(struct text t, enum enterprise_state *out) must_check;
/* False with *f: FAULT_STATE_CONFLICT (no such step), FAULT_BAD_REQUEST (it needs a reason). */
bool enterprise_state_may_move(enum enterprise_state from, enum enterprise_state to, struct text reason, struct fault *f) must_check;

#define ENTERPRISE_ROLES "platform merchant payment logistics declarant warehouse"
bool enterprise_role_known(struct text name);

/* What the business register knows as well: X(id, name, member of a registration) */
#define ENTERPRISE_FACTS(X) \
	X(NAME,           "name") \
	X(DISTRICT,       "district_code") \
	X(ADDRESS,        "address") \
	X(REPRESENTATIVE, "representative") \
	X(STANDING,       "standing") /* whether it is in business: nothing of ours */

enum enterprise_fact {
#define X(id, name) FACT_##id,
	ENTERPRISE_FACTS(X)
#undef X
	FACT_COUNT
};
#define FACT_BIT(f) (1u << (f))
const char *enterprise_fact_name(enum enterprise_fact f);
/* "name,address": names that are unknown here are passed over, they belong to a newer program. */
unsigned enterprise_facts_read(struct text names);

#define STANDING_IN_BUSINESS "in_business"
bool enterprise_standing_known(struct text t); /* in_business revoked cancelled moved_out */

/* Facts of one side; absent: not known, and not compared. The representative is a digest, which is compared byte for byte. */
struct enterprise_facts {
	struct text of[FACT_COUNT];
};
/* FACT_BIT()s of those that the register tells otherwise. Full and half width, and blanks, make no difference. The standing differs when
 * the register has it as anything but in business. */
unsigned enterprise_compare(struct arena *a, const struct enterprise_facts *ours, const struct enterprise_facts *registers) must_check;

/* A person's name as others see it: the first character, then a star for each other. Absent: arena full. */
struct text enterprise_mask_name(struct arena *a, struct text name) must_check;

#endif
