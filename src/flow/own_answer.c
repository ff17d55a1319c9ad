#include "flow/own_answer.h"

#include "base/clock.h"

void own_answer_seal(struct arena *a, struct inbox_answer *answer, struct text reference)
{
	char at[CLOCK_COMPACT_BYTES];
	struct buf b;

	clock_compact(answer->at_us, 17, at);
	buf_init(&b, a, 256);
	buf_str(&b, "{\"preNo\":");
	buf_json(&b, reference);
	buf_str(&b, ",\"returnStatus\":");
	buf_json(&b, answer->status);
	buf_printf(&b, ",\"returnTime\":\"%s\",\"returnInfo\":", at);
	buf_json(&b, answer->info);
	buf_char(&b, '}');
	answer->body = buf_as_text(&b);
	answer->digest = sha256_of(answer->body);
}
