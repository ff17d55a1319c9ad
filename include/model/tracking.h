/*
 * The chain of a parcel: which steps its events make, what is missing for too long, what contradicts.
 *
 * Pure: the rows of table tracking_step, the events and the time are in the arguments. A step is done by the first event of it, by the
 * event's own time, in whatever order they were told. A later step passes over what may be lacking; what may not is a contradiction, and
 * so is an event that bears a time before that of a step it needs. Nothing is refused for it.
 */
#ifndef MODEL_TRACKING_H
#define MODEL_TRACKING_H

#include "base/text.h"
#include "model/field.h"

enum { TRACKING_STEPS_MAX = 32 }; /* of one chain: TRACKING_BIT() holds them */
#define TRACKING_BIT(place) (UINT32_C(1) << (place))

struct tracking_rule { /* table tracking_step */
	int32_t id;
	struct text trade_mode;       /* "*": every one that has no row of its own for the step */
	enum direction direction;
	struct text step;
	struct text needs;            /* steps before it, near or far, parted by commas */
	bool required;                /* a later one without it is a contradiction */
	struct text limit_from;       /* absent: it is never missing */
	int limit_hours;
	struct text name_zh, name_en;
	int32_t valid_from, valid_to; /* INT32_MAX: open */
	struct text source;
};

struct tracking_event {
	struct text step;
	int64_t at_us;                /* its own time */
};

struct tracking_case {
	const struct tracking_rule *rules; /* in the order in which a chain is shown */
	int rule_count;
	bool has_direction;           /* else no row is for it: nothing is judged */
	enum direction direction;
	struct text trade_mode;       /* absent: not known yet */
	int32_t day;                  /* on which its declaration was opened */
	const struct tracking_event *events; /* those that stand, in any order */
	int event_count;
	int64_t now_us;
};

enum tracking_state { TRACKING_DONE, TRACKING_PASSED, TRACKING_MISSING, TRACKING_WAITING };
const char *tracking_state_name(enum tracking_state s); /* done passed missing waiting */

struct tracking_report { /* a step of the chain */
	const struct tracking_rule *rule;
	enum tracking_state state;
	int64_t at_us;                /* of its first event; INT64_MIN: none */
	int64_t due_us;               /* until when it should be there; INT64_MAX: no limit runs */
	const struct tracking_rule *passed_by; /* of a step that was passed over */
};

/* The steps that are for the parcel, in order; returns how many. */
int tracking_judge(const struct tracking_case *c, struct tracking_report out[TRACKING_STEPS_MAX]);
/* The steps (places in all) that an event contradicts: they came after it, or did not come though they are required. */
uint32_t tracking_contradicts(const struct tracking_report *all, int count, const struct tracking_event *e);
/* When the next step will be missing; INT64_MAX: none will, as it stands. */
int64_t tracking_next_due_us(const struct tracking_report *all, int count, int64_t now_us);
const struct tracking_report *tracking_find(const struct tracking_report *all, int count, struct text step); /* NULL: not one of them */

/* A person's name as strangers may see it: its first character. */
void tracking_put_masked(struct buf *b, struct text name);
/* Do the digits of a telephone number end in these four? */
bool tracking_telephone_ends(struct text telephone, struct text last_four);

#endif
