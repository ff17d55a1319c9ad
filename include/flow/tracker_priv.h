/* The statements of tracking's sweep; src/flow/tracker*.c share it, nobody else includes it. */
#ifndef FLOW_TRACKER_PRIV_H
#define FLOW_TRACKER_PRIV_H

#include "io/db.h"

/* $1 how many events of the feed. From the place to the watermark: what filings tell of parcels, and releases; a row with from where, up to where,
 * the watermark; none: another daemon is at it. */
extern const struct db_stmt tracker_gather;
enum { TRACKER_GATHER_PARAMS = 1 };
enum { GATHERED_FROM, GATHERED_UPTO, GATHERED_LAST };

/* $1 now, $2 how many. A row for each event of a parcel that is due, one with step null when it has none; in the order of parcels. */
extern const struct db_stmt tracker_due;
enum { TRACKER_DUE_PARAMS = 2 };
enum { DUE_PARCEL, DUE_SEQ, DUE_DECLARATION, DUE_DIRECTION, DUE_MODE, DUE_OPENED_AT, DUE_ALERTS, DUE_STEP, DUE_AT };

/* $1 $2 $3 parcels, their seq, when to look again (null: never); $4 … $8 alerts to open: id, parcel, declaration, step, row, $9 due; $10 $11 $12 to
 * close: parcel, step, the step that came; $13 now, $14 id of the change. How many were opened and closed. */
extern const struct db_stmt tracker_write;
enum { TRACKER_WRITE_PARAMS = 14, TRACKER_WRITE_ARRAYS = 12 };

#endif
