/* Claiming deliveries that are due and nobody has in hand; putting one back on request. */
#ifndef STORE_DELIVERY_STORE_H
#define STORE_DELIVERY_STORE_H

#include "io/db.h"
#include "model/authority.h"

/* Rows in the order of their documents: one that holds those of a whole batch, encrypted (declaration null), then the deliveries whose own are
 * parts of it. */
enum { DC_DOCUMENT_ID, DC_DECLARATION, DC_VERSION, DC_MESSAGE_ID, DC_ATTEMPTS, DC_CONTENT_TYPE, DC_FROM, DC_LEN, DC_REFERENCE, DC_DOCUMENTS };

struct delivery_claim {
	struct id lease; /* given to every row claimed */
	struct db_param params[6];
};
struct delivery_share {
	int limit, oldest; /* of so many at most: those that wait longest, whatever their rank */
};
void delivery_store_claim(struct delivery_claim *c, struct arena *a, enum authority authority, int lease_s, int64_t now_us, struct delivery_share share,
                          struct db_call *call);

/*
 * Sends a range again: $1 authority, $2 due (dead: given up) from, $3 before, $4 how the reason begins (null: any), $5 at most so
 * many, $6 now, $7 microseconds between one and the next, so that they are no flood. What a daemon has in hand is left alone. A
 * dead one gets its attempts anew. One row: how many, and how many more there are in the range (counted up to 100000).
 */
extern const struct db_stmt delivery_store_retry_dead, delivery_store_retry_due;
enum { DELIVERY_RETRY_MAX = 5000 }; /* in one statement */

#endif
