/*
 * Credit is evaluated: whenever something of an enterprise was recorded, and each day at 00:00 in China by business time.
 *
 *   resting ──credit.sweep_ms──> counting releases ──> looking who is due ──> reading their records ──> writing ──> resting
 *                                                          nobody: resting          more are due: looking again at once
 *
 * Every day since the last one that was judged is judged, as it was known then: days on which no daemon ran are caught up with. One statement
 * writes what a step found, guarded by where each enterprise stood: of several daemons that take the same step one writes. While filings pour
 * in it stands back.
 */
#ifndef FLOW_CREDIT_H
#define FLOW_CREDIT_H

#include "flow/follower.h"

extern const struct follower_kind credit_kind;

#endif
