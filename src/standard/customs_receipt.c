/* Guids come from what a node stands for, a message's from its first node: the same rows have the same ones however often they are told. */
#include "standard/customs_receipt.h"

#include "base/clock.h"
#include "standard/answer.h"
#include "standard/reader.h"
#include "standard/writer.h"

#define RECEIPT_ID "{\"id\":\""
#define RECEIPT_AT "\"received_at\":\""

static const struct text none = { NULL, 0 };

/* --- a receipt's own bytes -------------------------------------------------------------------------------------------- */

struct text receipt_id(struct text receipt)
{
	if (!text_starts(receipt, RECEIPT_ID) || receipt.len < sizeof(RECEIPT_ID) + ID_TEXT_BYTES)
		return none;
	return (struct text){ receipt.at + sizeof(RECEIPT_ID) - 1, ID_TEXT_BYTES - 1 };
}

int64_t receipt_time(struct text receipt, int64_t otherwise)
{
	const char *at = receipt.at == NULL ? NULL : memmem(receipt.at, receipt.len, RECEIPT_AT, sizeof(RECEIPT_AT) - 1);
	const char *end;
	int64_t us = otherwise;

	if (at == NULL)
		return otherwise;
	at += sizeof(RECEIPT_AT) - 1;
	end = memchr(at, '"', (size_t)(receipt.at + receipt.len - at));
	if (end == NULL || !clock_parse_rfc3339((struct text){ at, (size_t)(end - at) }, &us))
		return otherwise;
	return us;
}

void receipt_put_info(struct buf *b, struct text receipt, bool chinese)
{
	buf_str(b, chinese ? "申报成功[" : "filed[");
	buf_text(b, receipt_id(receipt));
	buf_char(b, ']');
}

struct text customs_guid(struct arena *a, const struct sha256 *digest, const char *of)
{
	const struct text parts[] = { { (const char *)digest->b, sizeof(digest->b) }, text_of(of) };
	struct id id = id_of_key('G', parts, COUNTOF(parts));
	char *guid = arena_alloc(a, ID_TEXT_BYTES);

	if (guid == NULL)
		return TEXT("");
	id_format_capitals(&id, guid);
	return (struct text){ guid, ID_TEXT_BYTES - 1 };
}

static struct text no_memory(struct fault *f)
{
	(void)fault_set(f, FAULT_BUSY, "the message is larger than its memory");
	return none;
}

/* --- receipts of filings ---------------------------------------------------------------------------------------------- */

static bool read_node(struct arena *a, const struct customs_receipt *from, bool chinese, int64_t otherwise_us, struct ceb_return *out, struct fault *f)
{
	struct text receipt = text_dup(a, from->receipt);
	struct sha256 digest = sha256_of(receipt);
	struct buf info;

	*out = (struct ceb_return){ .status = TEXT("2"), .doc = document_read(a, text_dup(a, from->document)) };
	if (out->doc == NULL)
		return a->full ? fault_set(f, FAULT_BUSY, "the message is larger than its memory")
		               : fault_set(f, FAULT_BUG, "the filing cannot be read back");
	buf_init(&info, a, 64);
	receipt_put_info(&info, receipt, chinese);
	out->info = buf_as_text(&info);
	out->at_us = receipt_time(receipt, otherwise_us);
	out->guid = customs_guid(a, &digest, "0");
	return true;
}

struct text customs_receipts_message(struct arena *a, const struct customs_receipt *list, int count, bool chinese, int64_t otherwise_us, int *taken,
                                     struct fault *f)
{
	struct ceb_return *nodes = arena_alloc(a, sizeof(*nodes) * ANSWERS_OF_MESSAGE_MAX);
	struct sha256 digest = sha256_of(list[0].receipt);
	int number = 0, n = 0;
	struct buf b;

	if (nodes == NULL)
		return no_memory(f);
	while (n < count && n < ANSWERS_OF_MESSAGE_MAX) {
		if (!read_node(a, &list[n], chinese, otherwise_us, &nodes[n], f))
			return none;
		if (n == 0)
			number = nodes[0].doc->def->receipt;
		else if (nodes[n].doc->def->receipt != number)
			break;
		n++;
	}
	*taken = n;
	buf_init(&b, a, 1024 * (size_t)n);
	ceb_put_receipt(&b, number, customs_guid(a, &digest, "message"), nodes, n);
	return b.full || a->full ? no_memory(f) : buf_as_text(&b);
}

/* --- customs' answers ------------------------------------------------------------------------------------------------- */

static struct sha256 digest_of_id(const struct id *id)
{
	return sha256_of((struct text){ (const char *)id->b, sizeof(id->b) });
}

struct text customs_answers_message(struct arena *a, const struct customs_answer *list, int count, int *taken, struct fault *f)
{
	struct answer_stored nodes[ANSWERS_OF_MESSAGE_MAX];
	struct sha256 digest;
	struct buf b;
	int n = 0;

	while (n < count && n < ANSWERS_OF_MESSAGE_MAX && list[n].def == list[0].def) {
		digest = digest_of_id(&list[n].id);
		nodes[n] = (struct answer_stored){ list[n].body, customs_guid(a, &digest, "0") };
		n++;
	}
	*taken = n;
	digest = digest_of_id(&list[0].id);
	buf_init(&b, a, 640 * (size_t)n);
	if (!answer_put_stored(&b, a, list[0].def, customs_guid(a, &digest, "message"), nodes, n, f))
		return none;
	return buf_as_text(&b);
}
