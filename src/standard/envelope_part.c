/*
 * What both forms of envelope have in common.
 */
#include "standard/envelope_priv.h"

bool envelope_refuse(struct opening *o, enum exchange_code code, const char *what)
{
	o->out->code = code;
	return fault_set(o->fault, o->bad, "%s", what);
}

bool envelope_arena_full(struct opening *o)
{
	o->out->code = EXCHANGE_SYSTEM;
	return fault_set(o->fault, FAULT_BUSY, "no memory is left for this request");
}

bool envelope_value(struct opening *o, struct text value, size_t characters_max, struct text *out)
{
	value = text_trim(value);
	if (text_utf8_length(value) > (long)characters_max)
		return envelope_refuse(o, EXCHANGE_SCHEMA, "a value of the envelope's head is longer than it may be");
	*out = value.len == 0 ? (struct text){ NULL, 0 } : value;
	return true;
}

bool envelope_decode(struct opening *o, char *base64, size_t len)
{
	size_t kept = 0;
	long decoded;

	for (size_t i = 0; i < len; i++) /* many writers break the lines */
		if (!envelope_is_space(base64[i]))
			base64[kept++] = base64[i];
	if (kept == 0)
		return envelope_refuse(o, EXCHANGE_SCHEMA, "the envelope is empty: its data are missing");
	decoded = base64_decode((struct text){ base64, kept }, base64, kept); /* writes behind what it reads */
	if (decoded <= 0)
		return envelope_refuse(o, EXCHANGE_BAD_FORMAT, "the envelope's data are not base64");
	o->out->content = (struct text){ base64, (size_t)decoded };
	return true;
}
