/*
 * Customs receipts to filers: one node per filing with its keys, a status, a time and words; and CEB900 for a
 * message that could not be read at all, which carries the message itself.
 */
#include "standard/ceb_parts.h"

#include <assert.h>

#include "base/clock.h"
#include "standard/utf8.h"
#include "standard/writer.h"

enum { INFO_CHARACTERS_MAX = 1000, INFO_900_CHARACTERS_MAX = 5000, COP_NO_CHARACTERS_MAX = 20 };

static void put_time(struct buf *b, int64_t at_us)
{
	char time[CLOCK_COMPACT_BYTES];

	clock_compact(at_us, 17, time);
	ceb_put_element(b, "returnTime", text_of(time));
}

/* What a receipt of customs must carry and the filing cannot give yet. The window numbers a declaration when it declares
 * it; until then the serial is 0, which no declaration has. Without a number of the company's own, the filing's guid. */
static struct text stand_in(struct arena *a, const struct ceb_return *r, enum field f)
{
	static const char letters[DOC_FILED_COUNT] = {
		[DOC_INVENTORY] = 'B', [DOC_CANCELLATION] = 'B', [DOC_RETURN] = 'T', [DOC_WAREHOUSE_IN] = 'R', [DOC_TALLY] = 'O', [DOC_SUMMARY] = 'S',
	};
	char day[CLOCK_COMPACT_BYTES];
	char letter = letters[r->doc->def->kind];
	struct buf b;

	if (f == F_INTERNAL_NO)
		return utf8_first(document_get(r->doc, F_GUID), COP_NO_CHARACTERS_MAX);
	if (f != F_PRE_ENTRY_NO)
		return (struct text){ NULL, 0 };
	clock_compact(r->at_us, 8, day);
	buf_init(&b, a, 20);
	buf_char(&b, letter == '\0' ? 'P' : letter); /* P: seen with export */
	buf_str(&b, day);
	buf_str(&b, "000000000");
	return buf_as_text(&b);
}

/* A filing may carry a shorter number than a receipt. */
static bool fits(const struct field_def *def, struct text value)
{
	long characters = text_utf8_length(value);

	return def->type != FIELD_TEXT || (characters >= (long)def->min_length && characters <= (long)def->max_length);
}

static struct text value_of(struct arena *a, const struct ceb_return *r, const struct field_def *def)
{
	struct text value = { NULL, 0 };
	char time[CLOCK_RFC3339_BYTES];

	switch (def->id) {
	case F_GUID:
		return r->guid;
	case F_RETURN_STATUS:
		return r->status;
	case F_RETURN_INFO:
		return utf8_first(r->info, INFO_CHARACTERS_MAX);
	case F_RETURNED_AT:
		clock_rfc3339(r->at_us, 3, time);
		return text_dup(a, text_of(time));
	default:
		if (r->doc == NULL)
			return value;
		value = document_get(r->doc, def->id);
		if (value.at != NULL && fits(def, value))
			return value;
		return field_has_value(def) ? stand_in(a, r, def->id) : (struct text){ NULL, 0 };
	}
}

void ceb_put_receipt(struct buf *b, int number, struct text guid, const struct ceb_return *returns, int count)
{
	const struct message_def *def = message_def_by_number(number);

	assert(def != NULL);
	ceb_put_open(b, number, guid);
	for (int i = 0; i < count; i++) {
		struct document *d = document_new(b->arena, def, 0);

		if (d == NULL) {
			b->full = true;
			return;
		}
		for (int k = 0; k < def->field_count; k++)
			d->head[k] = value_of(b->arena, &returns[i], &def->fields[k]);
		ceb_put_node(b, d, returns[i].at_us);
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
