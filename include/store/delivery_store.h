/* Claiming deliveries that are due and nobody has in hand; putting one back on request. */
#ifndef STORE_DELIVERY_STORE_H
#define STORE_DELIVERY_STORE_H

#include "io/db.h"
#include "model/authority.h"

enum { DC_DECLARATION, DC_VERSION, DC_MESSAGE_ID, DC_ATTEMPTS, DC_CONTENT_TYPE, DC_BODY, DC_REFERENCE };

struct delivery_claim {
	struct id lease; /* given to every row claimed */
	struct db_param params[5];
};
void delivery_store_claim(struct delivery_claim *c, struct arena *a, enum authority authority, int lease_s, int64_t now_us, int limit,
                          struct db_call *call);

#endif
