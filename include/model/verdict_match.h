/*
 * The comparisons between the flows of one declaration, as a table. Inside of model/verdict: what calls
 * it chose the filings that stand (verdict.current) and draws the verdict from the differences.
 */
#ifndef MODEL_VERDICT_MATCH_H
#define MODEL_VERDICT_MATCH_H

#include "model/verdict.h"

/* Adds one; beyond DIFFERENCES_MAX it is only counted. */
void verdict_add(struct verdict *v, const struct difference *d);
/* Compares what is there of v->current, in the order of the table. */
void verdict_compare(struct verdict *v, bool identity_attested);
/* Do both have the field, and the same text after trimming blanks? */
bool verdict_same_text(const struct document *a, const struct document *b, enum field f);
/* The row of d's lines with the same line number as row `line` of `of`; -1: none. */
int verdict_line_of(const struct document *d, const struct document *of, int line);

#endif
