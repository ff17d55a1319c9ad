/* Proofs in Merkle trees: the vectors of Certificate Transparency, and every proof of every small tree, which nothing else may pass for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/merkle_path.h"

enum { LEAVES = 70, VECTOR_LEAVES = 8 };

struct tree {
	uint8_t bytes[LEAVES * 32];
	struct merkle_leaves leaves;
	struct sha256 roots[LEAVES + 1];
};

static struct sha256 hash_of(const char *hex)
{
	struct sha256 h;

	assert_int_equal(hex_decode(text_of(hex), h.b, sizeof(h.b)), 32);
	return h;
}

static void add(struct tree *t, struct merkle *m, struct text bytes)
{
	struct sha256 leaf = merkle_leaf(&bytes, 1);

	memcpy(t->bytes + 32 * m->count, leaf.b, 32);
	merkle_add(m, &leaf);
	t->roots[m->count] = merkle_root(m);
	t->leaves = (struct merkle_leaves){ t->bytes, m->count };
}

static void vectors(struct tree *t)
{
	static const char *const leaves[VECTOR_LEAVES] = { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" };
	struct merkle m = { 0 };

	for (int i = 0; i < VECTOR_LEAVES; i++) {
		uint8_t bytes[16];
		long len = hex_decode(text_of(leaves[i]), bytes, sizeof(bytes));

		assert_true(len >= 0);
		add(t, &m, (struct text){ (const char *)bytes, (size_t)len });
	}
}

static void many(struct tree *t)
{
	struct merkle m = { 0 };

	for (int i = 0; i < LEAVES; i++)
		add(t, &m, (struct text){ (const char *)&i, sizeof(i) });
}

static void roots_are_those_known(void **state)
{
	static const char *const roots[VECTOR_LEAVES] = {
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	};
	struct tree t;

	(void)state;
	vectors(&t);
	for (uint64_t n = 1; n <= VECTOR_LEAVES; n++) {
		struct sha256 want = hash_of(roots[n - 1]), got;

		assert_true(merkle_root_of(n, merkle_look_leaves, &t.leaves, &got));
		assert_memory_equal(got.b, want.b, 32);
		assert_memory_equal(t.roots[n].b, want.b, 32);
	}
}

static void compare(const struct merkle_path *p, const char *const *want, int count)
{
	assert_int_equal(p->count, count);
	for (int i = 0; i < count; i++) {
		struct sha256 h = hash_of(want[i]);

		assert_memory_equal(p->hashes[i].b, h.b, 32);
	}
}

static void proofs_are_those_known(void **state)
{
	static const char *const first[] = { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4" };
	static const char *const sixth[] = { "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" };
	static const char *const from_six[] = { "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" };
	static const char *const from_two[] = { "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b" };
	struct merkle_path p;
	struct tree t;

	(void)state;
	vectors(&t);
	assert_true(merkle_inclusion(0, 8, merkle_look_leaves, &t.leaves, &p));
	compare(&p, first, COUNTOF(first));
	assert_true(merkle_inclusion(5, 8, merkle_look_leaves, &t.leaves, &p));
	compare(&p, sixth, COUNTOF(sixth));
	assert_true(merkle_consistency(6, 8, merkle_look_leaves, &t.leaves, &p));
	compare(&p, from_six, COUNTOF(from_six));
	assert_true(merkle_consistency(2, 5, merkle_look_leaves, &t.leaves, &p));
	compare(&p, from_two, COUNTOF(from_two));
}

static bool leads(const struct tree *t, uint64_t index, uint64_t size, uint64_t leaf, const struct merkle_path *p)
{
	struct sha256 at, root;

	memcpy(at.b, t->bytes + 32 * leaf, 32);
	return merkle_path_root(index, size, &at, p, &root) && memcmp(root.b, t->roots[size].b, 32) == 0;
}

static void every_leaf_of_every_tree(void **state)
{
	struct merkle_path p;
	struct tree t;

	(void)state;
	many(&t);
	for (uint64_t size = 1; size <= LEAVES; size++)
		for (uint64_t i = 0; i < size; i++) {
			assert_true(merkle_inclusion(i, size, merkle_look_leaves, &t.leaves, &p));
			assert_true(leads(&t, i, size, i, &p));
			assert_false(leads(&t, i, size, (i + 1) % LEAVES, &p));
			assert_false(merkle_path_root(size, size, &t.roots[1], &p, &t.roots[0]));
			p.hashes[p.count++] = t.roots[1];
			assert_false(leads(&t, i, size, i, &p));
			p.count--;
			if (p.count > 0) {
				p.hashes[i % (uint64_t)p.count].b[size % 32] ^= 1;
				assert_false(leads(&t, i, size, i, &p));
				p.hashes[i % (uint64_t)p.count].b[size % 32] ^= 1;
				p.count--;
				assert_false(leads(&t, i, size, i, &p));
			}
		}
}

static void every_tree_begins_every_later_one(void **state)
{
	struct merkle_path p;
	struct tree t;

	(void)state;
	many(&t);
	for (uint64_t to = 1; to <= LEAVES; to++)
		for (uint64_t from = 1; from <= to; from++) {
			struct sha256 other = t.roots[from];

			assert_true(merkle_consistency(from, to, merkle_look_leaves, &t.leaves, &p));
			assert_true(merkle_is_consistent(from, &t.roots[from], to, &t.roots[to], &p));
			other.b[from % 32] ^= 1;
			assert_false(merkle_is_consistent(from, &other, to, &t.roots[to], &p));
			other = t.roots[to];
			other.b[to % 32] ^= 1;
			assert_false(merkle_is_consistent(from, &t.roots[from], to, &other, &p));
			for (int i = 0; i < p.count; i++) {
				p.hashes[i].b[0] ^= 1;
				assert_false(merkle_is_consistent(from, &t.roots[from], to, &t.roots[to], &p));
				p.hashes[i].b[0] ^= 1;
			}
			p.hashes[p.count++] = t.roots[1];
			assert_false(merkle_is_consistent(from, &t.roots[from], to, &t.roots[to], &p));
			p.count--;
			if (p.count > 0) {
				p.count--;
				assert_false(merkle_is_consistent(from, &t.roots[from], to, &t.roots[to], &p));
			}
		}
	assert_false(merkle_is_consistent(0, &t.roots[0], 5, &t.roots[5], &(struct merkle_path){ 0 }));
	assert_false(merkle_is_consistent(6, &t.roots[6], 5, &t.roots[5], &(struct merkle_path){ 0 }));
}

struct counting {
	struct tree *tree;
	int asked;
};

static bool count_looks(void *arg, struct merkle_at at, struct sha256 *out)
{
	struct counting *c = arg;

	c->asked++;
	return merkle_look_leaves(&c->tree->leaves, at, out);
}

static bool refuse(void *arg, struct merkle_at at, struct sha256 *out)
{
	(void)arg;
	(void)out;
	return at.level > 0;
}

static void a_proof_asks_for_few_nodes(void **state)
{
	struct merkle_path p;
	struct sha256 root;
	struct tree t;

	(void)state;
	many(&t);
	for (uint64_t i = 0; i < LEAVES; i++) {
		struct counting c = { &t, 0 };

		assert_true(merkle_inclusion(i, LEAVES, count_looks, &c, &p));
		assert_true(c.asked <= 14); /* twice the height */
	}
	assert_false(merkle_inclusion(3, LEAVES, refuse, NULL, &p));
	assert_false(merkle_root_of(LEAVES - 1, refuse, NULL, &root));
	assert_false(merkle_consistency(3, LEAVES, refuse, NULL, &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_are_those_known),
		cmocka_unit_test(proofs_are_those_known),
		cmocka_unit_test(every_leaf_of_every_tree),
		cmocka_unit_test(every_tree_begins_every_later_one),
		cmocka_unit_test(a_proof_asks_for_few_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
