/* A dry run: everything but the storing. What holds a filing's key already is looked up, as a service: nobody relies on it. */
#ifndef API_FILINGS_DRY_H
#define API_FILINGS_DRY_H

#include "api/filings_work.h"

/* Looks up what holds the keys of w's candidates, of which there is one at least. */
enum step filings_dry_look(struct req *r, struct filing_work *w, db_step_fn *then) must_check;
/* Puts what was found beside the nodes; an answer that failed leaves it unknown. */
void filings_dry_take(struct filing_work *w, const struct db_answer *a);

#endif
