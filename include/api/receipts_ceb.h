/* Receipts in customs' form, for filers who poll as they do today. Every message is bare: what stands round it is the caller's. */
#ifndef API_RECEIPTS_CEB_H
#define API_RECEIPTS_CEB_H

#include "api/req.h"
#include "standard/answer.h"
#include "standard/customs_receipt.h"

/* The answer of filing_receipt_parts as 312 412 512 514 622, 304 404 506 604. */
db_step_fn receipts_ceb_filing;

/* A row of customs' answers; columns: where they are. False: none of customs, or its declaration's direction is not known. */
struct ceb_columns { int id, direction, of, body, ruling; }; /* of: the kind of filing that is answered, by name */
/* *f is set when its bytes cannot be read. */
bool receipts_ceb_row(struct req *r, const struct db_rows *rows, int row, const struct ceb_columns *columns, struct customs_answer *out,
                      struct fault *f) must_check;

#endif
