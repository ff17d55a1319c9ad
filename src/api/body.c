#include "api/body.h"

#include "base/clock.h"

struct known {
	const char *members;
	struct fault *f;
	struct findings *findings;
};

static bool refuse_stranger(void *arg, struct text name, const struct json *value)
{
	const struct known *k = arg;

	(void)value;
	return text_is_among(text_of(k->members), ' ', name) || fault_set(k->f, FAULT_BAD_REQUEST, "the members are %s", k->members);
}

const struct json *body_read(struct req *r, const char *members, struct fault *f)
{
	const struct json *body = json_parse(r->arena, r->http->body, f);
	struct known known = { .members = members, .f = f };

	if (body == NULL)
		return NULL;
	if (!json_is_object(body)) {
		(void)fault_set(f, FAULT_BAD_JSON, "the body is one object");
		return NULL;
	}
	json_each(body, refuse_stranger, &known);
	return f->code == FAULT_NONE ? body : NULL;
}

static bool note_stranger(void *arg, struct text name, const struct json *value)
{
	const struct known *k = arg;

	(void)value;
	if (!text_is_among(text_of(k->members), ' ', name))
		findings_add(k->findings, &(struct finding){ .rule = RULE_UNKNOWN_FIELD, .member = name, .line = -1 });
	return true;
}

void body_find_strangers(const struct json *body, const char *members, struct findings *out)
{
	struct known known = { .members = members, .findings = out };

	json_each(body, note_stranger, &known);
}

bool body_time(const struct json *body, const char *name, int64_t *out, struct fault *f)
{
	const struct json *value = json_member(body, name);
	struct text t = json_text(value);

	if (value == NULL || json_is_null(value) || (t.at != NULL && (clock_parse_rfc3339(t, out) || clock_parse_date(t, out))))
		return true;
	return fault_set(f, FAULT_BAD_REQUEST, "%s is a day or a time with its zone", name);
}
