#include "api/form.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode(struct req *r, struct text raw, struct text *out, struct fault *f)
{
	char *to = arena_alloc(r->arena, raw.len + 1), *begin = to;

	if (to == NULL)
		return fault_set(f, FAULT_BUSY, "the request is larger than its memory");
	for (size_t i = 0; i < raw.len; i++) {
		int high, low;

		if (raw.at[i] != '%') {
			*to++ = raw.at[i] == '+' ? ' ' : raw.at[i];
			continue;
		}
		high = raw.len - i > 2 ? hex_value(raw.at[i + 1]) : -1;
		low = raw.len - i > 2 ? hex_value(raw.at[i + 2]) : -1;
		if (high < 0 || low < 0 || (high | low) == 0)
			return fault_set(f, FAULT_BAD_REQUEST, "the form has a bad escape");
		*to++ = (char)(high << 4 | low);
		i += 2;
	}
	*out = (struct text){ begin, (size_t)(to - begin) };
	return true;
}

bool form_read_only(struct req *r, const char *name, struct text *value, struct fault *f)
{
	struct text body = text_trim(r->http->body);
	size_t len = strlen(name);

	if (body.len < len + 1 || !text_starts(body, name) || body.at[len] != '=' || memchr(body.at, '&', body.len) != NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "the form has one field, %s", name);
	return decode(r, (struct text){ body.at + len + 1, body.len - len - 1 }, value, f);
}
