/*
 * Tokens of JSON: strings eight bytes at a time, numbers by their grammar, objects and arrays by
 * callbacks. What the members mean is json_reader's business.
 */
#include "standard/json_scan.h"

#include <endian.h>

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

static inline uint64_t load8(const char *p)
{
	uint64_t w;
	memcpy(&w, p, sizeof(w));
	return le64toh(w); /* the first byte is the lowest: so a count of trailing zeros finds it */
}

bool json_scan_fail(struct json_scan *s, const char *due)
{
	return fault_set(s->fault, FAULT_BAD_JSON, "byte %zu: %s was due", (size_t)(s->at - s->begin), due);
}

/* The first quote, backslash or control character. */
static const char *plain_end(const char *p, const char *end)
{
	while (end - p >= 8) {
		uint64_t w = load8(p), quote = w ^ EACH_BYTE('"'), slash = w ^ EACH_BYTE('\\');
		uint64_t hit = ((quote - EACH_BYTE(1)) & ~quote) | ((slash - EACH_BYTE(1)) & ~slash) | ((w - EACH_BYTE(0x20)) & ~w);
		hit &= EACH_BYTE(0x80);
		if (hit != 0)
			return p + (__builtin_ctzll(hit) >> 3);
		p += 8;
	}
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}

static bool hex4(const char *p, const char *end, uint32_t *out)
{
	if (end - p < 4)
		return false;
	*out = 0;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		uint32_t v = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a' + 10) : 16;
		if (v == 16)
			return false;
		*out = *out << 4 | v;
	}
	return true;
}

static size_t put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The cursor stands at the digits after \u. */
static bool unicode_escape(struct json_scan *s, uint32_t *out)
{
	uint32_t low;
	if (!hex4(s->at, s->end, out))
		return json_scan_fail(s, "four hexadecimal digits");
	if (*out == 0 || (*out >= 0xdc00 && *out < 0xe000))
		return json_scan_fail(s, "a character (not U+0000, not half a surrogate pair)");
	s->at += 4;
	if (*out < 0xd800 || *out >= 0xe000)
		return true;
	if (s->end - s->at < 6 || s->at[0] != '\\' || s->at[1] != 'u' || !hex4(s->at + 2, s->end, &low) || low < 0xdc00 || low >= 0xe000)
		return json_scan_fail(s, "the second half of a surrogate pair");
	*out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
	s->at += 6;
	return true;
}

/* The cursor stands behind the backslash. */
static bool decode_escape(struct json_scan *s, char **to)
{
	static const char codes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	char c = s->at < s->end ? *s->at : '\0';
	const char *found = c == '\0' ? NULL : strchr(codes, c);
	uint32_t wide;
	if (found != NULL) {
		*(*to)++ = meanings[found - codes];
		s->at++;
		return true;
	}
	if (c != 'u')
		return json_scan_fail(s, "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
	s->at++;
	if (!unicode_escape(s, &wide))
		return false;
	*to += put_utf8(*to, wide);
	return true;
}

/* From the first backslash on; a decoded string is never longer than its escaped form. */
static bool decode_string(struct json_scan *s, const char *from, struct text *out)
{
	const char *p = s->at;
	while (p < s->end && *p != '"')
		p = plain_end(p + (*p == '\\' && s->end - p > 1 ? 2 : 1), s->end);
	char *decoded = arena_alloc(s->arena, (size_t)(p - from) + 1), *to = decoded;
	if (decoded == NULL)
		return fault_set(s->fault, FAULT_BUSY, "no memory is left for this request");
	for (;;) {
		const char *stop = plain_end(from, s->end);
		memcpy(to, from, (size_t)(stop - from));
		to += stop - from;
		s->at = stop;
		if (stop == s->end || (*stop != '"' && *stop != '\\'))
			return json_scan_fail(s, "a closing quote, or an escape for a control character,");
		s->at++;
		if (*stop == '"')
			break;
		if (!decode_escape(s, &to))
			return false;
		from = s->at;
	}
	*out = (struct text){ decoded, (size_t)(to - decoded) };
	return true;
}

bool json_scan_string(struct json_scan *s, struct text *out)
{
	if (json_scan_peek(s) != '"')
		return json_scan_fail(s, "a string");
	const char *from = ++s->at;
	s->at = plain_end(from, s->end);
	if (s->at < s->end && *s->at == '\\')
		return decode_string(s, from, out);
	if (s->at == s->end || *s->at != '"')
		return json_scan_fail(s, "a closing quote, or an escape for a control character,");
	*out = (struct text){ from, (size_t)(s->at++ - from) };
	return true;
}

static bool digits(struct json_scan *s)
{
	const char *from = s->at;
	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > from;
}

static char here(const struct json_scan *s)
{
	return s->at < s->end ? *s->at : '\0';
}

bool json_scan_number(struct json_scan *s, struct text *out, bool *is_integer)
{
	json_scan_peek(s);
	const char *from = s->at;
	*is_integer = true;
	if (here(s) == '-')
		s->at++;
	if (here(s) == '0')
		s->at++;
	else if (!digits(s))
		return json_scan_fail(s, "a value");
	if (here(s) == '.') {
		*is_integer = false;
		s->at++;
		if (!digits(s))
			return json_scan_fail(s, "a digit");
	}
	if (here(s) == 'e' || here(s) == 'E') {
		*is_integer = false;
		s->at++;
		if (here(s) == '+' || here(s) == '-')
			s->at++;
		if (!digits(s))
			return json_scan_fail(s, "a digit");
	}
	*out = (struct text){ from, (size_t)(s->at - from) };
	return true;
}

static bool literal(struct json_scan *s, struct text word)
{
	if ((size_t)(s->end - s->at) < word.len || memcmp(s->at, word.at, word.len) != 0)
		return json_scan_fail(s, "a value");
	s->at += word.len;
	return true;
}

static bool skip_member(void *arg, struct text name)
{
	(void)name;
	return json_scan_skip(arg);
}

static bool skip_item(void *arg)
{
	return json_scan_skip(arg);
}

bool json_scan_skip(struct json_scan *s)
{
	struct text ignored;
	bool is_integer;
	switch (json_scan_peek(s)) {
	case '"': return json_scan_string(s, &ignored);
	case '{': return json_scan_object(s, skip_member, s);
	case '[': return json_scan_array(s, skip_item, s);
	case 't': return literal(s, TEXT("true"));
	case 'f': return literal(s, TEXT("false"));
	case 'n': return literal(s, TEXT("null"));
	default:  return json_scan_number(s, &ignored, &is_integer);
	}
}

bool json_scan_end(struct json_scan *s)
{
	json_scan_peek(s);
	return s->at == s->end || json_scan_fail(s, "the end of the text");
}

static bool enter(struct json_scan *s, char open, const char *due)
{
	if (json_scan_peek(s) != open)
		return json_scan_fail(s, due);
	if (s->depth == JSON_SCAN_DEPTH_MAX)
		return json_scan_fail(s, "a nesting of at most 32 levels");
	s->depth++;
	s->at++;
	return true;
}

static bool leave(struct json_scan *s)
{
	s->depth--;
	s->at++;
	return true;
}

bool json_scan_object(struct json_scan *s, json_scan_member_fn *fn, void *arg)
{
	struct text name;
	if (!enter(s, '{', "an object"))
		return false;
	if (json_scan_peek(s) == '}')
		return leave(s);
	for (;;) {
		if (json_scan_peek(s) != '"')
			return json_scan_fail(s, "a member name");
		if (!json_scan_string(s, &name))
			return false;
		if (json_scan_peek(s) != ':')
			return json_scan_fail(s, "a colon");
		s->at++;
		json_scan_peek(s);
		if (!fn(arg, name))
			return false;
		char c = json_scan_peek(s);
		if (c == '}')
			return leave(s);
		if (c != ',')
			return json_scan_fail(s, "a comma or a closing brace");
		s->at++;
	}
}

bool json_scan_array(struct json_scan *s, json_scan_item_fn *fn, void *arg)
{
	if (!enter(s, '[', "an array"))
		return false;
	if (json_scan_peek(s) == ']')
		return leave(s);
	for (;;) {
		json_scan_peek(s);
		if (!fn(arg))
			return false;
		char c = json_scan_peek(s);
		if (c == ']')
			return leave(s);
		if (c != ',')
			return json_scan_fail(s, "a comma or a closing bracket");
		s->at++;
	}
}
