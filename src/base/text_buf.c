/*
 * The buffer that grows in an arena.
 *
 * Every writer first makes room for what it adds and then copies in one go; text that needs escaping is
 * copied in runs between the characters that do.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

enum { BUF_FIRST_BYTES = 64 };

static const char hex_digits[] = "0123456789abcdef";

void buf_init(struct buf *b, struct arena *arena, size_t expect_bytes)
{
	size_t size = expect_bytes < BUF_FIRST_BYTES ? BUF_FIRST_BYTES : expect_bytes + 1;

	*b = (struct buf){ .arena = arena, .size = size };
	b->at = arena_alloc(arena, size);
	if (b->at == NULL) {
		b->size = 0;
		b->full = true;
		return;
	}
	b->at[0] = '\0';
}

/* Room for len more bytes and the NUL. Doubles while the arena has that much, then takes what is needed. */
static bool grow(struct buf *b, size_t len)
{
	struct arena *a = b->arena;
	size_t need = b->len + len + 1, room = a->limit - a->used, want = b->size * 2;
	char *at;

	if (need <= len) {
		b->full = true;
		return false;
	}
	if (want < need || want - b->size > room)
		want = need;
	at = arena_extend(a, b->at, b->size, want);
	if (at == NULL) {
		if (want > room)
			want = need;
		at = arena_alloc(a, want);
		if (at == NULL) {
			b->full = true;
			return false;
		}
		memcpy(at, b->at, b->len + 1);
	}
	b->at = at;
	b->size = want;
	return true;
}

static inline bool has_room(struct buf *b, size_t len)
{
	if (b->full)
		return false;
	return len < b->size - b->len || grow(b, len);
}

static inline void put(struct buf *b, const void *bytes, size_t len)
{
	if (len == 0 || !has_room(b, len))
		return;
	memcpy(b->at + b->len, bytes, len);
	b->len += len;
	b->at[b->len] = '\0';
}

void buf_put(struct buf *b, const void *bytes, size_t len)
{
	put(b, bytes, len);
}

void buf_text(struct buf *b, struct text t)
{
	put(b, t.at, t.len);
}

void buf_str(struct buf *b, const char *s)
{
	put(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	put(b, &c, 1);
}

void buf_i64(struct buf *b, int64_t n)
{
	char digits[20]; /* as many as -9223372036854775808 has */
	size_t at = sizeof(digits);
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (n < 0)
		digits[--at] = '-';
	put(b, digits + at, sizeof(digits) - at);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int len;

	if (b->full)
		return;
	va_start(ap, fmt);
	len = vsnprintf(b->at + b->len, b->size - b->len, fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len >= b->size - b->len) {
		b->at[b->len] = '\0';
		if (!grow(b, (size_t)len))
			return;
		va_start(ap, fmt);
		len = vsnprintf(b->at + b->len, b->size - b->len, fmt, ap);
		va_end(ap);
	}
	if (len < 0) {
		b->at[b->len] = '\0';
		b->full = true;
		return;
	}
	b->len += (size_t)len;
}

/* ---- escaping ---- */

static void put_json_escape(struct buf *b, unsigned char c)
{
	char escape[6] = { '\\', 'u', '0', '0', hex_digits[c >> 4], hex_digits[c & 15] };
	static const char with_letter[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: the character, its letter */

	for (size_t i = 0; i + 1 < sizeof(with_letter); i += 2)
		if ((unsigned char)with_letter[i] == c) {
			escape[1] = with_letter[i + 1];
			put(b, escape, 2);
			return;
		}
	put(b, escape, sizeof(escape));
}

void buf_json(struct buf *b, struct text t)
{
	size_t done = 0;

	if (t.at == NULL) {
		put(b, "null", 4);
		return;
	}
	if (!has_room(b, t.len + 2)) /* nearly always all there is to grow */
		return;
	put(b, "\"", 1);
	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.at[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		put(b, t.at + done, i - done);
		put_json_escape(b, c);
		done = i + 1;
	}
	put(b, t.at + done, t.len - done);
	put(b, "\"", 1);
}

static const char *xml_escape(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t': /* a reader would turn these three into spaces or drop them */
		return "&#9;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	default:
		return c < 0x20 ? "\xEF\xBF\xBD" : NULL;
	}
}

static const char *xml_text_escape(unsigned char c)
{
	switch (c) {
	case '&':
	case '<':
	case '>':
		return xml_escape(c);
	case '\r':
		return "&#xD;";
	case '\t':
	case '\n':
		return NULL;
	default:
		return c < 0x20 ? "\xEF\xBF\xBD" : NULL;
	}
}

static void put_escaped(struct buf *b, struct text t, const char *(*escape_of)(unsigned char c))
{
	size_t done = 0;

	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.at[i];
		const char *escape;

		if (c > '>' || (escape = escape_of(c)) == NULL)
			continue;
		put(b, t.at + done, i - done);
		put(b, escape, strlen(escape));
		done = i + 1;
	}
	put(b, t.at + done, t.len - done);
}

void buf_xml(struct buf *b, struct text t)
{
	put_escaped(b, t, xml_escape);
}

void buf_xml_text(struct buf *b, struct text t)
{
	put_escaped(b, t, xml_text_escape);
}

/* ---- hex and base64 ---- */

void buf_hex(struct buf *b, const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	char *out;

	if (!has_room(b, len * 2))
		return;
	out = b->at + b->len;
	for (size_t i = 0; i < len; i++) {
		*out++ = hex_digits[in[i] >> 4];
		*out++ = hex_digits[in[i] & 15];
	}
	*out = '\0';
	b->len += len * 2;
}

static void put_base64(struct buf *b, const void *bytes, size_t len, const char *alphabet, bool is_padded)
{
	const unsigned char *at = bytes;
	char *out;

	if (!has_room(b, len / 3 * 4 + 4))
		return;
	out = b->at + b->len;
	for (; len >= 3; len -= 3, at += 3) {
		*out++ = alphabet[at[0] >> 2];
		*out++ = alphabet[(at[0] & 3) << 4 | at[1] >> 4];
		*out++ = alphabet[(at[1] & 15) << 2 | at[2] >> 6];
		*out++ = alphabet[at[2] & 63];
	}
	if (len > 0) {
		unsigned second = len == 2 ? at[1] : 0u;

		*out++ = alphabet[at[0] >> 2];
		*out++ = alphabet[(at[0] & 3) << 4 | second >> 4];
		if (len == 2)
			*out++ = alphabet[(second & 15) << 2];
		for (; is_padded && len < 3; len++)
			*out++ = '=';
	}
	*out = '\0';
	b->len = (size_t)(out - b->at);
}

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

void buf_base64(struct buf *b, const void *bytes, size_t len)
{
	put_base64(b, bytes, len, LETTERS_AND_DIGITS "+/", true);
}

void buf_base64url(struct buf *b, const void *bytes, size_t len)
{
	put_base64(b, bytes, len, LETTERS_AND_DIGITS "-_", false);
}
