/*
 * A return of imported retail goods (GACC 2020-45; message 625): may it be asked for, and how does it stand.
 *
 *   requested ─► approved ─► completed        requested, approved ─► lapsed (the goods were not back in time)
 *       └──────► refused                      lapsed ─► completed (they had been: it was said later)
 *
 * Pure. The state itself is computed where it is read, by goods_return_state() of 0015_after_release.sql.
 */
#ifndef MODEL_GOODS_RETURN_H
#define MODEL_GOODS_RETURN_H

#include "model/deadline.h"
#include "model/finding.h"

/* X(id, name, English, Chinese, what leads there) */
#define RETURN_STATES(X) \
	X(REQUESTED, "requested", "Customs is asked",               "已申请", "message 625 was taken; nobody has decided (customs 2, 120, 300)") \
	X(APPROVED,  "approved",  "Customs agreed",                 "已同意", "customs 399, 800, 899 in message 626: the goods may come back") \
	X(REFUSED,   "refused",   "Customs refused",                "不同意", "customs 100 and negative in message 626; the same may be asked for again") \
	X(COMPLETED, "completed", "The goods are back",             "已退运", "the goods were back at the supervised place in time, and customs had agreed") \
	X(LAPSED,    "lapsed",    "The goods did not come in time", "已逾期", "the day after the last day on which they could be back; the same may be asked for again in time")
enum return_state {
#define X(id, name, en, zh, why) RETURN_##id,
	RETURN_STATES(X)
#undef X
	RETURN_STATE_COUNT
};
const char *return_state_name(enum return_state s);
const char *return_state_title(enum return_state s, bool chinese);
bool return_state_by_name(struct text t, enum return_state *out) must_check;
void return_put_page(struct buf *b); /* a part of docs/STATES.md */

struct return_line { /* a line of the request, held against the inventory; texts as filed */
	struct text line_no, hs_code, unit, quantity;
	struct text declared_hs, declared_unit, declared_quantity; /* absent: the inventory has no such line */
	struct text returned;    /* what other returns that stand have of it; absent: nothing */
};

struct return_case {
	bool is_known;           /* an inventory of the same merchant and declarant stands there */
	bool has_number;         /* customs gave it the number that the request names, or none that is known */
	bool is_new;             /* neither a change nor a deletion */
	bool is_released;
	int64_t released_us, now_us;
	bool has_periods;        /* a rule admits returns */
	struct statutory_period to_ask, to_bring; /* both from the release */
	struct calendar calendar;
	const struct return_line *lines;
	int line_count;
};

/* False: *why says which field, by which rule. True: *ends_us is when the goods must be back. Outages add nothing. */
bool goods_return_check(struct arena *a, const struct return_case *c, struct finding *why, int64_t *ends_us) must_check;

#endif
