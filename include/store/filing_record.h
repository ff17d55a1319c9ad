/* Private to store/: a filing as the log has it. What a trigger does for other tables would cost intake a tenth; here it is a hash more. */
#ifndef STORE_FILING_RECORD_H
#define STORE_FILING_RECORD_H

#include "store/intake_priv.h"

struct filing_place { /* where its message lies, and its document as it is stored */
	struct id submission;
	size_t from;
	int64_t tag;
	int node;
	struct text document; /* encrypted */
};

/* Of the row that the write is about to store: the same bytes as log_record_sql() makes of it. `scratch` is written over. */
struct sha256 filing_record_hash(const struct intake_write *w, const struct candidate *c, const struct filing_place *place, struct buf *scratch);

#endif
