/* Receipts in customs' form, for filers who poll as they do today. Every message is bare: what stands round it is the caller's. */
#ifndef API_RECEIPTS_CEB_H
#define API_RECEIPTS_CEB_H

#include "api/req.h"
#include "standard/answer.h"

/* The answer of filing_receipt_parts as 312 412 512 514 622, 304 404 506 604. */
db_step_fn receipts_ceb_filing;

/* A row of customs' answers: its id, whether and of which direction it is, its record. */
struct ceb_row {
	struct id id;
	enum direction direction;
	struct text body;
};
/* False: no answer of customs in that row, or its declaration's direction is not known. */
bool receipts_ceb_row(const struct db_rows *rows, int row, int col_id, int col_direction, int col_body, struct ceb_row *out) must_check;
/* The first answers of one direction as one message 622 or 604: at most ANSWERS_OF_MESSAGE_MAX; *taken says how many.
 * at == NULL with *f: no memory, or a record that is none. */
struct text receipts_ceb_message(struct req *r, const struct ceb_row *rows, int count, int *taken, struct fault *f);

#endif
