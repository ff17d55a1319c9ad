/*
 * Is this document acceptable by itself? Field by field against the table, then identifiers,
 * arithmetic and what its kind and regime ask for. Pure. Several findings at once.
 *
 * Also brings values into canonical form (decimals, integers, upper-case X of identity numbers
 * is NOT mended: it is a finding); the document's texts are replaced by canonical ones in the arena.
 * An empty optional value becomes an absent one. Times, dates and actions are read in the JSON form only: the CEB
 * reader has translated customs' digits, and leaves as sent what it could not translate.
 */
#ifndef MODEL_CHECK_H
#define MODEL_CHECK_H

#include "model/codebook.h"
#include "model/document.h"
#include "model/finding.h"

/* Canonical texts live in out's arena.
 * day: the business date (day number, Shanghai) for dated rows. warnings: what is tolerated in customs' messages
 * (field_def.newer) goes there; NULL: nothing is. True: nothing found. False with no findings: arena full. */
bool document_check(struct document *d, const struct codebook *book, int32_t day, struct findings *out,
                    struct findings *warnings) must_check;

#endif
