/*
 * What kinds of bytes a text holds, eight at a time: the checks and the canonical writer ask this of every
 * value of every filing, and almost all values are plain ASCII.
 */
#ifndef MODEL_SCAN_H
#define MODEL_SCAN_H

#include <stdint.h>
#include <string.h>

#include "base/text.h"

enum {
	SCAN_CONTROL = 1, /* bytes below 0x20 */
	SCAN_HIGH = 2,    /* bytes from 0x80: not ASCII */
	SCAN_ESCAPE = 4,  /* '"' or '\': JSON must escape it, as it must controls */
};

/* Bit 7 of each byte that is zero; borrows may mark a byte above a zero one, so only "any" is exact. */
static inline uint64_t scan_any_zero(uint64_t word)
{
	return (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
}

static inline unsigned scan_word(uint64_t word)
{
	uint64_t high = word & UINT64_C(0x8080808080808080);
	uint64_t control = (word - UINT64_C(0x2020202020202020)) & ~word & UINT64_C(0x8080808080808080);
	uint64_t escape = scan_any_zero(word ^ UINT64_C(0x2222222222222222)) |
	                  scan_any_zero(word ^ UINT64_C(0x5c5c5c5c5c5c5c5c));

	return (control != 0 ? SCAN_CONTROL : 0u) | (high != 0 ? SCAN_HIGH : 0u) | (escape != 0 ? SCAN_ESCAPE : 0u);
}

/* SCAN_ bits of the whole text. */
static inline unsigned scan_text(struct text t)
{
	unsigned found = 0;
	uint64_t word;
	size_t i = 0;

	for (; i + sizeof(word) <= t.len; i += sizeof(word)) {
		memcpy(&word, t.at + i, sizeof(word));
		found |= scan_word(word);
	}
	if (i < t.len) {
		word = UINT64_C(0x3030303030303030); /* harmless digits round the rest */
		memcpy(&word, t.at + i, t.len - i);
		found |= scan_word(word);
	}
	return found;
}

#endif
