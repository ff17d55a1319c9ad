/*
 * Private to store/: the text of a record that the log covers, as log_record_sql() makes it, for tables whose writers make the leaves themselves
 * (by_writer in sql/migrations/0019_log.sql): what a trigger does for other tables would cost these, which are written so often, a tenth.
 *
 *   log_record_begin ──a call a column, in the order of coverage.columns──► log_record_end: its hash
 */
#ifndef STORE_LOG_RECORD_H
#define STORE_LOG_RECORD_H

#include "base/crypto.h"
#include "base/id.h"
#include "base/text.h"

void log_record_begin(struct buf *scratch, const char *table); /* written over */
void log_record_number(struct buf *b, const char *column, int64_t n);
void log_record_text(struct buf *b, const char *column, struct text t);            /* absent: null, as with all of these */
void log_record_id(struct buf *b, const char *column, const struct id *id);
void log_record_time(struct buf *b, const char *column, int64_t us);
void log_record_hex(struct buf *b, const char *column, struct text bytes);
void log_record_sha256(struct buf *b, const char *column, struct text bytes);      /* of bytes that the log shall not hold */
void log_record_numbers(struct buf *b, const char *column, struct text literal);   /* of an array literal of PostgreSQL */
void log_record_ids(struct buf *b, const char *column, struct text literal);
struct sha256 log_record_end(struct buf *b);

#endif
