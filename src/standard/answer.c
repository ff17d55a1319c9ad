/*
 * Answers of authorities: which form, and the JSON one of all but customs.
 *
 * An answer's record is rebuilt with its members in one fixed order; its digest leaves out message_id, so that an
 * authority which numbers its own repetitions still says one thing once.
 */
#include "standard/answer.h"

#include <limits.h>

#include "base/clock.h"
#include "base/json.h"
#include "model/delivery.h"
#include "standard/answer_ceb.h"
#include "standard/utf8.h"

enum { INFO_CHARACTERS_MAX = 1000, MESSAGE_ID_BYTES_MAX = 64 };

static bool is_media_type(struct text content_type, const char *name)
{
	const char *semicolon = content_type.at == NULL ? NULL : memchr(content_type.at, ';', content_type.len);

	if (semicolon != NULL)
		content_type.len = (size_t)(semicolon - content_type.at);
	return text_eq_nocase(text_trim(content_type), text_of(name));
}

static bool outcome_of(struct text status, enum part_outcome *out)
{
	static const struct {
		const char *status;
		enum part_outcome outcome;
	} table[] = {
		{ "received", OUTCOME_RECEIVED }, { "accepted", OUTCOME_CLEAR }, { "review", OUTCOME_REVIEW },
		{ "inspect", OUTCOME_INSPECT }, { "held", OUTCOME_HELD }, { "rejected", OUTCOME_REJECTED },
	};

	for (size_t i = 0; i < COUNTOF(table); i++) {
		if (text_is(status, table[i].status)) {
			*out = table[i].outcome;
			return true;
		}
	}
	return false;
}

static void put_answer(struct buf *b, const struct authority_answer *answer, struct text message_id, struct text at)
{
	char declaration[ID_TEXT_BYTES];

	id_format(&answer->declaration, declaration);
	buf_char(b, '{');
	if (message_id.at != NULL) {
		buf_text(b, TEXT("\"message_id\":"));
		buf_json(b, message_id);
		buf_char(b, ',');
	}
	buf_text(b, TEXT("\"declaration_id\":\""));
	buf_str(b, declaration);
	buf_text(b, TEXT("\",\"version\":"));
	buf_i64(b, answer->version);
	buf_text(b, TEXT(",\"status\":"));
	buf_json(b, answer->status);
	buf_text(b, TEXT(",\"at\":"));
	buf_json(b, at);
	if (answer->info.at != NULL) {
		buf_text(b, TEXT(",\"info\":"));
		buf_json(b, answer->info);
	}
	buf_char(b, '}');
}

/* The record, and the digest over the same without message_id and with the time in one form. */
static bool seal(struct arena *a, struct authority_answer *answer, struct text message_id)
{
	char at[CLOCK_RFC3339_BYTES];
	struct buf record, own;

	clock_rfc3339(answer->at_us, 6, at);
	buf_init(&record, a, 256);
	put_answer(&record, answer, message_id, text_of(at));
	buf_init(&own, a, 256);
	put_answer(&own, answer, (struct text){ NULL, 0 }, text_of(at));
	answer->body = buf_as_text(&record);
	answer->digest = sha256_of(buf_as_text(&own));
	return !record.full && !own.full;
}

struct reading {
	struct fault *fault;
	struct fault first_wrong; /* with one of the answers */
	struct authority_answer *answers;
	int count;
};

/* NULL: fine; else what is wrong with it. */
static const char *read_one(const struct json *j, struct authority_answer *out, struct text *message_id)
{
	const struct json *info = json_member(j, "info"), *given_id = json_member(j, "message_id");
	int64_t version;

	if (!json_is_object(j))
		return "no object";
	*message_id = json_text(given_id);
	if (given_id != NULL && (message_id->at == NULL || message_id->len > MESSAGE_ID_BYTES_MAX))
		return "message_id is no text of at most 64 bytes";
	if (!id_parse(json_text(json_member(j, "declaration_id")), &out->declaration))
		return "declaration_id is missing or none of ours";
	if (!json_i64(json_member(j, "version"), &version) || version < 1 || version > INT_MAX)
		return "version is no whole number from 1";
	out->version = (int)version;
	out->status = json_text(json_member(j, "status"));
	if (!outcome_of(out->status, &out->outcome))
		return "status is none of received, accepted, review, inspect, held, rejected";
	if (!clock_parse_rfc3339(json_text(json_member(j, "at")), &out->at_us))
		return "at is no time of RFC 3339";
	if (info != NULL && !json_is_null(info) && json_text(info).at == NULL)
		return "info is no text";
	out->info = utf8_first(json_text(info), INFO_CHARACTERS_MAX);
	return NULL;
}

static bool arena_is_full(struct fault *f)
{
	return fault_set(f, FAULT_BUSY, "no memory is left for this request");
}

static bool read_json(struct arena *a, enum authority from, const struct json *root, struct reading *r)
{
	size_t n = json_is_array(root) ? json_length(root) : 1;

	if (n > ANSWERS_MAX)
		return fault_set(r->fault, FAULT_TOO_LARGE, "at most %d answers at once", ANSWERS_MAX);
	r->answers = arena_zalloc(a, sizeof(*r->answers) * (n > 0 ? n : 1));
	if (r->answers == NULL)
		return arena_is_full(r->fault);
	for (size_t i = 0; i < n; i++) {
		struct authority_answer *next = &r->answers[r->count];
		struct text message_id;
		const char *wrong = read_one(json_is_array(root) ? json_item(root, i) : root, next, &message_id);

		next->authority = from;
		if (wrong != NULL)
			(void)fault_set(&r->first_wrong, FAULT_BAD_REQUEST, "answer %zu: %s", i + 1, wrong);
		else if (!seal(a, next, message_id))
			return arena_is_full(r->fault);
		else
			r->count++;
	}
	if (r->first_wrong.code != FAULT_NONE)
		(void)fault_set(r->fault, r->first_wrong.code, "%s", r->first_wrong.text);
	else if (r->count == 0)
		(void)fault_set(r->fault, FAULT_BAD_REQUEST, "the array holds no answer");
	return r->count > 0;
}

bool answer_read(struct arena *a, enum authority from, struct text content_type, struct text body,
                 struct authority_answer **out, int *count, struct fault *f)
{
	struct reading r = { .fault = f };
	const struct json *root;
	bool is_good;

	*out = NULL;
	*count = 0;
	if (from == AUTHORITY_CUS) {
		if (!is_media_type(content_type, "application/xml") && !is_media_type(content_type, "text/xml"))
			return fault_set(f, FAULT_MEDIA_TYPE, "customs answers in application/xml");
		return answer_ceb_read(a, body, out, count, f);
	}
	if (!is_media_type(content_type, "application/json"))
		return fault_set(f, FAULT_MEDIA_TYPE, "an answer is application/json");
	root = json_parse(a, body, f);
	if (root == NULL)
		return false;
	is_good = read_json(a, from, root, &r);
	*out = r.answers;
	*count = r.count;
	return is_good;
}

/* As a live authority would: under the message id of the delivery that it answers. */
static void put_one(struct buf *b, enum authority from, const struct authority_answer *answer)
{
	struct id message = delivery_message_id(&answer->declaration, from, answer->version);
	char message_id[ID_TEXT_BYTES], at[CLOCK_RFC3339_BYTES];

	id_format(&message, message_id);
	clock_rfc3339(answer->at_us, 6, at);
	put_answer(b, answer, text_of(message_id), text_of(at));
}

void answer_put(struct buf *b, enum authority from, enum direction d, const struct authority_answer *answers, int count)
{
	if (from == AUTHORITY_CUS) {
		answer_ceb_put(b, d, answers, count);
		return;
	}
	buf_char(b, '[');
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_char(b, ',');
		put_one(b, from, &answers[i]);
	}
	buf_char(b, ']');
}
