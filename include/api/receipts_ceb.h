/* Receipts in customs' form, for filers who poll as they do today. Every message is bare: what stands round it is the caller's. */
#ifndef API_RECEIPTS_CEB_H
#define API_RECEIPTS_CEB_H

#include "api/req.h"
#include "standard/answer.h"

/* The answer of filing_receipt_parts as 312 412 512 514 622, 304 404 506 604. */
db_step_fn receipts_ceb_filing;

/* A row of customs' answers: its id, the message it is told in, its record. */
struct ceb_row {
	struct id id;
	const struct message_def *def; /* 622 604; of a cancellation 624 606 */
	struct text body;
};
/* False: no answer of customs in that row, or its declaration's direction is not known. Columns: where they are in the rows. */
struct ceb_columns { int id, direction, of_cancellation, body; };
bool receipts_ceb_row(const struct db_rows *rows, int row, const struct ceb_columns *columns, struct ceb_row *out) must_check;
/* The first answers, as far as they are of one message: at most ANSWERS_OF_MESSAGE_MAX; *taken says how many.
 * at == NULL with *f: no memory, or a record that is none. */
struct text receipts_ceb_message(struct req *r, const struct ceb_row *rows, int count, int *taken, struct fault *f);

#endif
