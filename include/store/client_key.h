/* Keys with which clients sign their requests, and the memory of what was signed. */
#ifndef STORE_CLIENT_KEY_H
#define STORE_CLIENT_KEY_H

#include "base/public_key.h"
#include "io/db.h"

enum { CLIENT_KEY_LABEL_BYTES_MAX = 100 };

struct client_key_slot { /* the key is decoded when it is first needed, and kept as long as the arena */
	struct arena *arena;
	const struct public_key *read; /* NULL: not yet, or it could not be */
	bool was_tried;
};

struct client_key { /* that is not revoked */
	struct text id, der;
	struct client_key_slot *slot; /* one thread at a time */
};

/* NULL: it cannot be read. What is returned lives as long as the set of clients, and any thread may verify with it. */
const struct public_key *client_key_get(const struct client_key *k);

/* $1 client, $2 id, $3 algorithm, $4 DER, $5 label (null: none), $6 now, $7 by whom, $8 how many a client may have. A row, the key as
 * JSON and whether it was there already; none: it has as many, or the key was revoked. */
extern const struct db_stmt client_key_add;
/* $1 client, $2 id, $3 now. A row when it is there. */
extern const struct db_stmt client_key_revoke;
/* $1 the minute (since 1970, real time) until which the signature is acceptable, $2 client, $3 key, $4 nonce. A row when it is new. */
extern const struct db_stmt client_nonce_put;
/* $1 a minute: what was acceptable until an earlier one is forgotten. */
extern const struct db_stmt client_nonce_sweep;

#endif
