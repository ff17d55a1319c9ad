/*
 * Trace ids: version "-" 32 hex "-" 16 hex "-" 2 hex. Malformed ones are as if absent; of versions to come the
 * part that is known is read.
 */
#include "api/trace.h"

#define TRACEPARENT_BYTES 55

static bool is_hex(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((at[i] >= '0' && at[i] <= '9') || (at[i] >= 'a' && at[i] <= 'f')))
			return false;
	return true;
}

static bool is_zero(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] != '0')
			return false;
	return true;
}

bool trace_parse(struct text t, struct trace *out)
{
	if (t.at == NULL || t.len < TRACEPARENT_BYTES || t.at[2] != '-' || t.at[35] != '-' || t.at[52] != '-')
		return false;
	if (!is_hex(t.at, 2) || !is_hex(t.at + 3, 32) || !is_hex(t.at + 36, 16) || !is_hex(t.at + 53, 2))
		return false;
	if (memcmp(t.at, "ff", 2) == 0 || is_zero(t.at + 3, 32) || is_zero(t.at + 36, 16))
		return false;
	if (t.len > TRACEPARENT_BYTES && (memcmp(t.at, "00", 2) == 0 || t.at[TRACEPARENT_BYTES] != '-'))
		return false;
	memcpy(out->id, t.at + 3, 32);
	out->id[32] = '\0';
	return true;
}

void trace_new(struct trace *out, struct id_source *ids)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t halves[2] = { id_random(ids), id_random(ids) | 1 }; /* all zero is no id */

	for (int i = 0; i < 32; i++)
		out->id[i] = digits[halves[i / 16] >> (60 - 4 * (i % 16)) & 15];
	out->id[32] = '\0';
}
