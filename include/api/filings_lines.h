/* POST /v1/filings with NDJSON: a filing on each line, answered line by line, or taken as a job. */
#ifndef API_FILINGS_LINES_H
#define API_FILINGS_LINES_H

#include "api/req.h"

enum step filings_lines(struct req *r, struct text body, bool is_dry) must_check;

#endif
