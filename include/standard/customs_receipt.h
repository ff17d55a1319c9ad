/*
 * What is stored, told as customs tells it: receipts of filings as 312 412 512 622 …, customs' own answers as 622 and 604.
 * For who polls and for who is pushed to alike: the same rows make the same bytes, guids included.
 */
#ifndef STANDARD_CUSTOMS_RECEIPT_H
#define STANDARD_CUSTOMS_RECEIPT_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/id.h"
#include "model/document.h"

/* A receipt's bytes are our own: its members are found where they are written. */
struct text receipt_id(struct text receipt);                       /* at == NULL: it is no receipt */
int64_t receipt_time(struct text receipt, int64_t otherwise);
/* returnInfo of a filing that was taken. */
void receipt_put_info(struct buf *b, struct text receipt, bool chinese);
/* 36 characters, capitals: always the same for the same digest and place. Empty: the arena is full. */
struct text customs_guid(struct arena *a, const struct sha256 *digest, const char *of);

struct customs_receipt { /* of a filing that was taken */
	struct text receipt, document; /* as they are stored; of the canonical document only the business keys are used */
};
/* The first ones of one kind and direction as one message: *taken says how many, at most ANSWERS_OF_MESSAGE_MAX. at == NULL with
 * *f: no memory, or a document that is none. otherwise_us: for a receipt without time. */
struct text customs_receipts_message(struct arena *a, const struct customs_receipt *list, int count, bool chinese, int64_t otherwise_us, int *taken,
                                     struct fault *f);

struct customs_answer {
	struct id id;
	const struct message_def *def; /* the message that it is told in */
	struct text body; /* authority_receipt.body */
};
/* The first ones of one message. As above. */
struct text customs_answers_message(struct arena *a, const struct customs_answer *list, int count, int *taken, struct fault *f);

#endif
