/*
 * Digests of what each client filed on a day: count, sum, Merkle root; table period_digest.
 *
 *   resting ──feed.digest_ms──> reading the feed from where the last step ended ──> writing ──> resting, or the next step at once
 *
 * One statement writes what a step adds and where the next one begins, guarded by where this one began: of several daemons that
 * take the same step one writes. While filings pour in it stands back.
 */
#ifndef FLOW_DIGESTS_H
#define FLOW_DIGESTS_H

#include "flow/follower.h"

extern const struct follower_kind digests_kind;

#endif
