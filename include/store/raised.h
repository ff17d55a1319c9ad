/* Declarations that a commit gave something new, and the row of table work that holds them until they are judged. */
#ifndef STORE_RAISED_H
#define STORE_RAISED_H

#include "base/id.h"

enum { RAISED_COMPLETE = 4 }; /* filings from which on a declaration may well be complete: a matter of pace, not of judgement */

struct raised {
	struct id work;
	const struct id *declarations;
	const bool *incomplete; /* for each: flows are surely lacking; NULL: none */
	int count;
};

#endif
