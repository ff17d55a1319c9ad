/*
 * What departments are asked and what they answer.
 *
 * An answer that lacks what its question is about is none: the department is asked again. What a person's answer is stored as is
 * one of three literals, so that nothing else that a department may send along (a photo) can get into a table.
 */
#include "model/lookup.h"

#include <assert.h>

#include "base/clock.h"
#include "base/json.h"
#include "model/identifier.h"

static const struct {
	const char *name, *member;
	enum lookup_key key;
} questions[LOOKUP_QUESTION_COUNT] = {
#define X(id, name, member, key) [LOOKUP_##id] = { name, member, key },
	LOOKUP_QUESTIONS(X)
#undef X
};

const char *lookup_name(enum lookup_question q)
{
	assert(q < LOOKUP_QUESTION_COUNT);
	return questions[q].name;
}

const char *lookup_member(enum lookup_question q)
{
	assert(q < LOOKUP_QUESTION_COUNT);
	return questions[q].member;
}

enum lookup_key lookup_key_of(enum lookup_question q)
{
	assert(q < LOOKUP_QUESTION_COUNT);
	return questions[q].key;
}

bool lookup_by_name(struct text name, enum lookup_question *out)
{
	for (int q = 0; q < LOOKUP_QUESTION_COUNT; q++) {
		if (text_is(name, questions[q].name)) {
			*out = (enum lookup_question)q;
			return true;
		}
	}
	return false;
}

/* Licences have Chinese characters in their numbers. */
static bool is_number(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if ((unsigned char)t.at[i] < ' ' || t.at[i] == '\x7f')
			return false;
	return t.len <= LOOKUP_KEY_MAX && text_eq(t, text_trim(t)) && text_utf8_length(t) > 0;
}

static bool is_digest(struct text t)
{
	unsigned char b[33]; /* model/identity.h: the key's version, then the digest */

	return hex_decode(t, b, sizeof(b)) == (long)sizeof(b);
}

bool lookup_key_is_good(enum lookup_question q, struct text key)
{
	switch (lookup_key_of(q)) {
	case LOOKUP_COMPANY:
		return identifier_company(key);
	case LOOKUP_GOODS:
		return identifier_hs(key);
	case LOOKUP_NUMBER:
		return is_number(key);
	case LOOKUP_PERSON:
		return is_digest(key);
	}
	return false;
}

bool lookup_use_by_name(struct text name, enum lookup_use *out)
{
	static const char *const names[] = { [LOOKUP_ASK] = "ask", [LOOKUP_ATTEST] = "attest", [LOOKUP_CHECK] = "check" };

	for (size_t i = 0; i < COUNTOF(names); i++) {
		if (text_is(name, names[i])) {
			*out = (enum lookup_use)i;
			return true;
		}
	}
	return false;
}

/* Filings name commodity codes and the number of one licence; nothing else of what departments are asked by before release. */
const char *lookup_rule_fault(const struct lookup_rule *r)
{
	if ((r->use == LOOKUP_ATTEST) != (r->question == LOOKUP_IDENTITY))
		return "an identity is attested, and nothing else is";
	if (r->use == LOOKUP_CHECK && r->question != LOOKUP_NEGATIVE_LIST && r->question != LOOKUP_LICENCES)
		return "no filing names what it would be asked by";
	return NULL;
}

/* --- answers --------------------------------------------------------------------------------------------------------- */

static bool read_flag(const struct json *answer, const char *member, bool *out, struct fault *f)
{
	return json_bool(json_member(answer, member), out) || fault_set(f, FAULT_BAD_JSON, "%s is no true or false", member);
}

/* A day that is absent is open; one that cannot be read makes the answer none. */
static bool read_day(const struct json *answer, const char *member, int32_t otherwise, int32_t *out, struct fault *f)
{
	const struct json *value = json_member(answer, member);
	int64_t us;

	*out = otherwise;
	if (value == NULL || json_is_null(value))
		return true;
	if (json_text(value).at == NULL || !clock_parse_date(json_text(value), &us))
		return fault_set(f, FAULT_BAD_JSON, "%s is no day", member);
	*out = clock_day(us);
	return true;
}

static bool read_days(const struct json *answer, struct lookup_reading *out, struct fault *f)
{
	return read_day(answer, "valid_from", INT32_MIN, &out->from, f) && read_day(answer, "valid_to", INT32_MAX, &out->to, f);
}

/* A list forbids for as long as its row is in force. */
static bool read_list(const struct json *answer, struct lookup_reading *out, struct fault *f)
{
	bool found;

	if (!read_flag(answer, "found", &found, f) || !read_days(answer, out, f))
		return false;
	return !found || read_flag(answer, "listed", &out->hits_inside, f);
}

/* A permit that is unknown, not valid or of other days permits nothing. */
static bool read_permit(const struct json *answer, struct lookup_reading *out, struct fault *f)
{
	struct text status = json_text(json_member(answer, "status"));
	bool found;

	if (!read_flag(answer, "found", &found, f) || !read_days(answer, out, f))
		return false;
	if (found && status.at == NULL)
		return fault_set(f, FAULT_BAD_JSON, "status is missing");
	out->hits_outside = true;
	out->hits_inside = !found || !text_is(status, "valid");
	return true;
}

static bool read_person(const struct json *answer, struct lookup_reading *out, struct fault *f)
{
	static const char *const results[] = { "match", "mismatch", "not_found" };
	static const char *const kept[] = { "{\"result\":\"match\"}", "{\"result\":\"mismatch\"}", "{\"result\":\"not_found\"}" };
	struct text result = json_text(json_member(answer, "result"));

	for (size_t i = 0; i < COUNTOF(results); i++) {
		if (text_is(result, results[i])) {
			out->kept = text_of(kept[i]);
			out->matches = i == 0;
			return true;
		}
	}
	return fault_set(f, FAULT_BAD_JSON, "result is none of match, mismatch, not_found");
}

static bool read_records(const struct json *answer, struct fault *f)
{
	return json_is_array(json_member(answer, "records")) || fault_set(f, FAULT_BAD_JSON, "records is no list");
}

static int64_t read_as_of(const struct json *answer, int64_t asked_us)
{
	struct text t = json_text(json_member(answer, "as_of"));
	int64_t us;

	return t.at != NULL && clock_parse_rfc3339(t, &us) && us < asked_us ? us : asked_us;
}

bool lookup_read(struct arena *a, enum lookup_question q, struct text body, int64_t asked_us, struct lookup_reading *out, struct fault *f)
{
	const struct json *answer;
	bool found;

	if (body.len > LOOKUP_ANSWER_MAX)
		return fault_set(f, FAULT_TOO_LARGE, "it has more than %d bytes", LOOKUP_ANSWER_MAX);
	answer = json_parse(a, body, f);
	if (answer == NULL)
		return false;
	if (!json_is_object(answer))
		return fault_set(f, FAULT_BAD_JSON, "it is no object");
	*out = (struct lookup_reading){ .from = INT32_MIN, .to = INT32_MAX, .as_of_us = read_as_of(answer, asked_us), .kept = body };
	switch (q) {
	case LOOKUP_NEGATIVE_LIST:
		return read_list(answer, out, f);
	case LOOKUP_CERTIFICATES:
	case LOOKUP_LICENCES:
		return read_permit(answer, out, f);
	case LOOKUP_IDENTITY:
		return read_person(answer, out, f);
	case LOOKUP_ADVERSE_RECORDS:
		return read_records(answer, f);
	default:
		return read_flag(answer, "found", &found, f);
	}
}

bool lookup_hits(const struct lookup_reading *r, int32_t day)
{
	return day >= r->from && day <= r->to ? r->hits_inside : r->hits_outside;
}

enum lookup_standing lookup_weigh(const struct lookup_known *k, int32_t day, int64_t now_us)
{
	int64_t until_us = k->is_failing ? k->shown_until_us : k->valid_until_us;

	if (k->has_answer && now_us < until_us)
		return lookup_hits(&k->reading, day) ? LOOKUP_HIT : LOOKUP_GOOD;
	return k->is_failing ? LOOKUP_AWAY : LOOKUP_UNKNOWN;
}
