/*
 * fsck: the whole database against the log, in one snapshot that is only read.
 *
 *   fsck.c            leaves ──► hashes ──► nodes, heads, signatures; a checkpoint that was kept outside
 *   fsck_records.c    records of covered tables <──> entries of leaves, both ways
 *   fsck_filings.c    what is not covered by itself, but follows from what is: business keys
 *   fsck_messages.c   and raw messages, which are opened for it
 *   fsck_witnesses.c  what witnesses signed
 *
 * The first that differs ends it. Leaves come in pages; joins are PostgreSQL's, which has files for them: memory stays bounded.
 * No function of the database's own is used, because whoever altered records may have altered these.
 */
#ifndef CTL_FSCK_H
#define CTL_FSCK_H

#include "ctl/table.h"
#include "ctl/trust.h"

struct fsck {
	struct ctl *c;
	struct trust trust;
	struct table report;
};

bool fsck_log(struct fsck *k, struct fault *f) must_check;
bool fsck_records(struct fsck *k, struct fault *f) must_check;
bool fsck_filings(struct fsck *k, struct fault *f) must_check;
bool fsck_messages(struct fsck *k, struct fault *f) must_check;
bool fsck_witnesses(struct fsck *k, struct fault *f) must_check;

#define FSCK_BUCKET_OF(id) "((get_byte(uuid_send(" id "), 6) & 15) << 8 | get_byte(uuid_send(" id "), 7))"
/* The first id of a time, as partitions have it. */
#define FSCK_ID_FLOOR(at) "(lpad(to_hex((extract(epoch from " at ") * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid"
/* Retention removed the month of that id; the name of the table and a parenthesis follow. Each month has a tombstone, and these are covered. */
#define FSCK_IS_RETIRED(id) \
	"exists (select from tombstone d where " id " >= " FSCK_ID_FLOOR("d.from_time") " and " id " < " FSCK_ID_FLOOR("d.to_time") " and d.record = "

/* A row of the report. */
static inline void fsck_say(struct fsck *k, const char *what, int64_t count, const char *words)
{
	table_text(&k->report, text_of(what));
	table_int(&k->report, count);
	table_text(&k->report, text_of(words));
}

#endif
