/*
 * Codes, regimes, authorities and who recognises whom, read from their tables into memory.
 * One call reads all; the result is immutable; a new one replaces it when rule_revision moved.
 */
#ifndef STORE_RULE_STORE_H
#define STORE_RULE_STORE_H

#include "io/db.h"
#include "model/codebook.h"
#include "model/delivery.h"

enum { RULES_BOOK_BYTES = 64 << 20 }; /* limit of a codebook read from the tables */

struct authority_conf { /* table authority */
	bool connected;
	char *url;
	int max_in_flight, timeout_ms;
	struct delivery_policy policy;
};

struct rules {
	struct codebook *book;
	struct authority_conf authorities[AUTHORITY_COUNT];
	int64_t revision;
};

extern const struct db_stmt rule_store_revision;  /* one row: last_value */
/* Adds the five statements that read everything, the revision first, to a call; no parameters. */
void rule_store_load(struct db_call *call);
/* From a DB_DONE answer of such a call; the caller owns it. NULL: *f says which row cannot be obeyed. */
struct rules *rules_from_answer(const struct db_answer *a, struct fault *f) must_check;
void rules_free(struct rules *r); /* NULL allowed */

#endif
