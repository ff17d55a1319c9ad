/*
 * Customs receipts to filers: one node per filing with its keys, a status, a time and words; and CEB900 for a
 * message that could not be read at all, which carries the message itself.
 */
#include "standard/ceb_receipt.h"

#include <assert.h>

#include "base/clock.h"
#include "standard/utf8.h"
#include "standard/writer.h"

enum { INFO_CHARACTERS_MAX = 1000, INFO_900_CHARACTERS_MAX = 5000 };

static const struct ceb_receipt_def receipts[] = {
	{ 312, "OrderReturn", { "ebpCode", "ebcCode", "orderNo", NULL } },
	{ 412, "PaymentReturn", { "payCode", "payTransactionId", NULL } },
	{ 512, "LogisticsReturn", { "logisticsCode", "logisticsNo", NULL } },
	{ 514, "LogisticsStatusReturn", { "logisticsCode", "logisticsNo", "logisticsStatus", NULL } },
	{ 622, "InventoryReturn", { "customsCode", "ebpCode", "ebcCode", "agentCode", "copNo", "preNo", "invtNo", NULL } },
	{ 304, "OrderReturn", { "ebpCode", "ebcCode", "orderNo", NULL } },
	{ 404, "ReceiptsReturn", { "ebcCode", "orderNo", "payNo", NULL } },
	{ 506, "LogisticsReturn", { "logisticsCode", "logisticsNo", NULL } },
	{ 604, "InventoryReturn",
	  { "agentCode", "copNo", "preNo", "invtNo", "ebcCode", "ebpCode", "orderNo", "statisticsFlag", NULL } },
};

const struct ceb_receipt_def *ceb_receipt_def(int number)
{
	for (size_t i = 0; i < COUNTOF(receipts); i++)
		if (receipts[i].number == number)
			return &receipts[i];
	return NULL;
}

static void put_time(struct buf *b, int64_t at_us)
{
	char time[CLOCK_COMPACT_BYTES];

	clock_compact(at_us, 17, time);
	ceb_put_element(b, "returnTime", text_of(time));
}

void ceb_put_return(struct buf *b, struct text status, int64_t at_us, struct text info)
{
	ceb_put_element(b, "returnStatus", status);
	put_time(b, at_us);
	ceb_put_element(b, "returnInfo", utf8_first(info, INFO_CHARACTERS_MAX));
}

static void put_keys(struct buf *b, const struct ceb_receipt_def *def, const struct document *d)
{
	for (int i = 0; def->elements[i] != NULL; i++) {
		int at = field_index_of_element(d->def, text_of(def->elements[i]));

		if (at >= 0)
			ceb_put_element(b, def->elements[i], d->head[at]);
	}
}

void ceb_put_receipt(struct buf *b, int number, struct text guid, const struct ceb_return *returns, int count)
{
	const struct ceb_receipt_def *def = ceb_receipt_def(number);

	assert(def != NULL);
	ceb_put_open(b, number, guid);
	for (int i = 0; i < count; i++) {
		buf_text(b, TEXT("<ceb:"));
		buf_str(b, def->node);
		buf_char(b, '>');
		ceb_put_element(b, "guid", returns[i].guid);
		if (returns[i].doc != NULL)
			put_keys(b, def, returns[i].doc);
		ceb_put_return(b, returns[i].status, returns[i].at_us, returns[i].info);
		buf_text(b, TEXT("</ceb:"));
		buf_str(b, def->node);
		buf_char(b, '>');
	}
	ceb_put_close(b, number);
}

/* ---- CEB900 ---- */

/* CEBnnnMessage as the original's first such word has it; else Unknown. */
static struct text original_type(struct text original)
{
	const char *end = original.at + original.len, *at = original.at;

	while (at != NULL && (at = memmem(at, (size_t)(end - at), "CEB", 3)) != NULL && end - at >= 13) {
		if (memcmp(at + 6, "Message", 7) == 0)
			return (struct text){ at, 13 };
		at++;
	}
	return TEXT("Unknown");
}

/* How many bytes here XML does not allow; 0: none. From bad_at on the text is not UTF-8: only its ASCII is kept. */
static size_t forbidden_bytes(struct text t, size_t i, size_t bad_at)
{
	unsigned char c = (unsigned char)t.at[i];

	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r' ? 0 : 1;
	if (c >= 0x80 && i >= bad_at)
		return 1;
	if (c == 0xef && (unsigned char)t.at[i + 1] == 0xbf && (unsigned char)t.at[i + 2] >= 0xbe)
		return 3; /* U+FFFE and U+FFFF */
	return 0;
}

static bool closes_cdata(struct text t, size_t i)
{
	return i >= 2 && t.at[i] == '>' && t.at[i - 1] == ']' && t.at[i - 2] == ']';
}

/* The sender's bytes as character data: what XML does not allow as U+FFFD, "]]>" parted over two sections. */
static void put_cdata(struct buf *b, struct text t)
{
	size_t bad_at, from = 0, i = 0;

	if (utf8_check(t, &bad_at))
		bad_at = t.len;
	buf_text(b, TEXT("<![CDATA["));
	while (i < t.len) {
		size_t forbidden = forbidden_bytes(t, i, bad_at);

		if (forbidden == 0 && !closes_cdata(t, i)) {
			i++;
			continue;
		}
		buf_put(b, t.at + from, i - from);
		buf_text(b, forbidden > 0 ? TEXT("\xEF\xBF\xBD") : TEXT("]]><![CDATA[>"));
		i += forbidden > 0 ? forbidden : 1;
		from = i;
	}
	buf_put(b, t.at + from, t.len - from);
	buf_text(b, TEXT("]]>"));
}

void ceb_put_900(struct buf *b, const struct ceb_refused *refused)
{
	struct text original = refused->original.at == NULL ? TEXT("") : refused->original;

	ceb_put_open(b, 900, refused->guid);
	buf_text(b, TEXT("<ceb:MessageReturn>"));
	ceb_put_element(b, "guid", refused->guid);
	ceb_put_element(b, "returnStatus", refused->status);
	ceb_put_element(b, "returnInfo", utf8_first(refused->info, INFO_900_CHARACTERS_MAX));
	put_time(b, refused->at_us);
	ceb_put_element(b, "oriCopMsgId", refused->original_id.at == NULL ? TEXT("") : refused->original_id);
	ceb_put_element(b, "oriMessageType", original_type(original));
	buf_text(b, TEXT("<ceb:oriBizMessage>"));
	put_cdata(b, original);
	buf_text(b, TEXT("</ceb:oriBizMessage></ceb:MessageReturn>"));
	ceb_put_close(b, 900);
}
