/*
 * Codes, regimes, goods, forms, authorities, who recognises whom, what departments are asked and the risk rules, read from their tables into memory.
 * One call reads all; the result is immutable; a new one replaces it when rule_revision moved.
 */
#ifndef STORE_RULE_STORE_H
#define STORE_RULE_STORE_H

#include "io/db.h"
#include "model/codebook.h"
#include "model/delivery.h"
#include "model/risk_set.h"

enum { RULES_BOOK_BYTES = 64 << 20 }; /* limit of a codebook read from the tables */

enum { MAINTENANCE_MAX = 16, /* windows of one authority that are not over */
       BUNDLE_MAX = 100 };

/* How we show who we are: not at all, by a token in the header Authorization, or by signing with a secret both know. */
enum credential_kind { CREDENTIAL_NONE, CREDENTIAL_BEARER, CREDENTIAL_HMAC };
bool credential_kind_by_name(struct text t, enum credential_kind *out) must_check; /* none bearer hmac */

struct authority_conf { /* tables authority, maintenance */
	bool connected;
	char *url;
	char *query_url;            /* where it is asked (flow/lookups.h); NULL: it is not */
	int max_in_flight, timeout_ms; /* max_in_flight: requests */
	int bundle_max;                /* messages that it takes in one request, as a JSON array; 1: one by one */
	int max_per_s, burst; /* messages; 0: none; model/rate.h */
	struct delivery_policy policy;
	struct maintenance_window { int64_t begins_us, ends_us; } windows[MAINTENANCE_MAX]; /* INT64_MAX: until somebody ends it */
	int window_count;
	enum credential_kind credential;
	char *credential_file;      /* a path, or credential:NAME; NULL: none. The database never holds the secret */
	struct text secret;         /* allocated; read from that file by who may (authority_secrets.h); absent until then */
};

/* May it be asked now? It may not without the secret that it wants to be shown; what hangs on its answer waits. */
static inline bool authority_can_be_asked(const struct authority_conf *c)
{
	return c->query_url != NULL && (c->credential == CREDENTIAL_NONE || c->secret.at != NULL);
}
/* Is it left alone on purpose just now? *ends_us: until when, by all windows that hold one another's hands. */
bool authority_in_maintenance(const struct authority_conf *c, int64_t now_us, int64_t *ends_us) must_check;

struct rules {
	struct codebook *book;
	struct authority_conf authorities[AUTHORITY_COUNT];
	struct risk_set risk;
	int64_t revision;
};

extern const struct db_stmt rule_store_revision;  /* one row: last_value */
/* Adds the statements that read everything, the revision first, to a call; no parameters. */
void rule_store_load(struct db_call *call);
/* From a DB_DONE answer of such a call; the caller owns it. NULL: *f says which row cannot be obeyed. */
struct rules *rules_from_answer(const struct db_answer *a, struct fault *f) must_check;
void rules_free(struct rules *r); /* NULL allowed */

#endif
