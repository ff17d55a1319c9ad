/* Who may act for whom (model/rights), read from its tables in one call; a new set replaces the old one when right_revision, or
 * rule_revision, moved. */
#ifndef STORE_RIGHT_STORE_H
#define STORE_RIGHT_STORE_H

#include "io/db.h"
#include "model/rights.h"

enum { RIGHTS_BYTES = 256 << 20 }; /* limit of a set read from the tables */

extern const struct db_stmt right_store_revision; /* one row: a number that moves with every change */
/* Adds the statements that read everything to a call; no parameters. */
void right_store_load(struct db_call *call);
/* From a DB_DONE answer of such a call; the caller owns it. NULL: no memory. */
struct rights *rights_from_answer(const struct db_answer *a) must_check;

#endif
