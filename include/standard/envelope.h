/*
 * What messages travel in: the exchange's DxpMsg, the relay form in JSON, or nothing.
 *
 *   DxpMsgSv ─ DxpMsg ─ TransInfo, Data: base64 ─┐
 *   {"Message":{"MessageHead":…,"MessageBody":{"data": base64}}} ─┴─► the business message in customs XML
 *   CEBnnnMessage, or JSON of the data standard ──► itself
 *
 * Whatever is none of the two envelopes is a bare message, found out by a look at its first bytes. Signatures of the
 * envelope are passed over; those of the business message are its own readers' business.
 */
#ifndef STANDARD_ENVELOPE_H
#define STANDARD_ENVELOPE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"

enum envelope_kind { ENVELOPE_NONE, ENVELOPE_DXP, ENVELOPE_RELAY };
enum { ENVELOPE_RECEIVERS_MAX = 5 };

/* The exchange's own codes, as ResponseCode has them (four digits). */
enum exchange_code {
	EXCHANGE_TAKEN = 0,
	EXCHANGE_BAD_FORMAT = 1,    /* not well formed, or Data is not base64 */
	EXCHANGE_SCHEMA = 2,        /* an element is missing, unknown, double, or too long */
	EXCHANGE_OTHER_FORMAT = 999,
	EXCHANGE_SYSTEM = 3001,
};

struct envelope {
	enum envelope_kind kind;
	bool is_xml;            /* the content is customs XML; else JSON of the data standard */
	struct text content;    /* NONE: the body itself; else decoded, in the arena */
	/* DXP and RELAY, as they were said; absent where the relay form left them out */
	struct text message_id; /* CopMsgId, MessageId: 1..255 characters, always there once opened */
	struct text sender;     /* at most 16, as the receivers */
	struct text receivers[ENVELOPE_RECEIVERS_MAX];
	int receiver_count;
	struct text type;       /* MsgType, MessageType */
	struct text created;    /* CreatTime, SendTime */
	bool type_differs;      /* the type names another message than the content is */
	enum exchange_code code; /* why it was refused */
};

/* False: FAULT_BAD_XML, FAULT_BAD_JSON (their text names the exchange's code) or BUSY (arena full); then kind
 * and code are set, and of the rest what had been read. The body is borrowed. */
bool envelope_open(struct arena *a, bool is_xml, struct text body, struct envelope *out, struct fault *f) must_check;

/* A message that answers the one which came in that envelope: the same form, sender and receiver changed over.
 * A bare one is put as it is. */
struct envelope_answer {
	struct text message_id; /* of the answer's envelope */
	struct text type;       /* "CEB312Message" */
	struct text content;    /* customs XML */
	int64_t at_us;
};
void envelope_put(struct buf *b, const struct envelope *e, const struct envelope_answer *answer);
/* application/json for the relay form. */
const char *envelope_content_type(const struct envelope *e);

/* DxpRep: what the exchange itself says of an envelope; info: own text, escaped here. */
void dxp_rep_put(struct buf *b, const struct envelope *e, enum exchange_code code, struct text info, int64_t at_us);

#endif
