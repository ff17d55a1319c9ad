/* What became of filings, counted for their sender; and what was counted of its last month, told with each answer. */
#ifndef API_FILINGS_QUALITY_H
#define API_FILINGS_QUALITY_H

#include "api/filings_work.h"
#include "store/sender_quality.h"

/* Of a message whose outcomes are known. Dry runs and repeats, and what failed for no fault of the data, count for nothing. */
void filings_quality_count(struct sender_quality *q, const struct filing_work *w);
/* Of a message that could not be read, or not as a whole. */
void filings_quality_count_unread(struct sender_quality *q, const struct filing_work *w, enum fault_code code);
/* The header Data-Quality: the sender's last month, of the first step's client. Receipts are stored and repeated byte for byte: it stands beside them. */
void filings_quality_tell(struct req *r);

#endif
