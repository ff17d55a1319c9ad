#include "model/merkle_path.h"

#include <assert.h>
#include <string.h>

struct looking {
	merkle_look_fn *look;
	void *arg;
};

/* The largest power of two below n, which is at least 2: how many leaves stand on the left. */
static uint64_t left_of(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* Of the leaves from..to-1; a range that a proof asks for begins where a perfect subtree of its larger part can. */
static bool range_root(const struct looking *l, uint64_t from, uint64_t to, struct sha256 *out)
{
	uint64_t n = to - from, left;
	struct sha256 a, b;

	if ((n & (n - 1)) == 0) {
		int level = __builtin_ctzll(n);

		return l->look(l->arg, (struct merkle_at){ level, from >> level }, out);
	}
	left = left_of(n);
	if (!range_root(l, from, from + left, &a) || !range_root(l, from + left, to, &b))
		return false;
	*out = merkle_node(&a, &b);
	return true;
}

static bool add(const struct looking *l, uint64_t from, uint64_t to, struct merkle_path *p)
{
	assert(p->count < MERKLE_PATH_MAX);
	return range_root(l, from, to, &p->hashes[p->count++]);
}

static void turn_round(struct merkle_path *p)
{
	for (int i = 0, k = p->count - 1; i < k; i++, k--) {
		struct sha256 kept = p->hashes[i];

		p->hashes[i] = p->hashes[k];
		p->hashes[k] = kept;
	}
}

bool merkle_root_of(uint64_t size, merkle_look_fn *look, void *arg, struct sha256 *out)
{
	const struct looking l = { look, arg };

	if (size == 0) {
		*out = sha256_of((struct text){ "", 0 });
		return true;
	}
	return range_root(&l, 0, size, out);
}

bool merkle_inclusion(uint64_t index, uint64_t size, merkle_look_fn *look, void *arg, struct merkle_path *out)
{
	const struct looking l = { look, arg };
	uint64_t from = 0, to = size;

	assert(index < size);
	out->count = 0;
	while (to - from > 1) { /* downwards, each time what is on the other side */
		uint64_t middle = from + left_of(to - from);
		bool is_left = index < middle;

		if (!add(&l, is_left ? middle : from, is_left ? to : middle, out))
			return false;
		*(is_left ? &to : &from) = middle;
	}
	turn_round(out);
	return true;
}

bool merkle_consistency(uint64_t from, uint64_t to, merkle_look_fn *look, void *arg, struct merkle_path *out)
{
	const struct looking l = { look, arg };
	uint64_t begin = 0, end = to;

	assert(from > 0 && from <= to);
	out->count = 0;
	while (from < end) { /* the older tree ends inside this range */
		uint64_t middle = begin + left_of(end - begin);
		bool is_left = from <= middle;

		if (!add(&l, is_left ? middle : begin, is_left ? end : middle, out))
			return false;
		*(is_left ? &end : &begin) = middle;
	}
	if (begin > 0 && !add(&l, begin, end, out)) /* from the left edge on it is the older root itself */
		return false;
	turn_round(out);
	return true;
}

bool merkle_path_root(uint64_t index, uint64_t size, const struct sha256 *leaf, const struct merkle_path *p, struct sha256 *out)
{
	struct sha256 at = *leaf;
	uint64_t last;

	if (index >= size)
		return false;
	last = size - 1;
	for (int i = 0; i < p->count; i++, index >>= 1, last >>= 1) {
		if (last == 0)
			return false;
		if ((index & 1) != 0 || index == last) {
			at = merkle_node(&p->hashes[i], &at);
			for (; (index & 1) == 0 && index != 0; last >>= 1)
				index >>= 1;
		} else {
			at = merkle_node(&at, &p->hashes[i]);
		}
	}
	*out = at;
	return last == 0;
}

bool merkle_is_consistent(uint64_t from, const struct sha256 *from_root, uint64_t to, const struct sha256 *to_root, const struct merkle_path *p)
{
	uint64_t at = from - 1, last = to - 1;
	struct sha256 older, newer;
	int i = 0;

	if (from == 0 || from > to)
		return false;
	if (from == to)
		return p->count == 0 && crypto_equal(from_root, to_root, sizeof(*to_root));
	for (; (at & 1) != 0; last >>= 1)
		at >>= 1;
	if (at > 0 && p->count == 0)
		return false;
	older = newer = at == 0 ? *from_root : p->hashes[i++]; /* a whole subtree: the older root is on the path by itself */
	for (; i < p->count; i++, at >>= 1, last >>= 1) {
		if (last == 0)
			return false;
		if ((at & 1) != 0 || at == last) {
			older = merkle_node(&p->hashes[i], &older);
			newer = merkle_node(&p->hashes[i], &newer);
			for (; (at & 1) == 0 && at != 0; last >>= 1)
				at >>= 1;
		} else {
			newer = merkle_node(&newer, &p->hashes[i]);
		}
	}
	return last == 0 && crypto_equal(&older, from_root, sizeof(older)) && crypto_equal(&newer, to_root, sizeof(newer));
}

bool merkle_look_leaves(void *arg, struct merkle_at at, struct sha256 *out)
{
	const struct merkle_leaves *m = arg;
	uint64_t first = at.place << at.level, count = UINT64_C(1) << at.level;
	struct merkle tree = { 0 };

	if (first + count > m->count)
		return false;
	for (uint64_t i = first; i < first + count; i++) {
		struct sha256 leaf;

		memcpy(leaf.b, m->hashes + 32 * i, sizeof(leaf.b));
		merkle_add(&tree, &leaf);
	}
	*out = merkle_root(&tree);
	return true;
}
