/*
 * Slices: comparing, cutting, reading. Decoders write into memory of their caller and stop at its end. Nothing here looks at a locale.
 */
#include "base/text.h"

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

/* ---- hex and base64, read ---- */

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
