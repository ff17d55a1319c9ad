#include "mock/peek.h"

static const struct text absent = { NULL, 0 };

static struct text until(struct text body, const char *from, const char *marks, bool has_escapes)
{
	const char *end = body.at + body.len, *at = from;

	while (at < end && strchr(marks, *at) == NULL)
		at += has_escapes && *at == '\\' && end - at > 1 ? 2 : 1;
	return at >= end ? absent : (struct text){ from, (size_t)(at - from) };
}

static struct text of_json(struct text body, const char *after)
{
	const char *end = body.at + body.len;

	while (after < end && (*after == ':' || *after == ' '))
		after++;
	if (after >= end || *after == '{' || *after == '[')
		return absent;
	return *after == '"' ? until(body, after + 1, "\"", true) : until(body, after, ",}] \n", false);
}

struct text peek_value(struct text body, struct text name)
{
	bool is_json = body.len > 0 && (body.at[0] == '{' || body.at[0] == '[');
	const char *at = body.at, *end = body.at + body.len;

	while (name.len > 0 && at != NULL && (at = memmem(at, (size_t)(end - at), name.at, name.len)) != NULL) {
		const char *after = at + name.len;
		char before = at > body.at ? at[-1] : ' ';

		if (is_json && before == '"' && end - after > 1 && after[0] == '"' && (after[1] == ':' || after[1] == ' '))
			return of_json(body, after + 1);
		if (!is_json && (before == ':' || before == '<') && after < end && *after == '>')
			return until(body, after + 1, "<", false);
		at = after;
	}
	return absent;
}

int peek_message_number(struct text body)
{
	const char *end = body.at + body.len, *at = body.at;

	while (at != NULL && (at = memmem(at, (size_t)(end - at), "CEB", 3)) != NULL && end - at >= 13) {
		int64_t number;

		if (memcmp(at + 6, "Message", 7) == 0 && text_to_i64((struct text){ at + 3, 3 }, &number))
			return (int)number;
		at += 3;
	}
	return 0;
}
