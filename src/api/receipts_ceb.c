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
#include "standard/reader.h"
#include "standard/writer.h"

static db_step_fn answers_found;

/* --- a filing's own receipt ------------------------------------------------------------------------------------------- */

enum step receipts_ceb_filing(struct req *r, const struct db_answer *a)
{
	struct ceb_return one = { .status = TEXT("2") };
	struct text receipt;
	struct sha256 digest;
	struct buf b, info;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0 || db_is_null(a->results[0], 0, 0))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	receipt = text_dup(r->arena, db_get_text(a->results[0], 0, 0));
	one.doc = document_read(r->arena, text_dup(r->arena, db_get_text(a->results[0], 0, 1)));
	if (one.doc == NULL)
		return reply_fault(r, r->arena->full ? FAULT_BUSY : FAULT_BUG, "the filing cannot be read back");
	digest = sha256_of(receipt);
	buf_init(&info, r->arena, 64);
	receipt_put_info(r, &info, receipt);
	one.info = buf_as_text(&info);
	one.at_us = receipt_time(receipt, r->now_us);
	one.guid = customs_guid(r, &digest, "0");
	buf_init(&b, r->arena, 1024);
	ceb_put_receipt(&b, one.doc->def->receipt, customs_guid(r, &digest, "message"), &one, 1);
	if (b.full || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	return reply_kept(r, 200, "application/xml", buf_as_text(&b));
}

/* --- what customs answered -------------------------------------------------------------------------------------------- */

bool receipts_ceb_row(const struct db_rows *rows, int row, const struct ceb_columns *columns, struct ceb_row *out)
{
	bool of_cancellation = db_get_int(rows, row, columns->of_cancellation) != 0;
	enum direction direction;

	if (!db_get_id(rows, row, columns->id, &out->id) || !direction_by_name(db_get_text(rows, row, columns->direction), &direction))
		return false;
	out->def = message_def(of_cancellation ? DOC_CANCELLATION_RECEIPT : DOC_INVENTORY_RECEIPT, direction);
	out->body = db_get_text(rows, row, columns->body);
	return out->body.at != NULL;
}

struct text receipts_ceb_message(struct req *r, const struct ceb_row *rows, int count, int *taken, struct fault *f)
{
	struct answer_stored nodes[ANSWERS_OF_MESSAGE_MAX];
	struct sha256 digest;
	struct buf b;
	int n = 0;

	while (n < count && n < ANSWERS_OF_MESSAGE_MAX && rows[n].def == rows[0].def) {
		digest = sha256_of((struct text){ (const char *)rows[n].id.b, sizeof(rows[n].id.b) });
		nodes[n] = (struct answer_stored){ rows[n].body, customs_guid(r, &digest, "0") };
		n++;
	}
	*taken = n;
	digest = sha256_of((struct text){ (const char *)rows[0].id.b, sizeof(rows[0].id.b) });
	buf_init(&b, r->arena, 640 * (size_t)n);
	if (!answer_put_stored(&b, r->arena, rows[0].def, customs_guid(r, &digest, "message"), nodes, n, f))
		return (struct text){ NULL, 0 };
	return buf_as_text(&b);
}

enum step declarations_receipts(struct req *r)
{
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_id(q, &id);
	args_caller(q);
	if (req_wants_xml(r))
		return args_await_query(r, q, "declaration_receipts_ceb", answers_found);
	return args_await_query(r, q, "declaration_receipts", reply_row);
}

static enum step answers_found(struct req *r, const struct db_answer *a)
{
	static const struct ceb_columns columns = { .id = 0, .direction = 1, .body = 2, .of_cancellation = 3 };
	struct ceb_row rows[ANSWERS_OF_MESSAGE_MAX];
	struct fault f = { 0 };
	struct text message;
	int count = 0, taken;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	for (int row = 0; row < db_row_count(a->results[0]) && count < ANSWERS_OF_MESSAGE_MAX; row++)
		count += receipts_ceb_row(a->results[0], row, &columns, &rows[count]);
	if (count == 0)
		return reply_empty(r, 204);
	message = receipts_ceb_message(r, rows, count, &taken, &f);
	return message.at == NULL ? reply_problem(r, &f) : reply_kept(r, 200, "application/xml", message);
}
