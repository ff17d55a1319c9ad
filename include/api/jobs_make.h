/* A batch becomes a job: its lines are stored, whoever runs jobs files them, the caller asks for the results. */
#ifndef API_JOBS_MAKE_H
#define API_JOBS_MAKE_H

#include "api/filings_wish.h"

/* r->body: NDJSON with that many filings. Answers 202 when all of it is stored; 429 when the client has too many jobs open. */
enum step jobs_make(struct req *r, int lines, const struct filing_wish *wish) must_check;

#endif
