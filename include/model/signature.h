/*
 * Which messages of a client must be signed, and with which certificates. Pure: the clients' table brings the rows,
 * standard/signature_gate.h holds a message against them.
 *
 * The messages that must be signed are those of GACC 2018-113 (202205): in its schema 621 623 625 711; in its text
 * also 509 603 605 607 701, and 507 once it is declared (appStatus 2).
 */
#ifndef MODEL_SIGNATURE_H
#define MODEL_SIGNATURE_H

#include "base/certificate.h"
#include "model/rule.h"

enum signature_required { SIGNATURE_NONE, SIGNATURE_SCHEMA, SIGNATURE_TEXT, SIGNATURE_ALL, SIGNATURE_REQUIRED_COUNT };

bool signature_required_by_name(struct text name, enum signature_required *out) must_check; /* "none" … as the database and tongguanctl have it */

/* A certificate that is decoded when it is first needed, and kept as long as `arena`: it takes longer than to verify RSA. */
struct certificate_slot {
	struct arena *arena;
	const struct certificate *read; /* NULL: not yet, or it could not be */
	bool was_tried;
};

struct bound_certificate { /* whoever holds its key may sign for the client; revoked ones are not here */
	struct sha256 sha256;  /* over der */
	struct text der, serial;
	int64_t not_before_us, not_after_us;
	struct certificate_slot *slot; /* one thread at a time; NULL: decoded for each message */
};

struct client_signature {
	enum signature_required required;
	bool is_tolerant;      /* of blanks that field software adds after signing */
	const struct bound_certificate *certificates;
	int certificate_count;
};

/* Must this message be signed? is_declared: appStatus 2, which counts for 507 only. */
bool signature_is_required(enum signature_required r, int message_number, bool is_declared);
/* The code of a customs receipt for a message refused by a rule of signatures; 0: customs has none for it. */
int signature_customs_code(int message_number, enum rule r);

#endif
