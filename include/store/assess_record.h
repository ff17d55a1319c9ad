/* Private to store/: what a judgement writes, as the log has it (store/log_record.h). Of the rows about to be stored; `scratch` is written over. */
#ifndef STORE_ASSESS_RECORD_H
#define STORE_ASSESS_RECORD_H

#include "store/assess_store.h"

struct sha256 decision_record_hash(const struct judgement *j, int64_t now_us, struct buf *scratch);
/* sealed: what was sent, as it is stored. */
struct sha256 documents_record_hash(const struct id *id, int64_t now_us, struct text sealed, struct buf *scratch);

struct answer_row { /* of an answer: its row's id, and what is stored of it otherwise than it came */
	struct id id;
	struct text info, body; /* info: without what is personal; body: encrypted */
};
struct sha256 answer_record_hash(const struct new_answer *n, const struct answer_row *row, int64_t now_us, struct buf *scratch);

#endif
