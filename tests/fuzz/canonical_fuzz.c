/* Any bytes as a stored canonical document: none, or one that reads back to itself, has its keys, and is filed by enterprises or not. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct document *d;
	struct text filers[FILER_FIELDS_MAX];
	struct id id;

	arena_init(&a, FUZZ_ARENA_BYTES);
	d = document_read(&a, (struct text){ (const char *)data, size });
	if (d != NULL) {
		struct text key = document_business_key(d, &a);

		fuzz_same_again(&a, d);
		id = document_key_id(d->def->kind, d->def->direction, key);
		fuzz_must(key.at != NULL && id_bucket(&id) < ID_BUCKETS);
		fuzz_must(document_declaration(d, &id) || document_link(d, &id) || d->def->kind > DOC_WAYBILL_STATUS);
		fuzz_must((document_filers(d, filers) > 0 && d->def->kind < DOC_FILED_COUNT) || document_filers(d, filers) == 0);
	}
	arena_done(&a);
	return 0;
}
