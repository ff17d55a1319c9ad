/*
 * Proofs in a Merkle tree that only grows (RFC 6962): that a leaf is in it, that an older tree is its beginning.
 *
 *           root of 7                     A proof is made of roots of ranges, and each of these of perfect subtrees
 *         ┌─────┴─────┐                   (level, place): 2 log2(size) of them at most, wherever they are kept.
 *      (2,0)        ┌─┴──┐
 *     ┌──┴──┐     (1,2)  │                The same function that makes a proof says what it needs: its first caller
 *   (1,0) (1,1)   ┌┴─┐   │                writes down what it is asked for, its second answers.
 *   ┌┴─┐  ┌┴─┐    4  5   6
 *   0  1  2  3
 */
#ifndef MODEL_MERKLE_PATH_H
#define MODEL_MERKLE_PATH_H

#include "model/merkle.h"

enum { MERKLE_PATH_MAX = 2 * MERKLE_PEAKS_MAX };

struct merkle_at {  /* a perfect subtree of 2^level leaves */
	int level;
	uint64_t place; /* from the left, in units of its own size */
};

typedef bool merkle_look_fn(void *arg, struct merkle_at at, struct sha256 *out); /* false: it is not there, the proof is not made */

struct merkle_path { /* from the leaf upwards */
	int count;
	struct sha256 hashes[MERKLE_PATH_MAX];
};

/* Root of the first `size` leaves. */
bool merkle_root_of(uint64_t size, merkle_look_fn *look, void *arg, struct sha256 *out) must_check;
/* index < size. */
bool merkle_inclusion(uint64_t index, uint64_t size, merkle_look_fn *look, void *arg, struct merkle_path *out) must_check;
/* 0 < from <= to. */
bool merkle_consistency(uint64_t from, uint64_t to, merkle_look_fn *look, void *arg, struct merkle_path *out) must_check;

/* Where a leaf's path leads to; false: it is too short or too long for that place. */
bool merkle_path_root(uint64_t index, uint64_t size, const struct sha256 *leaf, const struct merkle_path *p, struct sha256 *out) must_check;
bool merkle_is_consistent(uint64_t from, const struct sha256 *from_root, uint64_t to, const struct sha256 *to_root,
                          const struct merkle_path *p) must_check;

/* A tree whose leaves are all at hand: merkle_look_fn with a struct merkle_leaves as its argument. */
struct merkle_leaves {
	const uint8_t *hashes; /* 32 bytes each */
	uint64_t count;
};
merkle_look_fn merkle_look_leaves;

#endif
