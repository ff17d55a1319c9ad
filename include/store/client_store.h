/*
 * Who calls: clients by the hash of their tokens, held in memory and read again when
 * table rows changed (rule_revision) or a token is unknown (at most once a second).
 */
#ifndef STORE_CLIENT_STORE_H
#define STORE_CLIENT_STORE_H

#include "base/clock.h"
#include "base/crypto.h"
#include "io/db.h"
#include "model/authority.h"
#include "model/field.h"
#include "model/onboarding.h"
#include "model/signature.h"
#include "store/client_key.h"
#include "store/quota_store.h"

enum role { ROLE_PUBLIC, ROLE_ENTERPRISE, ROLE_REGULATOR, ROLE_OPERATOR, ROLE_AUTHORITY, ROLE_BANK, ROLE_COUNT };
const char *role_name(enum role r);

struct client_proof { /* what each of its requests must bring */
	bool token, certificate, signature;
};
bool client_proof_by_name(struct text t, struct client_proof *out) must_check; /* "token+signature" … as the database has it */

struct client {
	int id;
	struct text name;
	enum role role;
	const struct text *codes; /* enterprise: may file for these; bank: its own */
	int code_count;
	bool has_authority;
	enum authority authority;
	enum client_state state;  /* of an enterprise */
	bool disabled;
	struct client_proof proof;
	const struct client_key *keys;
	int key_count;
	struct client_signature signature;
	enum strictness strictness; /* how its customs messages are read */
	struct text quality;      /* of its data last month, as header Data-Quality tells it; absent: it filed nothing */
};

struct client_token { /* that is not revoked */
	int id;
	struct sha256 sha256;
	int64_t expires_us;       /* INT64_MAX: never */
};

struct client_set; /* immutable but for certificates decoded on the way; made by a load, freed by its owner when replaced */
/* The statements of a load and the reading of their rows (io does the waiting). */
extern const struct db_stmt client_store_all, client_store_tokens, client_store_certificates, client_store_keys, client_store_barred;
struct client_rows { /* what these answered, and quota_store_all */
	const struct db_rows *clients, *tokens, *certificates, *keys, *limits, *barred;
};
struct client_set *client_set_from_rows(const struct client_rows *rows) must_check; /* NULL: no memory */
void client_set_free(struct client_set *s);
/* Whose token it is, and which. NULL: unknown, expired, or its client is disabled. */
const struct client *client_set_find(const struct client_set *s, const struct sha256 *token, int64_t now_us, struct client_token *out);
/* The limits of requests that came with them. */
const struct quota_limits *client_set_limits(const struct client_set *s);
/* The same by the certificate of a connection (SHA-256 over its DER). */
const struct client *client_set_find_certificate(const struct client_set *s, const struct sha256 *certificate, int64_t now_us);
/* How many clients will have no good token any more within that time. */
int client_set_expiring(const struct client_set *s, int64_t now_us, int64_t within_us);
/* The codes of a client's row, one a line, into the arena. False: it is full. */
bool client_codes_read(struct arena *a, struct text lines, struct client *c) must_check;
bool client_may_file_for(const struct client *c, struct text code);
/* The enterprise is on the negative list, or somebody who is stands behind it: it files nothing new. */
bool client_set_is_barred(const struct client_set *s, struct text code);

/* One step of an enterprise, with its record: $1 name, $2 to, $3 from, $4 time, $5 actor, $6 reason (null: none). A row when it was
 * in that state, none when it was not (any more). Whether the step may be made: model/onboarding. */
extern const struct db_stmt client_store_move;
/* The messages of the data standard as sql/queries/client_report.sql wants them. */
void client_report_put_messages(struct buf *b);

#endif
