/*
 * Samples of what was released, drawn along the feed by the plans that are in force (sql/migrations/0026_sampling_plans.sql; E112).
 *
 *   resting ──feed.digest_ms──> a piece of the feed: its releases, each with the plans of its day ──> is it drawn? has it such goods? ──> samples
 *
 * A release is drawn, if HMAC-SHA256(key of the day of release, "plan/declaration"), its first eight bytes as a number, modulo 1000, is below the
 * plan's share: as lanes are drawn (model/lane.h), so that anybody can repeat it when the day's key is told. No judgement waits for it.
 */
#ifndef FLOW_SAMPLER_H
#define FLOW_SAMPLER_H

#include "flow/follower.h"

extern const struct follower_kind sampler_kind;

#endif
