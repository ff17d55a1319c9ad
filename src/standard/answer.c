/*
 * Answers of authorities: which form, and the JSON one of all but customs.
 *
 * An answer's record is rebuilt with its members in one fixed order; its digest leaves out message_id, so that an
 * authority which numbers its own repetitions still says one thing once.
 */
#include "standard/answer.h"

#include <limits.h>

#include "base/clock.h"
#include "standard/answer_ceb.h"
#include "standard/json_scan.h"
#include "standard/utf8.h"

enum { INFO_CHARACTERS_MAX = 1000, MESSAGE_ID_BYTES_MAX = 64 };

static bool is_media_type(struct text content_type, const char *name)
{
	const char *semicolon = content_type.at == NULL ? NULL : memchr(content_type.at, ';', content_type.len);

	if (semicolon != NULL)
		content_type.len = (size_t)(semicolon - content_type.at);
	return text_eq_nocase(text_trim(content_type), text_of(name));
}

/*
 * What each word means. The post also answers with the assessment codes of advance data (pre-loading): AC assessment complete, RFI more
 * information is asked for (info says which), RFS screening is asked for, DNL do not load. DNL is final: no later answer clears the item by
 * itself; one that would opens a case, and a corrected filing is assessed anew.
 */
static bool outcome_of(enum authority from, struct text status, enum part_outcome *out)
{
	static const unsigned all = AUTHORITY_BIT(AUTHORITY_COUNT) - 1, post = AUTHORITY_BIT(AUTHORITY_POST);
	static const struct {
		unsigned from;
		const char *status;
		enum part_outcome outcome;
	} table[] = {
		{ all, "received", OUTCOME_RECEIVED }, { all, "accepted", OUTCOME_CLEAR }, { all, "review", OUTCOME_REVIEW },
		{ all, "inspect", OUTCOME_INSPECT },   { all, "held", OUTCOME_HELD },      { all, "rejected", OUTCOME_REJECTED },
		{ post, "AC", OUTCOME_CLEAR },         { post, "RFI", OUTCOME_REVIEW },    { post, "RFS", OUTCOME_INSPECT },
		{ post, "DNL", OUTCOME_REJECTED },
	};

	for (size_t i = 0; i < COUNTOF(table); i++) {
		if ((table[i].from & AUTHORITY_BIT(from)) != 0 && text_is(status, table[i].status)) {
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

/* --- reading: the members by one pass over the bytes, what they mean after it --------------------------------------- */

enum member { MESSAGE_ID, DECLARATION_ID, VERSION, STATUS, AT, INFO, MEMBER_COUNT };

struct given { /* a member's value */
	enum { GIVEN_NOTHING, GIVEN_NULL, GIVEN_TEXT, GIVEN_INTEGER, GIVEN_OTHER } kind;
	struct text text; /* of a text or an integer; else absent */
};

struct reading {
	struct arena *arena;
	enum authority from;
	struct json_scan scan;
	struct given given[MEMBER_COUNT]; /* of the answer at hand */
	struct fault first_wrong;         /* with one of the answers */
	struct authority_answer *answers;
	int seen, count; /* count: usable ones */
};

static bool read_value(struct json_scan *s, struct given *g)
{
	bool is_integer;

	switch (json_scan_peek(s)) {
	case '"':
		g->kind = GIVEN_TEXT;
		return json_scan_string(s, &g->text);
	case 'n':
		g->kind = GIVEN_NULL;
		return json_scan_skip(s);
	case '{':
	case '[':
	case 't':
	case 'f':
		g->kind = GIVEN_OTHER;
		return json_scan_skip(s);
	default:
		if (!json_scan_number(s, &g->text, &is_integer))
			return false;
		g->kind = is_integer ? GIVEN_INTEGER : GIVEN_OTHER;
		return true;
	}
}

static bool on_member(void *arg, struct text name)
{
	static const struct text names[MEMBER_COUNT] = {
		[MESSAGE_ID] = { "message_id", 10 }, [DECLARATION_ID] = { "declaration_id", 14 }, [VERSION] = { "version", 7 },
		[STATUS] = { "status", 6 },          [AT] = { "at", 2 },                          [INFO] = { "info", 4 },
	};
	struct reading *r = arg;

	for (int i = 0; i < MEMBER_COUNT; i++) {
		if (!text_eq(name, names[i]))
			continue;
		if (r->given[i].kind != GIVEN_NOTHING)
			return json_scan_fail(&r->scan, "a member that did not come before");
		return read_value(&r->scan, &r->given[i]);
	}
	return json_scan_skip(&r->scan);
}

static struct text given_text(const struct given *g)
{
	return g->kind == GIVEN_TEXT ? g->text : (struct text){ NULL, 0 };
}

/* NULL: fine; else what is wrong with it. */
static const char *understand(const struct given given[MEMBER_COUNT], enum authority from, struct authority_answer *out)
{
	const struct given *id = &given[MESSAGE_ID], *info = &given[INFO];
	int64_t version;

	if (id->kind != GIVEN_NOTHING && (id->kind != GIVEN_TEXT || id->text.len > MESSAGE_ID_BYTES_MAX))
		return "message_id is no text of at most 64 bytes";
	if (!id_parse(given_text(&given[DECLARATION_ID]), &out->declaration))
		return "declaration_id is missing or none of ours";
	if (given[VERSION].kind != GIVEN_INTEGER || !text_to_i64(given[VERSION].text, &version) || version < 1 || version > INT_MAX)
		return "version is no whole number from 1";
	out->version = (int)version;
	out->status = given_text(&given[STATUS]);
	if (!outcome_of(from, out->status, &out->outcome))
		return from == AUTHORITY_POST ? "status is none of received, accepted, review, inspect, held, rejected, AC, RFI, RFS, DNL"
		                              : "status is none of received, accepted, review, inspect, held, rejected";
	if (!clock_parse_rfc3339(given_text(&given[AT]), &out->at_us))
		return "at is no time of RFC 3339";
	if (info->kind == GIVEN_INTEGER || info->kind == GIVEN_OTHER)
		return "info is no text";
	out->info = utf8_first(given_text(info), INFO_CHARACTERS_MAX);
	return NULL;
}

static bool read_one(void *arg)
{
	struct reading *r = arg;
	struct authority_answer *next = &r->answers[r->count];
	const char *wrong = "no object";

	r->seen++;
	if (json_scan_peek(&r->scan) == '{') {
		memset(r->given, 0, sizeof(r->given));
		if (!json_scan_object(&r->scan, on_member, r))
			return false;
		wrong = understand(r->given, r->from, next);
	} else if (!json_scan_skip(&r->scan)) {
		return false;
	}
	next->authority = r->from;
	if (wrong != NULL) {
		(void)fault_set(&r->first_wrong, FAULT_BAD_REQUEST, "answer %d: %s", r->seen, wrong);
		return true;
	}
	if (!seal(r->arena, next, given_text(&r->given[MESSAGE_ID])))
		return fault_set(r->scan.fault, FAULT_BUSY, "no memory is left for this request");
	r->count++;
	return true;
}

static bool count_one(void *arg)
{
	struct reading *r = arg;

	r->seen++;
	return json_scan_skip(&r->scan);
}

/* How many an array holds: they are counted before they are read. */
static bool count_items(struct reading *r, int *n)
{
	const char *from = r->scan.at;

	*n = 1;
	if (json_scan_peek(&r->scan) != '[')
		return true;
	if (!json_scan_array(&r->scan, count_one, r))
		return false;
	*n = r->seen;
	r->seen = 0;
	r->scan.at = from;
	return *n <= ANSWERS_MAX || fault_set(r->scan.fault, FAULT_TOO_LARGE, "at most %d answers at once", ANSWERS_MAX);
}

static bool read_json(struct reading *r)
{
	struct fault *f = r->scan.fault;
	bool is_good;
	int n;

	if (!count_items(r, &n))
		return false;
	r->answers = arena_zalloc(r->arena, sizeof(*r->answers) * (size_t)(n > 0 ? n : 1));
	if (r->answers == NULL)
		return fault_set(f, FAULT_BUSY, "no memory is left for this request");
	is_good = json_scan_peek(&r->scan) == '[' ? json_scan_array(&r->scan, read_one, r) : read_one(r);
	if (!is_good || !json_scan_end(&r->scan)) {
		r->count = 0;
		return false;
	}
	if (r->first_wrong.code != FAULT_NONE)
		(void)fault_set(f, r->first_wrong.code, "%s", r->first_wrong.text);
	else if (r->count == 0)
		(void)fault_set(f, FAULT_BAD_REQUEST, "the array holds no answer");
	return r->count > 0;
}

bool answer_read(struct arena *a, enum authority from, struct text content_type, struct text body,
                 struct authority_answer **out, int *count, struct fault *f)
{
	struct reading r = { .arena = a, .from = from };
	size_t bad_at;
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
	if (!utf8_check(body, &bad_at))
		return fault_set(f, FAULT_BAD_JSON, "byte %zu: not UTF-8, or NUL", bad_at);
	r.scan = (struct json_scan){ .arena = a, .begin = body.at, .at = body.at, .end = body.at + body.len, .fault = f };
	is_good = read_json(&r);
	*out = r.answers;
	*count = r.count;
	return is_good;
}
