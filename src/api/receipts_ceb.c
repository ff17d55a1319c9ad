/*
 * Receipts told as customs tells them.
 *
 *   GET /v1/filings/{id}/receipt         Accept: application/xml   what a CEB filing is answered, again
 *   GET /v1/declarations/{id}/receipts   JSON: all authorities; XML: customs' answers as one message
 *
 * Guids come from what a node stands for: the same receipt has the same one however often it is asked for.
 */
#include "api/receipts_ceb.h"

#include "api/args.h"
#include "api/handlers.h"
#include "api/receipt_text.h"
#include "api/stored.h"

static db_step_fn answers_found;

/* --- a filing's own receipt ------------------------------------------------------------------------------------------- */

enum step receipts_ceb_filing(struct req *r, const struct db_answer *a)
{
	struct customs_receipt one;
	struct fault f = { 0 };
	struct text message;
	struct id id;
	int taken;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0 || db_is_null(a->results[0], 0, 0))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	one.receipt = db_get_text(a->results[0], 0, 0);
	if (!db_get_id(a->results[0], 0, 2, &id) || !stored_filing(r, &id, db_get_text(a->results[0], 0, 1), &one.document, &f))
		return reply_stored_fault(r, &f);
	message = customs_receipts_message(r->arena, &one, 1, customs_speaks_chinese(r), r->now_us, &taken, &f);
	return message.at == NULL ? reply_problem(r, &f) : reply_kept(r, 200, "application/xml", message);
}

/* --- what customs answered -------------------------------------------------------------------------------------------- */

bool receipts_ceb_row(struct req *r, const struct db_rows *rows, int row, const struct ceb_columns *columns, struct customs_answer *out,
                      struct fault *f)
{
	enum direction direction;
	enum doc_kind of;

	if (!db_get_id(rows, row, columns->id, &out->id) || !direction_by_name(db_get_text(rows, row, columns->direction), &direction)
	    || !doc_kind_by_name(db_get_text(rows, row, columns->of), &of))
		return false;
	out->def = customs_answer_def(direction, of);
	out->body = db_get_text(rows, row, columns->ruling);
	return out->body.at != NULL || stored_answer(r, &out->id, db_get_text(rows, row, columns->body), &out->body, f);
}

enum step declarations_receipts(struct req *r)
{
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (req_wants_xml(r))
		return args_await_query(r, q, "declaration_receipts_ceb", answers_found);
	return args_await_query(r, q, "declaration_receipts", reply_row);
}

static enum step answers_found(struct req *r, const struct db_answer *a)
{
	static const struct ceb_columns columns = { .id = 0, .direction = 1, .body = 2, .of = 3, .ruling = 4 };
	struct customs_answer rows[ANSWERS_OF_MESSAGE_MAX];
	struct fault f = { 0 };
	struct text message;
	int count = 0, taken;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	for (int row = 0; row < db_row_count(a->results[0]) && count < ANSWERS_OF_MESSAGE_MAX; row++)
		count += receipts_ceb_row(r, a->results[0], row, &columns, &rows[count], &f);
	if (f.code != FAULT_NONE)
		return reply_stored_fault(r, &f);
	if (count == 0)
		return reply_empty(r, 204);
	message = customs_answers_message(r->arena, rows, count, &taken, &f);
	return message.at == NULL ? reply_problem(r, &f) : reply_kept(r, 200, "application/xml", message);
}
