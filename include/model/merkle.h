/*
 * Merkle trees with the hashing of RFC 6962: a leaf is SHA-256(0x00 || bytes), a node SHA-256(0x01 || left || right).
 *
 * struct merkle is a tree that only grows: it remembers the roots of the perfect trees that its leaves make (one for each bit of
 * the count, the largest and leftmost first), which is all that further leaves and the root need.
 */
#ifndef MODEL_MERKLE_H
#define MODEL_MERKLE_H

#include "base/crypto.h"

enum { MERKLE_PEAKS_MAX = 48 };

struct merkle {
	uint64_t count; /* leaves */
	struct sha256 peaks[MERKLE_PEAKS_MAX];
};

struct sha256 merkle_leaf(const struct text *parts, int count);
struct sha256 merkle_node(const struct sha256 *left, const struct sha256 *right);

int merkle_peak_count(uint64_t leaves);
void merkle_add(struct merkle *m, const struct sha256 *leaf);
struct sha256 merkle_root(const struct merkle *m); /* of no leaves: SHA-256 of nothing */

#endif
