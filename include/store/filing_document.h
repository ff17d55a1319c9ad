/* A filing's canonical document, opened from a row that brings it as it is stored. */
#ifndef STORE_FILING_DOCUMENT_H
#define STORE_FILING_DOCUMENT_H

#include "base/vault.h"
#include "io/db.h"

/* Into the arena, with a NUL behind. False: there is none in the row, the arena is full, or the record is damaged, which is told (record.damaged). */
bool filing_document_open(struct vault *v, struct arena *a, const struct db_rows *rows, int row, int id_column, int document_column,
                          struct text *out) must_check;

#endif
