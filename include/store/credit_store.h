/*
 * Records of credit, read: all that is known of enterprises, in one call, for the evaluation (flow/credit) and for whoever asks (api/credit).
 * What is written stands beside the C that writes it.
 */
#ifndef STORE_CREDIT_STORE_H
#define STORE_CREDIT_STORE_H

#include "io/db.h"
#include "model/credit_record.h"

enum { CREDIT_RECORD_STMTS = 7 };
/* Adds the statements that read the records of $1 (text[]: codes) and the rows of rules; params: that one. */
void credit_store_load(struct db_call *call, const struct db_param *codes);

struct credit_records {
	struct credit_record *list; /* those that there are, ordered by code */
	int count;
	struct credit_row *rows;
	int row_count;
};
/* Texts are copied. False: the arena is full. */
bool credit_records_read(struct credit_records *out, struct arena *a, const struct db_answer *answer) must_check;

#endif
