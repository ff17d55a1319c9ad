/*
 * Where a rule (table goods_rule) asks for registered goods, the lines of a message are looked up before anything of it is stored: one
 * statement for the whole message, and none where no rule asks, which memory knows.
 */
#ifndef API_FILINGS_GOODS_H
#define API_FILINGS_GOODS_H

#include "api/filings_work.h"

/* After filings_read(). True: call holds the statement, to be started; its answer is for filings_goods_take(). False: nothing is to be asked,
 * or the arena is full. */
bool filings_goods_ask(struct filing_work *w, struct db_call *call) must_check;
/* Refuses the nodes with lines of goods that are not registered. Of a DB_DONE answer. */
void filings_goods_take(struct filing_work *w, const struct db_answer *a);

#endif
