#include "model/merkle.h"

#include <assert.h>

enum { LEAF_PARTS_MAX = 4 };

static struct text bytes_of(const struct sha256 *h)
{
	return (struct text){ (const char *)h->b, sizeof(h->b) };
}

struct sha256 merkle_leaf(const struct text *parts, int count)
{
	struct text all[1 + LEAF_PARTS_MAX] = { { "\0", 1 } };

	assert(count <= LEAF_PARTS_MAX);
	for (int i = 0; i < count; i++)
		all[1 + i] = parts[i];
	return sha256_of_parts(all, 1 + count);
}

struct sha256 merkle_node(const struct sha256 *left, const struct sha256 *right)
{
	const struct text parts[] = { { "\1", 1 }, bytes_of(left), bytes_of(right) };

	return sha256_of_parts(parts, COUNTOF(parts));
}

int merkle_peak_count(uint64_t leaves)
{
	return __builtin_popcountll(leaves);
}

/* As in counting: each 1 at the end of the count is a tree as large as what has come, and joins it. */
void merkle_add(struct merkle *m, const struct sha256 *leaf)
{
	int peaks = merkle_peak_count(m->count);
	struct sha256 at = *leaf;

	for (uint64_t rest = m->count; (rest & 1) != 0; rest >>= 1)
		at = merkle_node(&m->peaks[--peaks], &at);
	assert(peaks < MERKLE_PEAKS_MAX);
	m->peaks[peaks] = at;
	m->count++;
}

/* The smaller trees on the right join first. */
struct sha256 merkle_root(const struct merkle *m)
{
	int peaks = merkle_peak_count(m->count);
	struct sha256 at;

	if (m->count == 0)
		return sha256_of((struct text){ "", 0 });
	at = m->peaks[--peaks];
	while (peaks > 0)
		at = merkle_node(&m->peaks[--peaks], &at);
	return at;
}
