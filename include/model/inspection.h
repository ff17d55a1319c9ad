/*
 * One inspection for all, and one department's result recognised by another (三互: 信息互换、监管互认、执法互助).
 *
 * Whoever selects a version for inspection joins the one appointment there is. What came of it follows from the parts: each that
 * selected it is open while it says inspect or hold, good when its authority went on or cleared it, bad when it refused it. Whose
 * outcome stands for whose is table recognition, by the day the declaration was opened. Pure; in whatever order the answers came.
 */
#ifndef MODEL_INSPECTION_H
#define MODEL_INSPECTION_H

#include "model/clearance.h"

/* Of the version's parts (folded from all answers): whose clearance stands for whom. Sets recognised, recognised_us and, where an
 * authority said another thing after its clearance was taken from another, contradicted. What an authority says itself and later than
 * what it recognised counts again. */
void inspection_recognise(struct part *parts, int part_count, int version, const struct recognition *rows, int row_count, int32_t day);

enum inspection_result { INSPECTION_OPEN, INSPECTION_GOOD, INSPECTION_BAD };
const char *inspection_result_name(enum inspection_result r); /* open good bad */

struct inspection {
	enum authority selected_by[AUTHORITY_COUNT]; /* in the order in which they did; the first opened it */
	int count;
	int64_t opened_us, joined_us;                /* by the authorities' own times; joined_us: the last of them */
	enum inspection_result result;
	int64_t closed_us;                           /* INT64_MIN: open */
};
/* After inspection_recognise(). False: nobody selected that version. */
bool inspection_of(const struct part *parts, int part_count, int version, struct inspection *out);

#endif
