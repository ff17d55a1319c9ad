/*
 * Slices, and the buffer that grows in an arena.
 *
 * Every writer first makes room for what it adds and then copies in one go; text that needs escaping is
 * copied in runs between the characters that do. Decoders write into memory of their caller and stop
 * at its end. Nothing here looks at a locale.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

enum { BUF_FIRST_BYTES = 64 };

static const char hex_digits[] = "0123456789abcdef";

/* ---- slices ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool text_eq_nocase(struct text a, struct text b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

int text_order(struct text a, struct text b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter == 0 ? 0 : memcmp(a.at, b.at, shorter);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool text_starts(struct text a, const char *prefix)
{
	size_t len = strlen(prefix);

	return a.len >= len && (len == 0 || memcmp(a.at, prefix, len) == 0);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trim(struct text a)
{
	while (a.len > 0 && is_blank(a.at[0])) {
		a.at++;
		a.len--;
	}
	while (a.len > 0 && is_blank(a.at[a.len - 1]))
		a.len--;
	return a;
}

bool text_next(struct text *rest, char mark, struct text *part)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->at, mark, rest->len);
	*part = (struct text){ rest->at, end == NULL ? rest->len : (size_t)(end - rest->at) };
	rest->at += part->len + (end != NULL);
	rest->len -= part->len + (end != NULL);
	return true;
}

bool text_is_among(struct text list, char mark, struct text one)
{
	struct text part;

	while (text_next(&list, mark, &part))
		if (text_eq(part, one))
			return true;
	return false;
}

bool text_has_nocase(struct text a, struct text part)
{
	for (size_t i = 0; i + part.len <= a.len; i++)
		if (text_eq_nocase((struct text){ a.at + i, part.len }, part))
			return true;
	return false;
}

struct text text_dup(struct arena *a, struct text t)
{
	if (t.at == NULL)
		return t;
	t.at = arena_copy(a, t.at, t.len);
	if (t.at == NULL)
		t.len = 0;
	return t;
}

bool text_to_i64(struct text t, int64_t *out)
{
	bool negative = t.len > 0 && t.at[0] == '-';
	int64_t n = 0;

	if (t.len == (size_t)negative)
		return false;
	for (size_t i = negative; i < t.len; i++) {
		int digit = t.at[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* counted downwards: the smallest number has no positive twin */
		if (__builtin_mul_overflow(n, (int64_t)10, &n) || __builtin_sub_overflow(n, (int64_t)digit, &n))
			return false;
	}
	if (!negative && n == INT64_MIN)
		return false;
	*out = negative ? n : -n;
	return true;
}

/* Bytes of the character that begins here; 0 when it is not well formed (overlong, surrogate, beyond U+10FFFF, cut). */
static size_t utf8_bytes(const unsigned char *c, size_t left)
{
	unsigned char low = 0x80, high = 0xBF; /* what the second byte may be */
	size_t bytes;

	if (c[0] < 0x80)
		return 1;
	if (c[0] >= 0xC2 && c[0] <= 0xDF)
		bytes = 2;
	else if (c[0] >= 0xE0 && c[0] <= 0xEF)
		bytes = 3;
	else if (c[0] >= 0xF0 && c[0] <= 0xF4)
		bytes = 4;
	else
		return 0;

	if (c[0] == 0xE0)
		low = 0xA0;
	else if (c[0] == 0xED)
		high = 0x9F;
	else if (c[0] == 0xF0)
		low = 0x90;
	else if (c[0] == 0xF4)
		high = 0x8F;
	if (left < bytes || c[1] < low || c[1] > high)
		return 0;
	for (size_t i = 2; i < bytes; i++)
		if ((c[i] & 0xC0) != 0x80)
			return 0;
	return bytes;
}

long text_utf8_length(struct text t)
{
	const unsigned char *c = (const unsigned char *)t.at;
	size_t i = 0;
	long count = 0;

	while (i < t.len) {
		uint64_t eight;
		size_t bytes;

		if (t.len - i >= sizeof(eight)) {
			memcpy(&eight, c + i, sizeof(eight));
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				i += sizeof(eight);
				count += (long)sizeof(eight);
				continue;
			}
		}
		bytes = utf8_bytes(c + i, t.len - i);
		if (bytes == 0)
			return -1;
		i += bytes;
		count++;
	}
	return count;
}

/* ---- the growing buffer ---- */

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

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

long hex_decode(struct text t, void *out, size_t size)
{
	unsigned char *to = out;

	if (t.len % 2 != 0 || t.len / 2 > size)
		return -1;
	for (size_t i = 0; i < t.len; i += 2) {
		int high = hex_value(t.at[i]), low = hex_value(t.at[i + 1]);

		if (high < 0 || low < 0)
			return -1;
		*to++ = (unsigned char)(high << 4 | low);
	}
	return (long)(t.len / 2);
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

long base64_decode(struct text t, void *out, size_t size)
{
	unsigned char *to = out;
	uint32_t bits = 0;
	int held = 0; /* how many of the low bits of `bits` are not written yet */

	if (t.len > 0 && t.len % 4 == 0 && t.at[t.len - 1] == '=')
		t.len -= t.at[t.len - 2] == '=' ? 2 : 1;
	if (t.len % 4 == 1 || t.len / 4 * 3 + t.len % 4 * 3 / 4 > size)
		return -1;
	for (size_t i = 0; i < t.len; i++) {
		int value = base64_value(t.at[i]);

		if (value < 0)
			return -1;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			*to++ = (unsigned char)(bits >> held);
		}
	}
	if ((bits & ((1u << held) - 1)) != 0)
		return -1; /* two spellings of the same bytes would be two signatures */
	return (long)(to - (unsigned char *)out);
}
