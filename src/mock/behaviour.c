/* How an authority behaves: defaults, reading a change, showing it. */
#include "mock/behaviour.h"

static const char *const answers[] = { [MOCK_AT_ONCE] = "at-once", [MOCK_LATER] = "later", [MOCK_NEVER] = "never" };

static const struct {
	const char *name;
	size_t offset;
	bool is_bool;
} members[] = {
	{ "latency_ms", offsetof(struct mock_behaviour, latency_ms), false },
	{ "late_ms", offsetof(struct mock_behaviour, late_ms), false },
	{ "steps", offsetof(struct mock_behaviour, steps), true },
	{ "twice", offsetof(struct mock_behaviour, twice), true },
	{ "backwards", offsetof(struct mock_behaviour, backwards), true },
	{ "refuse_next", offsetof(struct mock_behaviour, refuse_next), false },
	{ "refuse_status", offsetof(struct mock_behaviour, refuse_status), false },
	{ "lose_before_next", offsetof(struct mock_behaviour, lose_before_next), false },
	{ "lose_after_next", offsetof(struct mock_behaviour, lose_after_next), false },
	{ "drop_before_next", offsetof(struct mock_behaviour, drop_before_next), false },
	{ "drop_after_next", offsetof(struct mock_behaviour, drop_after_next), false },
	{ "wrong_next", offsetof(struct mock_behaviour, wrong_next), false },
	{ "corrupt_next", offsetof(struct mock_behaviour, corrupt_next), false },
	{ "hang_ms", offsetof(struct mock_behaviour, hang_ms), false },
	{ "down", offsetof(struct mock_behaviour, down), true },
	{ "retry_after_s", offsetof(struct mock_behaviour, retry_after_s), false },
	{ "limit_per_s", offsetof(struct mock_behaviour, limit_per_s), false },
};

void behaviour_default(struct mock_behaviour *b)
{
	*b = (struct mock_behaviour){ .answer = MOCK_AT_ONCE, .late_ms = 50, .outcome = OUTCOME_CLEAR, .refuse_status = 503, .hang_ms = 30000 };
}

struct setting {
	struct mock_behaviour *b;
	struct fault *f;
};

static bool set_member(void *arg, struct text name, const struct json *value)
{
	struct setting *s = arg;

	for (size_t i = 0; i < COUNTOF(members); i++) {
		char *at = (char *)s->b + members[i].offset;
		int64_t number;

		if (!text_is(name, members[i].name))
			continue;
		if (members[i].is_bool)
			return json_bool(value, (bool *)at) || fault_set(s->f, FAULT_BAD_JSON, "%s: true or false", members[i].name);
		if (!json_i64(value, &number) || number < 0 || number > 3600000)
			return fault_set(s->f, FAULT_BAD_JSON, "%s: a number from 0 to 3600000", members[i].name);
		*(int *)(void *)at = (int)number;
		return true;
	}
	if (text_is(name, "outcome"))
		return outcome_by_name(json_text(value), &s->b->outcome) || fault_set(s->f, FAULT_BAD_JSON, "outcome: clear, rejected, inspect …");
	if (text_is(name, "answer"))
		for (size_t i = 0; i < COUNTOF(answers); i++)
			if (text_is(json_text(value), answers[i])) {
				s->b->answer = (enum mock_answer)i;
				return true;
			}
	return fault_set(s->f, FAULT_BAD_JSON, "no such member or value: " TEXT_FMT, TEXT_ARG(name));
}

bool behaviour_set(struct mock_behaviour *b, struct arena *a, struct text json, struct fault *f)
{
	const struct json *j = json_parse(a, json, f);

	return j != NULL && behaviour_set_from(b, j, f);
}

bool behaviour_set_from(struct mock_behaviour *b, const struct json *j, struct fault *f)
{
	struct mock_behaviour changed = *b;
	struct setting s = { &changed, f };

	if (!json_take(j, set_member, &s, f))
		return false;
	*b = changed;
	return true;
}

void behaviour_put(struct buf *b, const struct mock_behaviour *x)
{
	buf_printf(b, "{\"answer\":\"%s\",\"outcome\":\"%s\"", answers[x->answer], outcome_name(x->outcome));
	for (size_t i = 0; i < COUNTOF(members); i++) {
		const char *at = (const char *)x + members[i].offset;

		if (members[i].is_bool)
			buf_printf(b, ",\"%s\":%s", members[i].name, *(const bool *)at ? "true" : "false");
		else
			buf_printf(b, ",\"%s\":%d", members[i].name, *(const int *)(const void *)at);
	}
	buf_char(b, '}');
}
