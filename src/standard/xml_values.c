#include "standard/xml_values.h"

#include <string.h>

bool xml_values_begin(struct xml_values *x, struct arena *a, size_t body_bytes, const char *const *names, struct text *values)
{
	*x = (struct xml_values){ .names = names, .values = values, .open = XML_VALUES_NONE, .pool = arena_alloc(a, body_bytes + 1) };
	return x->pool != NULL;
}

void xml_values_forget(struct xml_values *x, int from, int to)
{
	for (int i = from; i < to; i++)
		x->values[i] = (struct text){ NULL, 0 };
}

bool xml_values_open(struct xml_values *x, struct text name, int from, int to)
{
	for (int i = from; i < to; i++) {
		if (!text_is(name, x->names[i]))
			continue;
		x->open = i;
		if (x->values[i].at != NULL)
			return false;
		x->values[i] = (struct text){ x->pool, 0 };
		break;
	}
	return true;
}

void xml_values_say(struct xml_values *x, struct text piece)
{
	if (x->open == XML_VALUES_NONE)
		return;
	memcpy(x->pool, piece.at, piece.len);
	x->pool += piece.len;
	x->values[x->open].len += piece.len;
}

void xml_values_close(struct xml_values *x)
{
	x->open = XML_VALUES_NONE;
}

void xml_values_trim(struct xml_values *x, int from, int to)
{
	for (int i = from; i < to; i++)
		x->values[i] = text_trim(x->values[i]);
}

void xml_values_put(struct buf *b, const struct xml_values *x, int from, int to)
{
	bool is_first = true;

	buf_char(b, '{');
	for (int i = from; i < to; i++) {
		if (x->values[i].len == 0)
			continue;
		if (!is_first)
			buf_char(b, ',');
		buf_json(b, text_of(x->names[i]));
		buf_char(b, ':');
		buf_json(b, x->values[i]);
		is_first = false;
	}
	buf_char(b, '}');
}
