/* What a caller asks for beside storing: a dry run, ISO codes, and in a sandbox that something goes wrong. */
#ifndef API_FILINGS_WISH_H
#define API_FILINGS_WISH_H

#include "api/req.h"
#include "api/sandbox.h"

struct filing_wish {
	bool is_dry;              /* ?dry_run=true */
	bool iso;                 /* ?codes=iso */
	enum sandbox_fault fault; /* Sandbox-Fault */
};

/* False: one of them cannot be meant; *f says why. */
bool filings_wish_read(struct req *r, struct filing_wish *out, struct fault *f) must_check;

#endif
