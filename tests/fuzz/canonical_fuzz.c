/* Any bytes as a stored canonical document: none, or one that reads back to itself and has its keys. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct document *d;
	struct text filers[3];
	struct id id;

	arena_init(&a, FUZZ_ARENA_BYTES);
	d = document_read(&a, (struct text){ (const char *)data, size });
	if (d != NULL) {
		struct text key = document_business_key(d, &a);

		fuzz_same_again(&a, d);
		id = document_key_id(d->def->kind, d->def->direction, key);
		fuzz_must(key.at != NULL && id_bucket(&id) < ID_BUCKETS);
		fuzz_must(document_declaration(d, &id) || document_link(d, &id));
		fuzz_must(document_filers(d, filers) <= 3);
	}
	arena_done(&a);
	return 0;
}
