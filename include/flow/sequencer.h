/*
 * Numbers for the feed: asks the database again and again to number what was changed (feed_advance() of 0008_feed.sql).
 *
 *   resting ──feed.sweep_ms──> asking ──nothing left──> resting
 *                                └──more is there──> asking
 *
 * The lock lies in the database, so every daemon may ask: one numbers, the others are told that somebody is at it. Who dies in between
 * has numbered all or nothing, and any other goes on.
 */
#ifndef FLOW_SEQUENCER_H
#define FLOW_SEQUENCER_H

#include "flow/follower.h"

extern const struct follower_kind sequencer_kind;

#endif
