/*
 * What came of inspections and of samples after release, counted for how often goods are drawn from now on (risk_feedback() of 0025_sampling.sql,
 * sample_feedback() of 0026_sampling_plans.sql; RULES 8.3, E112, E113).
 *
 *   resting ──credit.sweep_ms──> results that are not counted yet ──> resting, or at once again
 */
#ifndef FLOW_FEEDBACK_H
#define FLOW_FEEDBACK_H

#include "flow/follower.h"

extern const struct follower_kind feedback_kind;

#endif
