/*
 * What comes after release and is due by itself: tax bills find their declarations, returns whose goods did not come back lapse
 * (tax_bills_bind() and goods_returns_lapse() of 0015_after_release.sql).
 *
 *   resting ──flow.sweep_ms──> asking ──nothing left──> resting
 *                                └──more is there──> asking
 *
 * Locks lie in the database, so every daemon may ask; what one has begun the others leave to it.
 */
#ifndef FLOW_FOLLOW_UP_H
#define FLOW_FOLLOW_UP_H

#include "flow/follower.h"

extern const struct follower_kind follow_up_kind;

#endif
