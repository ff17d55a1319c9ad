/* How a message of filings is answered: one filing, node by node as JSON, or as a CEB receipt. */
#ifndef API_FILINGS_ANSWER_H
#define API_FILINGS_ANSWER_H

#include "api/filings_judge.h"

/* filings_signature.c: does the message that was read pass by its signature? False: it is refused as a whole, and *refused is
 * what the step ends in. JSON has none: see filings_choose(). */
bool filings_signature_passes(struct req *r, struct filing_work *w, enum step *refused) must_check;
/* Every candidate has its outcome, or it is a dry run. */
enum step filings_answer(struct req *r, struct filing_work *w) must_check;
/* The message as a whole is refused. */
enum step filings_refuse(struct req *r, const struct filing_work *w, const struct fault *f) must_check;

#endif
