/*
 * Making and ending tokens. A token is "tg_" and 43 characters; it is shown once, only its hash is kept.
 */
#ifndef STORE_CLIENT_TOKEN_H
#define STORE_CLIENT_TOKEN_H

#include "base/crypto.h"
#include "io/db.h"

enum { CLIENT_TOKEN_LAST = 4, CLIENT_TOKEN_LABEL_BYTES_MAX = 100 };

struct fresh_token {
	struct text text;  /* in the arena; the caller sees it this once */
	struct text last4;
	struct sha256 sha256;
};

bool client_token_make(struct arena *a, struct fresh_token *out, struct fault *f) must_check;

/* $1 client, $2 hash, $3 last four characters, $4 label (null: none), $5 now, $6 by whom, $7 its end, $8 how many good ones a client may
 * have, $9 the token that it replaces (0: none), $10 until when that one stays good. A row, the token as JSON; none: it has as many. */
extern const struct db_stmt client_token_add;
/* $1 client, $2 token, $3 now. A row when it is there. */
extern const struct db_stmt client_token_revoke;
/* Daemons read clients anew when this has moved. */
extern const struct db_stmt client_store_moved;

#endif
