/* What the fuzz targets share. A property that does not hold aborts, which the fuzzer reports with its input. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdlib.h>

#include "standard/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_ARENA_BYTES = 8 << 20 };

static inline void fuzz_must(bool holds)
{
	if (!holds)
		abort();
}

static inline struct text fuzz_canonical(struct arena *a, const struct document *d, struct sha256 *digest)
{
	struct buf b;
	size_t digest_from;

	buf_init(&b, a, 1024);
	canonical_put(&b, d, &digest_from);
	fuzz_must(!b.full && digest_from < b.len);
	*digest = canonical_digest(buf_as_text(&b), digest_from);
	return buf_as_text(&b);
}

/* The canonical text of a document reads back to a document with the same text and digest. */
static inline void fuzz_same_again(struct arena *a, const struct document *d)
{
	struct sha256 first, second;
	struct text text = fuzz_canonical(a, d, &first);
	const struct document *again = document_read(a, text);

	fuzz_must(again != NULL && again->def == d->def);
	fuzz_must(text_eq(fuzz_canonical(a, again, &second), text));
	fuzz_must(memcmp(&first, &second, sizeof(first)) == 0);
}

static inline void fuzz_message(struct arena *a, struct message *m)
{
	static struct codebook *empty; /* codes are refused, all else is checked */

	if (empty == NULL) {
		empty = codebook_new(4096);
		fuzz_must(empty != NULL && codebook_seal(empty));
	}
	fuzz_must(m->node_count >= 1 && m->node_count <= NODES_MAX);
	for (int i = 0; i < m->node_count; i++)
		if (m->nodes[i].findings == NULL)
			fuzz_same_again(a, m->nodes[i].doc);
		else
			fuzz_must(m->nodes[i].findings->count > 0);
	message_check(a, m, empty, 20514);
	for (int i = 0; i < m->node_count; i++)
		if (m->nodes[i].doc != NULL)
			fuzz_same_again(a, m->nodes[i].doc);
}

#endif
