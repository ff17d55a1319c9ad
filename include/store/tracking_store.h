/* Tracking's tables for both who ask and who judges: the rows of steps, and a parcel's events as a case. */
#ifndef STORE_TRACKING_STORE_H
#define STORE_TRACKING_STORE_H

#include "io/db.h"
#include "model/tracking.h"

/* All rows of tracking_step, in the order of their places; no parameters. Read in the same call as what is judged by them, so that they
 * are always those of now. */
extern const struct db_stmt tracking_store_rules;
/* Points into rows. NULL: the arena is full, or a row names a direction that is unknown here. */
const struct tracking_rule *tracking_store_read_rules(struct arena *a, const struct db_rows *rows, int *count) must_check;

/* What carriers tell: $1 carriers, $2 waybill numbers, $3 steps, $4 times, $5 places, an array element each; $6 client, $7 now, $8 TRACKING_EVENTS_OF_PARCEL. A row for each,
 * in their order: may its step be told, is it new, has its parcel no room for it (TRACKING_EVENTS_OF_PARCEL), the steps that may be told. Nothing is stored unless all
 * may be. */
extern const struct db_stmt tracking_store_put;
enum { TRACKING_PUT_PARAMS = 8, TRACKING_EVENTS_OF_PARCEL = 500 }; /* as many as are kept before no more are taken from carriers */
enum { TRACKING_PUT_KNOWN, TRACKING_PUT_NEW, TRACKING_PUT_FULL, TRACKING_PUT_STEPS };

#endif
