/*
 * What banks read (E92): only under a consent of the enterprise for that bank, scope and purpose, in time, not revoked.
 *
 * Each read, and each that is denied, is a row that the enterprise sees, committed with what is read and before the first byte is sent. Whether
 * an enterprise is registered at all a bank without consent does not learn.
 */
#ifndef API_BANK_READ_H
#define API_BANK_READ_H

#include "api/req.h"

#define BANK_SCOPES   "trade credit"
#define BANK_PURPOSES "credit_line loan_review guarantee insurance"

struct bank_read {
	struct text enterprise; /* any of its numbers */
	const char *scope;      /* one of BANK_SCOPES */
	int32_t from, to;       /* first days of the months that are read */
};

/* Begins r->call with the statement that logs; what is read is added after it. False: *f says why not. */
bool bank_read_begin(struct req *r, const struct bank_read *w, struct fault *f) must_check;
/* By the first result of an answer that is DB_DONE. False: it is denied, and *s is what the step ends in. */
bool bank_read_allowed(struct req *r, const struct db_answer *a, enum step *s) must_check;

#endif
