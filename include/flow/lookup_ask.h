/* A question as it is sent: from its row, and for a person from the order, to address and body. Nothing here waits. */
#ifndef FLOW_LOOKUP_ASK_H
#define FLOW_LOOKUP_ASK_H

#include "base/vault.h"
#include "model/identity.h"
#include "store/lookup_store.h"

struct lookup_row { /* lives in the arena it was read into */
	struct id id, declaration; /* declaration: of a person, else null */
	enum authority authority;
	enum lookup_question question;
	struct text key, purpose;
	int attempts;
	bool is_known;             /* a fresh answer came before it could be asked */
	struct text name, number;  /* of a person, in memory only, while it is asked */
};

/* Of lookup_store_claim(). False: the arena is full, or the row is of a newer program. */
bool lookup_row_read(struct arena *a, const struct db_rows *r, int row, struct lookup_row *out) must_check;
/* Whom the key stands for, among the buyers of these orders (lookup_store_orders). False: nobody there. */
bool lookup_row_person(struct arena *a, struct vault *vault, struct lookup_row *q, const struct db_rows *orders, const struct identity_keys *keys) must_check;
char *lookup_row_url(struct arena *a, const struct lookup_row *q, const char *query_url); /* NULL: arena full */
struct text lookup_row_body(struct arena *a, const struct lookup_row *q);
struct text lookup_row_digest(struct arena *a, const struct lookup_row *q); /* of a person: the key's bytes */

#endif
