/*
 * What goods cost: learnt along the feed from what was released (risk_prices_learn() of 0021_risk.sql), for the rules that hold a price
 * against it (RULES 8.2, R-DEC-01).
 *
 *   resting ──feed.digest_ms──> a piece of the feed ──> resting; no judgement waits for it, and none is slower for it
 */
#ifndef FLOW_PRICE_LEARNER_H
#define FLOW_PRICE_LEARNER_H

#include "flow/follower.h"

extern const struct follower_kind price_learner_kind;

#endif
