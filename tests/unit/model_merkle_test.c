/* Merkle trees that grow: the same root as the definition of RFC 6962, section 2.1, gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/merkle.h"

enum { LEAVES = 300 };

static struct sha256 leaf_of(int n)
{
	const struct text parts[] = { { (const char *)&n, sizeof(n) }, TEXT("leaf") };

	return merkle_leaf(parts, COUNTOF(parts));
}

/* MTH(D[n]) with k the largest power of two below n. */
static struct sha256 by_definition(const struct sha256 *leaves, int n)
{
	struct sha256 left, right;
	int k = 1;

	if (n == 1)
		return leaves[0];
	while (2 * k < n)
		k *= 2;
	left = by_definition(leaves, k);
	right = by_definition(leaves + k, n - k);
	return merkle_node(&left, &right);
}

static void the_root_is_that_of_the_definition(void **state)
{
	struct sha256 leaves[LEAVES], want;
	struct merkle m = { 0 };

	(void)state;
	want = sha256_of(TEXT(""));
	assert_memory_equal(merkle_root(&m).b, want.b, 32);
	for (int n = 0; n < LEAVES; n++) {
		struct merkle again = { .count = m.count };

		leaves[n] = leaf_of(n);
		memcpy(again.peaks, m.peaks, sizeof(m.peaks[0]) * (size_t)merkle_peak_count(m.count)); /* all that is stored of it */
		merkle_add(&again, &leaves[n]);
		m = again;
		want = by_definition(leaves, n + 1);
		assert_int_equal(m.count, n + 1);
		assert_memory_equal(merkle_root(&m).b, want.b, 32);
	}
}

static void hashes_are_those_of_rfc_6962(void **state)
{
	const struct text nothing = TEXT("");
	struct sha256 want = sha256_of((struct text){ "\0", 1 }), leaf = merkle_leaf(&nothing, 1);
	char node[65] = "\1";
	struct sha256 other = leaf_of(1), both;

	(void)state;
	assert_memory_equal(leaf.b, want.b, 32);
	memcpy(node + 1, leaf.b, 32);
	memcpy(node + 33, other.b, 32);
	both = merkle_node(&leaf, &other);
	want = sha256_of((struct text){ node, sizeof(node) });
	assert_memory_equal(both.b, want.b, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_is_that_of_the_definition),
		cmocka_unit_test(hashes_are_those_of_rfc_6962),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
