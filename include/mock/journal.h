/*
 * A file of records that is only ever appended to, and read once, at start.
 *
 *   "tongguan-mock 1\n"  { length u32 · digest u32 · payload } …      numbers little endian, digest: SHA-256's first bytes
 *
 * What journal_append() took is handed to the kernel before it returns, so that a killed process loses nothing of it; with
 * sync it is on the disk as well. A tail that was not written whole is cut off; a damaged record that others follow is not
 * guessed at: the file is refused. One process at a time has it open.
 */
#ifndef MOCK_JOURNAL_H
#define MOCK_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/text.h"

enum { JOURNAL_RECORD_MAX = 16 << 20, JOURNAL_HEAD_BYTES = 16, JOURNAL_FRAME_BYTES = 8 };

struct journal;
/* One record, in the order they were appended; the payload has a NUL after it and dies with the call. False: *f says why
 * nothing can be done with it. */
typedef bool journal_fn(void *arg, struct text payload, struct fault *f);

/* Makes the file where there is none. NULL with *f: it cannot be opened, another process has it, it is no journal. */
struct journal *journal_open(const char *path, bool sync, journal_fn *fn, void *arg, struct fault *f) must_check;
/* False: nothing of it is in the file (too large, the disk is full): whoever asked must not be told that it is done. */
bool journal_append(struct journal *j, struct text payload) must_check;
/* Everything appended between the two stands in a new file, which takes the old one's place at the end. False: the old one
 * stays as it was. */
bool journal_renew(struct journal *j, struct fault *f) must_check;
bool journal_renewed(struct journal *j, struct fault *f) must_check;
int64_t journal_bytes(const struct journal *j);
int64_t journal_records(const struct journal *j);
int64_t journal_cut_bytes(const struct journal *j); /* of a torn tail, at open */
void journal_close(struct journal *j);

#endif
