/*
 * UTF-8 of whole bodies: eight bytes at a time as long as it is ASCII.
 */
#include "standard/utf8.h"

#include "model/scan.h"

/* Bytes of the sequence that starts here; 0: not UTF-8. */
static size_t utf8_sequence(const unsigned char *p, size_t room)
{
	unsigned char c = p[0], low = 0x80, high = 0xbf;
	size_t len = c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if (len == 0 || len > room)
		return 0;
	if (c == 0xe0)
		low = 0xa0; /* shorter form exists */
	else if (c == 0xed)
		high = 0x9f; /* surrogates */
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f; /* beyond U+10FFFF */
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* Eight bytes without a high bit and without NUL. */
static bool is_plain(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return (word & UINT64_C(0x8080808080808080)) == 0 && scan_any_zero(word) == 0;
}

bool utf8_check(struct text t, size_t *bad_at)
{
	const unsigned char *bytes = (const unsigned char *)t.at;
	size_t i = 0;

	while (i < t.len) {
		while (t.len - i >= 8 && is_plain(t.at + i))
			i += 8;
		while (i < t.len && bytes[i] < 0x80 && bytes[i] != 0) /* up to where it stopped being plain */
			i++;
		while (i < t.len && (bytes[i] >= 0x80 || bytes[i] == 0)) { /* foreign words are long */
			size_t len = bytes[i] == 0 ? 0 : utf8_sequence(bytes + i, t.len - i);

			if (len == 0) {
				*bad_at = i;
				return false;
			}
			i += len;
		}
	}
	return true;
}

struct text utf8_first(struct text t, size_t characters)
{
	size_t len = 0;

	for (; len < t.len; len++)
		if (((unsigned char)t.at[len] & 0xc0) != 0x80 && characters-- == 0)
			break;
	return (struct text){ t.at, len };
}
