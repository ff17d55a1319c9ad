/* Any bytes as an authority's answer, XML by their first character: what is usable, written again, means the same. */
#include "../unit/answer_writer.h"
#include "fuzz.h"
#include "standard/answer.h"

static void same_again(struct arena *a, const struct authority_answer *answer)
{
	bool is_customs = answer->authority == AUTHORITY_CUS;
	struct authority_answer *again;
	struct fault f = { 0 };
	struct buf b;
	int count;

	buf_init(&b, a, 1024);
	answer_put(&b, answer->authority, DIR_IMPORT, answer, 1);
	fuzz_must(answer_read(a, answer->authority, text_of(is_customs ? "text/xml" : "application/json"), buf_as_text(&b), &again,
	                      &count, &f));
	fuzz_must(count == 1 && again->at_us == answer->at_us && again->outcome == answer->outcome);
	fuzz_must(text_eq(again->status, answer->status) && text_eq(again->reference, answer->reference));
	fuzz_must(is_customs || crypto_equal(&again->digest, &answer->digest, sizeof(again->digest)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_xml = size > 0 && (data[0] == '<' || data[0] == 0xef);
	enum authority from = is_xml ? AUTHORITY_CUS : AUTHORITY_TAX;
	struct authority_answer *answers;
	struct fault f = { 0 };
	struct arena a;
	int count;

	arena_init(&a, FUZZ_ARENA_BYTES);
	if (answer_read(&a, from, text_of(is_xml ? "text/xml" : "application/json"), (struct text){ (const char *)data, size },
	                &answers, &count, &f))
		for (int i = 0; i < count; i++)
			same_again(&a, &answers[i]);
	else
		fuzz_must(f.code != FAULT_NONE);
	arena_done(&a);
	return 0;
}
