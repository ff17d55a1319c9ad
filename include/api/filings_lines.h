/* POST /v1/filings with NDJSON in r->body: a filing on each line, answered line by line, or taken as a job. */
#ifndef API_FILINGS_LINES_H
#define API_FILINGS_LINES_H

#include "api/filings_wish.h"

enum step filings_lines(struct req *r, const struct filing_wish *wish) must_check;

#endif
