/* Private to flow/judge*.c: what the parts of a judgement share. */
#ifndef FLOW_JUDGE_PRIV_H
#define FLOW_JUDGE_PRIV_H

#include "flow/judge.h"
#include "model/verdict_match.h"

/* judge_parts.c. The classes that the goods are in, on the day when the declaration was opened. */
void judge_find_goods(struct judged *j, const struct codebook *book);
/* Is what stands the same as what was declared last? basis: its digest. */
bool judge_is_declared(const struct judged *j, struct sha256 *basis);
/* Folds the answers into the parts, and what one authority recognises of another. */
void judge_fold(struct judged *j, const struct codebook *book);
/* One more part, that nobody has been told of; asked_by: NULL, or the filing that asks to take back. */
void judge_add_part(struct judged *j, struct part p, const struct id *asked_by);
/* Customs' preNo: letter (B an inventory's and its cancellation's, T a return's: edition 202205), date, number. */
struct text judge_reference(struct judge_context *x, char letter, uint32_t serial);
/* The delivery of a part that was added. */
void judge_deliver(struct judged *j, struct judge_context *x, const struct part *p, struct text reference, struct text body);
/* What it is told of the trade, by the form of its rows: the inventory to customs. */
void judge_tell(struct judged *j, struct judge_context *x, const struct part *p, struct text pre_entry_no, bool changes);
/* Is there a part of the authority in that version? */
bool judge_is_told(const struct judged *j, enum authority a, int version);

/* judge_lookups.c: may it be declared? Else kind is PENDING or BLOCKED, and its reasons are among the verdict's. */
bool judge_passes(struct judged *j);

/* judge_risk.c: chooses the lane of what was weighed: may it be declared? Else it is BLOCKED, and the reason is among the verdict's. */
bool judge_lane(struct judged *j, struct judge_context *x);
/* Once it is declared: an answer of our own, where the lane asks for a review or an inspection. Was there one? */
bool judge_lane_acts(struct judged *j, struct judge_context *x);
void judge_note_lane(const struct judged *j, struct judgement *g);

/* judge_withdrawal.c: after the fold: sets withdrawn and withdrawing; what is to be sent for it is added. False: no serial. */
bool judge_withdrawal(struct judged *j, struct judge_context *x) must_check;
/* judge_released.c: what is still to be sent of a released declaration: a return that is asked for, word to those who are only told.
 * *more: and there is more to come. False: no serial. */
bool judge_released(struct judged *j, struct judge_context *x, bool *more) must_check;
/* judge_joint.c: what is stored of an inspection and of what is recognised, of a declared version that somebody inspects. */
void judge_joint(const struct judged *j, struct judge_context *x);

#endif
