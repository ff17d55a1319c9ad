#include "model/log_leaf.h"

#include <stdio.h>
#include <string.h>

struct sha256 log_record_hash(struct text record)
{
	return merkle_leaf(&record, 1);
}

struct sha256 log_records_root(const uint8_t *hashes, uint64_t count)
{
	struct merkle m = { 0 };

	for (uint64_t i = 0; i < count; i++) {
		struct sha256 h;

		memcpy(h.b, hashes + 32 * i, sizeof(h.b));
		merkle_add(&m, &h);
	}
	return merkle_root(&m);
}

struct sha256 log_leaf_hash(const struct log_leaf *leaf)
{
	static const char digits[] = "0123456789abcdef";
	char numbers[2][24], root[2 * sizeof(leaf->root.b) + 1];
	int coverage_len = snprintf(numbers[0], sizeof(numbers[0]), "%lld\n", (long long)leaf->coverage);
	int count_len = snprintf(numbers[1], sizeof(numbers[1]), "%llu\n", (unsigned long long)leaf->count);
	const struct text parts[] = {
		TEXT("\0tongguan leaf v1\n"), leaf->kind, TEXT("\n"), { numbers[0], (size_t)coverage_len }, leaf->at, TEXT("\n"),
		{ numbers[1], (size_t)count_len }, { root, sizeof(root) },
	};

	for (size_t i = 0; i < sizeof(leaf->root.b); i++) {
		root[2 * i] = digits[leaf->root.b[i] >> 4];
		root[2 * i + 1] = digits[leaf->root.b[i] & 15];
	}
	root[sizeof(root) - 1] = '\n';
	return sha256_of_parts(parts, COUNTOF(parts));
}
