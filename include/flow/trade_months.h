/*
 * What of each merchant was released, month by month: counts and values; table trade_month. It is what a bank may read with consent. Beside it
 * which goods each release had; table goods_release. It is what a recall finds its parcels by.
 *
 *   resting ──feed.digest_ms──> reading releases from where the last step ended ──> writing ──> resting, or the next step at once
 *
 * As with the digests one statement writes what a step adds and where the next one begins, guarded by where this one began. While
 * filings pour in it stands back.
 */
#ifndef FLOW_TRADE_MONTHS_H
#define FLOW_TRADE_MONTHS_H

#include "flow/follower.h"

extern const struct follower_kind trade_months_kind;

#endif
