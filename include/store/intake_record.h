/* Private to store/: filings and seals as the log has them (store/log_record.h). Of the rows that the write is about to store; `scratch` is written over. */
#ifndef STORE_INTAKE_RECORD_H
#define STORE_INTAKE_RECORD_H

#include "store/intake_priv.h"

struct filing_place { /* where its message lies, and its document as it is stored */
	struct id submission;
	size_t from;
	int64_t tag;
	int node;
	struct text document; /* encrypted */
};

struct sha256 filing_record_hash(const struct intake_write *w, const struct candidate *c, const struct filing_place *place, struct buf *scratch);
/* Of a seal with all of its receipts. Where one of them loses its race the row holds zeros in its place, and the statement makes the record. */
struct sha256 seal_record_hash(const struct intake_write *w, struct text receipts, struct buf *scratch);

#endif
