/*
 * What an authority answers, read from its own form.
 *
 * Customs: CEB 622 and 604, of cancellations 624 and 606 (one or many nodes), matched by preNo. Others: JSON, one object or an array:
 * {"message_id","declaration_id","version","status":"received|accepted|review|inspect|held|rejected","at","info"}.
 * Accepted is OUTCOME_CLEAR. The post may say AC, RFI, RFS or DNL instead. An answer is identified by authority, key, status, its time and body digest.
 */
#ifndef STANDARD_ANSWER_H
#define STANDARD_ANSWER_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "model/clearance.h"
#include "model/field.h"

struct authority_answer {
	enum authority authority;
	struct text reference;       /* customs: preNo; else absent */
	struct id declaration;       /* others */
	int version;                 /* others; 0: to be found by reference */
	bool is_cancellation;        /* customs: of a cancellation (624, 606), not of an inventory */
	struct text status;          /* as it was said: "120", "accepted" */
	enum part_outcome outcome;
	int64_t at_us;
	struct text info;            /* free text, at most 1000 characters */
	struct sha256 digest;        /* over this node's own data (not guid, not message_id) */
	struct text body;            /* this node's bytes, or canonical JSON of them, for the record */
	struct text business_key;    /* customs: ebcCode/copNo, for the log when the reference is unknown */
};

enum { ANSWERS_MAX = 500 };
/* Content type decides: XML for customs, JSON for the rest. False: nothing usable; *f names the first thing wrong.
 * True with f->code set: some of the answers were not usable, and *f names the first thing wrong with those. */
bool answer_read(struct arena *a, enum authority from, struct text content_type, struct text body,
                 struct authority_answer **out, int *count, struct fault *f) must_check;

/* Answers of customs as they were stored (authority_answer.body), as one message again, that of def (622, 604; 624, 606): what a filer polls.
 * The bare message: no envelope. False with *f: a record is none, or the arena is full. */
struct answer_stored {
	struct text body;
	struct text guid; /* of the node: any stable 36 characters */
};
enum { ANSWERS_OF_MESSAGE_MAX = 100 }; /* nodes of one receipt message (edition 202205) */
bool answer_put_stored(struct buf *b, struct arena *a, const struct message_def *def, struct text guid, const struct answer_stored *answers,
                       int count, struct fault *f) must_check;

#endif
