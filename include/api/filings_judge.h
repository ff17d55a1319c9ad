/* What became of each filing of a message, in the words of the API: a status with its receipt or its problem. */
#ifndef API_FILINGS_JUDGE_H
#define API_FILINGS_JUDGE_H

#include "api/filings_work.h"

struct filing_outcome {
	int index, status;
	enum fault_code code;         /* FAULT_NONE: there is a receipt, or in a dry run the filing is good */
	const char *detail;
	const struct findings *findings;
	const struct id *first_id;
};

/* Of a node whose candidate, if it has one, has its outcome. */
struct filing_outcome filings_judge(const struct filing_work *w, int i);
/* The receipt of a filing that was taken: as it is stored, unless the caller ordered a wrong one. */
struct text filings_receipt_shown(const struct filing_work *w, int i);
/* base, language, instance and trace are left to the caller. */
struct problem filings_problem(const struct filing_work *w, const struct filing_outcome *o);

struct filing_tally {
	int all, created, good, unavailable;
};
void filings_count(struct filing_tally *t, const struct filing_work *w);

/* {"index":0,"status":201,"receipt":{…}}, or of NDJSON {"line":1,…}; a "problem" where there is no receipt, a "filing" in a dry run. */
void filings_put_result(struct buf *b, const struct filing_work *w, int i);
/* ,"warnings":[…] of the message as a whole, where there are any. */
void filings_put_message_warnings(struct buf *b, const struct filing_work *w);
/* Of a line that was not even looked at. */
void filings_put_refusal(struct buf *b, const struct filing_work *w, int line, const struct fault *f);
/* What a dry run says of a good filing. */
void filings_put_dry(struct buf *b, const struct filing_work *w, int i);

#endif
