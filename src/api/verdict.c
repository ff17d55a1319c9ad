/*
 * GET /v1/declarations/{id}/verdict: why the match came out as it did.
 *
 * The database brings the reasons, which hold no values, and the documents of the filings that they point at, as far as the caller may see them;
 * the values are looked up here.
 */
#include "api/access.h"
#include "api/handlers.h"
#include "api/stored.h"
#include "base/json.h"

enum { VERDICT, REASON, LEFT, RIGHT = LEFT + 5, REST = RIGHT + 5, OWNERS };
enum { SIDE_SHOWN, SIDE_PATH, SIDE_FILING, SIDE_DOCUMENT, SIDE_OWN }; /* behind LEFT and RIGHT */

static db_step_fn found;

enum step declarations_verdict(struct req *r)
{
	enum step refusal = STEP_REPLIED;
	struct args *q = access_record(r, &refusal);

	if (q == NULL)
		return refusal;
	args_text(q, args_verdict_titles(r));
	args_text(q, args_rule_words(r));
	return args_await_query(r, q, "declaration_verdict", found);
}

/* One step of a path: a member's name, or an item's number. */
static const struct json *step_down(const struct json *at, const struct json *step, struct req *r)
{
	struct text word = json_text(step);
	int64_t place;

	if (json_is_array(at))
		return (json_i64(step, &place) || text_to_i64(word, &place)) && place >= 0 ? json_item(at, (size_t)place) : NULL;
	return word.at == NULL ? NULL : json_member(at, arena_copy(r->arena, word.at, word.len));
}

static void put_text(struct req *r, struct buf *b, struct text name, struct text value, bool own)
{
	struct access *x = r->own;
	enum field field = own ? FIELD_NONE : field_by_name(name);

	if (field != FIELD_NONE)
		value = redact_value(&x->redaction, field, value);
	if (value.at == NULL)
		return;
	buf_str(b, ",\"value\":");
	buf_json(b, value);
}

/* The value that the path leads to, when it is a text or a number; of another's filing in the form of the policy. */
static void put_value(struct req *r, struct buf *b, struct text document, struct text path_text, bool own)
{
	struct fault f = { 0 };
	const struct json *at = json_parse(r->arena, document, &f), *path = json_parse(r->arena, path_text, &f);
	int64_t number;

	if (json_length(path) == 0)
		return;
	for (size_t i = 0; at != NULL && i < json_length(path); i++)
		at = step_down(at, json_item(path, i), r);
	if (json_text(at).at != NULL) {
		put_text(r, b, json_text(json_item(path, json_length(path) - 1)), json_text(at), own);
	} else if (json_i64(at, &number)) {
		buf_str(b, ",\"value\":");
		buf_i64(b, number);
	}
}

static bool put_side(struct req *r, struct buf *out, const struct db_rows *rows, int row, int side, struct fault *f)
{
	struct text document;
	struct buf b;
	struct id id;

	if (db_is_null(rows, row, side + SIDE_SHOWN)) {
		buf_str(out, "null");
		return true;
	}
	stored_begin(&b, r, db_get_text(rows, row, side + SIDE_SHOWN), 256);
	if (!db_is_null(rows, row, side + SIDE_DOCUMENT) && db_get_id(rows, row, side + SIDE_FILING, &id)) {
		if (!stored_filing(r, &id, db_get_text(rows, row, side + SIDE_DOCUMENT), &document, f))
			return false;
		put_value(r, &b, document, db_get_text(rows, row, side + SIDE_PATH), db_get_int(rows, row, side + SIDE_OWN) != 0);
	}
	buf_char(&b, '}');
	buf_text(out, buf_as_text(&b));
	return true;
}

static bool put_reason(struct req *r, struct buf *out, const struct db_rows *rows, int row, struct fault *f)
{
	struct text rest = db_get_text(rows, row, REST);
	struct buf b;

	stored_begin(&b, r, db_get_text(rows, row, REASON), 1024);
	buf_str(&b, ",\"left\":");
	if (!put_side(r, &b, rows, row, LEFT, f))
		return false;
	buf_str(&b, ",\"right\":");
	if (!put_side(r, &b, rows, row, RIGHT, f))
		return false;
	buf_char(&b, ',');
	buf_text(&b, (struct text){ rest.at + 1, rest.len - 1 }); /* without its { */
	buf_str(out, row == 0 ? "" : ",");
	buf_text(out, buf_as_text(&b));
	return true;
}

static enum step found(struct req *r, const struct db_answer *a)
{
	const struct db_rows *rows;
	struct fault f = { 0 };
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	rows = a->results[0];
	if (db_row_count(rows) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	stored_begin(&b, r, db_get_text(rows, 0, VERDICT), 4096);
	buf_str(&b, ",\"reasons\":[");
	for (int row = 0; row < db_row_count(rows) && !db_is_null(rows, row, REASON); row++)
		if (!put_reason(r, &b, rows, row, &f))
			return reply_stored_fault(r, &f);
	buf_str(&b, "]}");
	return access_reply(r->own, db_get_text(rows, 0, OWNERS), &b);
}
