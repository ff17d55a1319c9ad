/* Answers as a live authority writes them: customs in its receipts, the others in JSON. What the reader (standard/answer.h) is tried with. */
#ifndef ANSWER_WRITER_H
#define ANSWER_WRITER_H

#include <assert.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "model/delivery.h"
#include "standard/answer.h"
#include "standard/ceb_parts.h"
#include "standard/utf8.h"

/* A guid in capitals from what it stands for: the same answers, the same message. */
static inline void answer_guid(struct sha256 hash, char guid[ID_TEXT_BYTES])
{
	struct id id;

	memcpy(id.b, hash.b, sizeof(id.b));
	id_format_capitals(&id, guid);
}

/* merchant/internal number, as read */
static inline void answer_split_key(struct text key, struct text *merchant, struct text *cop_no)
{
	const char *slash = key.at == NULL ? NULL : memchr(key.at, '/', key.len);

	*merchant = *cop_no = (struct text){ NULL, 0 };
	if (slash == NULL)
		return;
	*merchant = (struct text){ key.at, (size_t)(slash - key.at) };
	*cop_no = (struct text){ slash + 1, key.len - merchant->len - 1 };
}

static inline void answer_set(struct document *d, enum field f, struct text value)
{
	int i = field_index(d->def, f);

	if (i >= 0) /* a cancellation's receipt names fewer */
		d->head[i] = value;
}

static inline void answer_put_node(struct buf *b, const struct message_def *def, const struct authority_answer *answer)
{
	const struct text said[] = { answer->reference, answer->status, answer->info };
	struct document *d = document_new(b->arena, def, 0);
	char guid[ID_TEXT_BYTES], time[CLOCK_RFC3339_BYTES];
	struct text merchant, cop_no;

	if (d == NULL) {
		b->full = true;
		return;
	}
	answer_split_key(answer->business_key, &merchant, &cop_no);
	answer_guid(sha256_of_parts(said, COUNTOF(said)), guid);
	clock_rfc3339(answer->at_us, 3, time);
	answer_set(d, F_GUID, text_of(guid));
	answer_set(d, F_MERCHANT_CODE, merchant);
	answer_set(d, F_INTERNAL_NO, cop_no);
	answer_set(d, F_PRE_ENTRY_NO, answer->reference);
	answer_set(d, F_RETURN_STATUS, answer->status);
	answer_set(d, F_RETURNED_AT, text_of(time));
	answer_set(d, F_RETURN_INFO, utf8_first(answer->info, 1000));
	ceb_put_node(b, d, answer->at_us);
}

static inline void answer_put_customs(struct buf *b, enum direction d, const struct authority_answer *answers, int count)
{
	const struct message_def *def = message_def(answers[0].is_cancellation ? DOC_CANCELLATION_RECEIPT : DOC_INVENTORY_RECEIPT, d);
	char guid[ID_TEXT_BYTES];

	assert(count > 0);
	answer_guid(sha256_of(answers[0].reference), guid);
	ceb_put_open(b, def->number, text_of(guid));
	for (int i = 0; i < count; i++)
		answer_put_node(b, def, &answers[i]);
	ceb_put_close(b, def->number);
}

/* Under the message id of the delivery that it answers. */
static inline void answer_put_item(struct buf *b, enum authority from, const struct authority_answer *answer)
{
	struct id message = delivery_message_id(&answer->declaration, from, answer->version);
	char message_id[ID_TEXT_BYTES], declaration[ID_TEXT_BYTES], at[CLOCK_RFC3339_BYTES];

	id_format(&message, message_id);
	id_format(&answer->declaration, declaration);
	clock_rfc3339(answer->at_us, 6, at);
	buf_printf(b, "{\"message_id\":\"%s\",\"declaration_id\":\"%s\",\"version\":%d,\"status\":", message_id, declaration, answer->version);
	buf_json(b, answer->status);
	buf_printf(b, ",\"at\":\"%s\"", at);
	if (answer->info.at != NULL) {
		buf_str(b, ",\"info\":");
		buf_json(b, answer->info);
	}
	buf_char(b, '}');
}

/* One CEB message (622, 604; 624, 606 if they are of cancellations) or one JSON array. */
static inline void answer_put(struct buf *b, enum authority from, enum direction d, const struct authority_answer *answers, int count)
{
	if (from == AUTHORITY_CUS) {
		answer_put_customs(b, d, answers, count);
		return;
	}
	for (int i = 0; i < count; i++) {
		buf_char(b, i == 0 ? '[' : ',');
		answer_put_item(b, from, &answers[i]);
	}
	buf_char(b, ']');
}

#endif
