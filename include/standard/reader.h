/*
 * From the bytes of a message to documents, in each dialect.
 *
 * JSON (data standard v1): one filing object, or an array of 1..100 of them; or one on each line (standard/ndjson.h).
 * Read by a strict single-pass reader driven by the field table: depth at most 32, no duplicate members, no unknown members,
 * UTF-8 only, money as strings. CEB XML: every message of the standard; no DTD, no entities, no network, depth and size
 * limits. Prefixes, a default namespace, a byte order mark, a missing declaration and indentation are no matter of the
 * schema. What else real clients send beside it is told as rules schema.*: lenient reading understands it and warns,
 * strict reading refuses it (docs/API.md lists them).
 *
 * A message-level failure (not well formed, unknown root, too many nodes) is a fault of the whole;
 * what is wrong with one node is that node's findings and refuses it alone.
 */
#ifndef STANDARD_READER_H
#define STANDARD_READER_H

#include "base/arena.h"
#include "base/fault.h"
#include "model/codebook.h"
#include "model/document.h"
#include "model/finding.h"

enum dialect { DIALECT_JSON, DIALECT_CEB };

struct node {
	struct document *doc; /* NULL when not even its kind is known */
	struct findings *findings; /* NULL: none */
	struct findings *warnings; /* what was tolerated; NULL: nothing */
	const struct fault *fault; /* its line of NDJSON cannot be read; NULL: it can, or comes in another form */
	int line;                  /* of NDJSON: its number in what was sent, from 1 */
};

struct message {
	enum dialect dialect;
	enum strictness strictness;
	bool is_batch;          /* JSON array, or a CEB message (always answered per node in XML) */
	int number;             /* CEB message number; 0: JSON */
	const struct message_def *def; /* CEB; NULL: JSON */
	struct text guid;       /* CEB message guid */
	struct text sender_code, exchange_id; /* BaseTransfer's copCode and dxpId; may be absent */
	bool is_signed;         /* there is a Signature, looked at by nobody yet */
	struct findings *warnings; /* of the message as a whole; NULL: none */
	struct node *nodes;
	int node_count;
};

/* Reads only; call message_check() next. The body is borrowed by the documents (JSON) or copied (XML). */
bool message_read_json(struct arena *a, struct text body, struct message *out, struct fault *f) must_check;
bool message_read_ceb(struct arena *a, struct text body, enum strictness how, struct message *out, struct fault *f) must_check;
/* For a sender who gave currencies and countries as ISO codes (letters only: the numbers of ISO and of customs mean different things):
 * puts customs' codes in their place, before message_check(). A code that stands for none or for several is a finding that names it. */
void message_map_iso(struct arena *a, struct message *m, const struct codebook *book, int32_t day);
/* document_check() on each node that has a document. An arena that became full shows in a->full: check it once. */
void message_check(struct arena *a, struct message *m, const struct codebook *book, int32_t day);

/* Refuses each node that no enterprise files: receipts and what else customs sends. */
void message_refuse_unfiled(struct arena *a, struct message *m);

/* Refuses a node as a whole for a rule that reading and checking do not know of. */
void message_refuse_node(struct arena *a, struct node *n, enum rule rule);
/* The same for what was found somewhere in it. */
void message_refuse_for(struct arena *a, struct node *n, const struct findings *found);

/* A stored canonical document, read back (trusted: written by canonical_put; a damaged one returns NULL). */
struct document *document_read(struct arena *a, struct text canonical) must_check;

#endif
