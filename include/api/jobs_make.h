/* A batch becomes a job: its lines are stored, whoever runs jobs files them, the caller asks for the results. */
#ifndef API_JOBS_MAKE_H
#define API_JOBS_MAKE_H

#include "api/req.h"

/* body: NDJSON with that many filings. Answers 202 when all of it is stored; 429 when the client has too many jobs open. */
enum step jobs_make(struct req *r, struct text body, int lines) must_check;

#endif
