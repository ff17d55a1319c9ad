/* Customs receipts: what a node of each carries of the filing it answers. For src/standard only. */
#ifndef STANDARD_CEB_RECEIPT_H
#define STANDARD_CEB_RECEIPT_H

#include "base/text.h"

enum { CEB_RECEIPT_ELEMENTS_MAX = 8 };

struct ceb_receipt_def {
	int number;
	const char *node;
	const char *elements[CEB_RECEIPT_ELEMENTS_MAX + 1]; /* keys, in order, between guid and returnStatus; NULL ends */
};

const struct ceb_receipt_def *ceb_receipt_def(int number); /* NULL: not one of ours */
#define CEB_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
/* CEB_DECLARATION, <ceb:CEBnnnMessage …>, and its end with a line end. */
void ceb_put_open(struct buf *b, int number, struct text guid);
void ceb_put_close(struct buf *b, int number);
void ceb_put_element(struct buf *b, const char *name, struct text value); /* an absent one is left out */
/* returnStatus, returnTime, returnInfo (at most 1000 characters of it). */
void ceb_put_return(struct buf *b, struct text status, int64_t at_us, struct text info);

#endif
