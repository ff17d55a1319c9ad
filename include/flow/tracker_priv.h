/* The statements of tracking's sweep; src/flow/tracker*.c share it, nobody else includes it. */
#ifndef FLOW_TRACKER_PRIV_H
#define FLOW_TRACKER_PRIV_H

#include "base/vault.h"
#include "io/db.h"

/* $1 how many events of the feed. From the place to the watermark: a row for each filing and each row of tracking_source that it may tell by; at
 * least one row, of which only the first three columns are there. */
extern const struct db_stmt tracker_read;
enum { TRACKER_READ_PARAMS = 1 };
enum { READ_FROM, READ_UPTO, READ_LAST, READ_FILING, READ_TELLS, READ_CLIENT, READ_RECEIVED_AT, READ_STEP, READ_PARCELS, READ_STATUS_FIELD, READ_STATUS,
       READ_AT_FIELD, READ_DOCUMENT };

/* $1 from where, $2 up to where, then a column each of what is told (tracker_tell). A row; none: another daemon is at it, or was first. */
extern const struct db_stmt tracker_gather;
enum { TRACKER_GATHER_PARAMS = 10, TRACKER_TOLD_ARRAYS = TRACKER_GATHER_PARAMS - 2 };

/* What the filings of tracker_read say, as the arrays of tracker_gather. A document that cannot be opened is told and passed over. False: the arena
 * is full. */
bool tracker_tell(struct arena *a, struct vault *vault, const struct db_rows *rows, struct db_param out[TRACKER_TOLD_ARRAYS]) must_check;

/* $1 now, $2 how many. A row for each event of a parcel that is due, one with step null when it has none; in the order of parcels. */
extern const struct db_stmt tracker_due;
enum { TRACKER_DUE_PARAMS = 2 };
enum { DUE_PARCEL, DUE_SEQ, DUE_DECLARATION, DUE_DIRECTION, DUE_MODE, DUE_OPENED_AT, DUE_ALERTS, DUE_STEP, DUE_AT };

/* $1 $2 $3 parcels, their seq, when to look again (null: never); $4 … $8 alerts to open: id, parcel, declaration, step, row, $9 due; $10 $11 $12 to
 * close: parcel, step, the step that came; $13 … $16 what was delivered: parcel, declaration, minutes since the release, is an export; $17 now, $18 id of
 * the change. How many were opened and closed. What the risk rules may ask about is left for flow/alarms. */
extern const struct db_stmt tracker_write;
enum { TRACKER_WRITE_PARAMS = 18, TRACKER_WRITE_ARRAYS = 16 };

#endif
