#include "api/fields.h"

bool fields_open(struct req *r, struct fields *out, struct fault *f)
{
	*out = (struct fields){ .r = r, .body = json_parse(r->arena, r->http->body, f), .found = arena_alloc(r->arena, sizeof(*out->found)) };
	if (out->body == NULL)
		return false;
	if (!json_is_object(out->body))
		return fault_set(f, FAULT_BAD_JSON, "the body is one object");
	if (out->found == NULL)
		return fault_set(f, FAULT_BUSY, "the request is larger than its memory");
	findings_init(out->found, r->arena);
	return true;
}

void fields_only(struct fields *x, const char *members)
{
	body_find_strangers(x->body, members, x->found);
}

bool fields_read(struct req *r, const char *members, struct fields *out, struct fault *f)
{
	if (!fields_open(r, out, f))
		return false;
	fields_only(out, members);
	return true;
}

void fields_complain(struct fields *x, enum rule rule, const char *member, const char *expected)
{
	findings_add(x->found, &(struct finding){ .rule = rule, .member = text_of(member), .line = -1, .expected = expected });
}

bool fields_good(const struct fields *x)
{
	return !findings_any(x->found);
}

enum step fields_refuse(struct fields *x)
{
	return reply_problem_of(x->r, &(struct problem){ .code = FAULT_RULE_BROKEN, .findings = x->found, .node = -1 });
}

enum step fields_refuse_member(struct req *r, enum rule rule, const char *member, const char *expected)
{
	struct fields x = { .r = r, .found = arena_alloc(r->arena, sizeof(*x.found)) };

	if (x.found == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	findings_init(x.found, r->arena);
	fields_complain(&x, rule, member, expected);
	return fields_refuse(&x);
}

bool fields_has(const struct fields *x, const char *member)
{
	const struct json *value = json_member(x->body, member);

	return value != NULL && !json_is_null(value);
}

static bool fits(struct text t, long most)
{
	long characters = text_utf8_length(t);

	return characters >= 1 && characters <= most && memchr(t.at, '\0', t.len) == NULL;
}

struct text fields_text(struct fields *x, const char *member, long most, bool is_needed)
{
	struct text t = json_text(json_member(x->body, member));

	if (!fields_has(x, member)) {
		if (is_needed)
			fields_complain(x, RULE_REQUIRED, member, NULL);
	} else if (t.at == NULL) {
		fields_complain(x, RULE_TYPE, member, "a text");
	} else if (!fits(t, most)) {
		fields_complain(x, t.len == 0 ? RULE_REQUIRED : RULE_LENGTH, member, NULL);
	}
	return t;
}

bool fields_bool(struct fields *x, const char *member)
{
	bool said = false;

	if (!json_bool(json_member(x->body, member), &said))
		fields_complain(x, fields_has(x, member) ? RULE_TYPE : RULE_REQUIRED, member, "true or false");
	return said;
}

static bool has_twice(const struct words *w)
{
	for (int i = 1; i < w->count; i++)
		for (int k = 0; k < i; k++)
			if (text_eq(w->at[i], w->at[k]))
				return true;
	return false;
}

void fields_words(struct fields *x, const char *member, long most, bool is_needed, struct words *out)
{
	const struct json *list = json_member(x->body, member);

	*out = (struct words){ .is_given = fields_has(x, member) };
	if (!out->is_given) {
		if (is_needed)
			fields_complain(x, RULE_REQUIRED, member, NULL);
		return;
	}
	if (!json_is_array(list) || json_length(list) == 0 || json_length(list) > WORDS_MAX) {
		fields_complain(x, RULE_TYPE, member, "a list of 1 to 32 texts");
		return;
	}
	for (; out->count < (int)json_length(list); out->count++) {
		out->at[out->count] = json_text(json_item(list, (size_t)out->count));
		if (out->at[out->count].at == NULL || !fits(out->at[out->count], most)) {
			fields_complain(x, RULE_TYPE, member, "a list of texts of the standard's length");
			return;
		}
	}
	if (has_twice(out))
		fields_complain(x, RULE_VALUE, member, "each one once");
}

void fields_day(struct fields *x, const char *member, bool is_needed, int32_t *out)
{
	struct text t = fields_text(x, member, 10, is_needed);
	int64_t us;

	if (t.at == NULL)
		return;
	if (clock_parse_date(t, &us))
		*out = clock_day(us);
	else
		fields_complain(x, RULE_FORM, member, "2026-03-02");
}

void fields_begun(struct fields *x, const char *member, int32_t day)
{
	if (day > clock_day(x->r->now_us))
		fields_complain(x, RULE_VALUE, member, "a day that has begun");
}

struct text fields_code(struct fields *x, const char *member, enum code_list list, bool is_needed)
{
	struct text t = fields_text(x, member, 16, is_needed);
	const struct rules *rules = *x->r->api->deps.rules;

	if (t.at != NULL && rules != NULL && codebook_find(rules->book, list, t, clock_day(x->r->now_us)) == NULL)
		fields_complain(x, RULE_CODE, member, NULL);
	return t;
}

void fields_check_words(struct fields *x, const char *member, const struct words *w, bool (*is_good)(struct text), const char *allowed)
{
	for (int i = 0; i < w->count; i++) {
		if (is_good(w->at[i]))
			continue;
		fields_complain(x, RULE_VALUE, member, allowed);
		return;
	}
}

/* --- parameters ------------------------------------------------------------------------------------------------------- */

static void add_list(struct args *q, const struct text *list, int count)
{
	struct db_array x;

	db_array_begin(&x, q->r->arena, DB_KIND_TEXT, count, 24 * (size_t)count);
	for (int i = 0; i < count; i++)
		db_array_text(&x, list[i]);
	args_param(q, db_array_end(&x));
}

void args_words(struct args *q, const struct words *w)
{
	if (q != NULL && w->is_given)
		add_list(q, w->at, w->count);
	else
		args_null(q);
}

void args_codes(struct args *q)
{
	if (q != NULL)
		add_list(q, q->r->client.codes, q->r->client.code_count);
}

void args_day(struct args *q, int32_t day)
{
	if (day == INT32_MAX)
		args_null(q);
	else
		args_i32(q, day);
}
