/* Receipts, read back from their own bytes, and the words of customs' receipts. */
#include "api/receipt_text.h"

#define RECEIPT_ID "{\"id\":\""
#define RECEIPT_AT "\"received_at\":\""

struct text receipt_id(struct text receipt)
{
	if (!text_starts(receipt, RECEIPT_ID) || receipt.len < sizeof(RECEIPT_ID) + ID_TEXT_BYTES)
		return (struct text){ NULL, 0 };
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

void receipt_put_info(const struct req *r, struct buf *b, struct text receipt)
{
	buf_str(b, customs_speaks_chinese(r) ? "申报成功[" : "filed[");
	buf_text(b, receipt_id(receipt));
	buf_char(b, ']');
}

bool customs_speaks_chinese(const struct req *r)
{
	return httpd_header(r->http, "Accept-Language").at == NULL || req_chinese(r);
}

struct text customs_guid(struct req *r, const struct sha256 *digest, const char *of)
{
	const struct text parts[] = { { (const char *)digest->b, sizeof(digest->b) }, text_of(of) };
	struct id id = id_of_key('G', parts, COUNTOF(parts));
	char *guid = arena_alloc(r->arena, ID_TEXT_BYTES);

	if (guid == NULL)
		return TEXT("");
	id_format(&id, guid);
	for (char *c = guid; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'f')
			*c = (char)(*c - 'a' + 'A');
	return (struct text){ guid, ID_TEXT_BYTES - 1 };
}
