/* Any bytes as a customs message: refused with a reason, or documents whose canonical text reads back to itself. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text body = { (const char *)data, size };
	struct fault f = { 0 };
	struct message m;
	struct arena a;

	arena_init(&a, FUZZ_ARENA_BYTES);
	if (message_read_ceb(&a, body, READ_LENIENT, &m, &f))
		fuzz_message(&a, &m);
	else
		fuzz_must(f.code == FAULT_BAD_XML || f.code == FAULT_TOO_LARGE);
	arena_done(&a);
	return 0;
}
