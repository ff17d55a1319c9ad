/*
 * Windows in which an authority is left alone on purpose: added and closed, never edited. Used by the API and by tongguanctl; whoever
 * writes raises rule_revision afterwards, by which the daemons notice.
 */
#ifndef STORE_MAINTENANCE_STORE_H
#define STORE_MAINTENANCE_STORE_H

#include "io/db.h"

enum { MAINTENANCE_REASON_MAX = 300 };

/* $1 authority, $2 begin, $3 end (null: until somebody ends it), $4 reason, $5 now, $6 by whom: one row (JSON of the window);
 * none: no such authority, or it has MAINTENANCE_MAX windows that are not over. */
extern const struct db_stmt maintenance_store_add;
/* $1 authority, $2 window (null: all that are in force), $3 now, $4 by whom: a row for each that was closed. */
extern const struct db_stmt maintenance_store_end;

#endif
