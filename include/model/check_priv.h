/* What src/model/check*.c share; nobody else includes it: check ─► check_fields, check_semantic ─► check_report. */
#ifndef MODEL_CHECK_PRIV_H
#define MODEL_CHECK_PRIV_H

#include "model/check.h"

struct row { /* the head or one line */
	const struct field_def *fields;
	struct text *values;
	int count;
	int line;     /* -1: head */
	uint64_t bad; /* by index: has a finding already, and is left alone by what follows */
};

struct check {
	struct document *d;
	const struct codebook *book;
	int32_t day;
	struct findings *out;
	struct findings *warnings;   /* NULL: nothing is tolerated */
	struct row head;
	const struct regime *regime; /* of an inventory whose trade mode is in force; else NULL */
	struct decimal lines_total;  /* sum of total_price */
	bool lines_total_known;      /* every line had one that is right */
	struct decimal lines_weight; /* of a postal item's contents: kilograms, as far as lines say them */
	uint64_t *line_numbers;      /* bit n: line number n was seen; NULL: the lines have none */
};

struct wrong {
	enum rule rule;
	int index;            /* into the row's fields; -1: the row or filing as a whole */
	const char *expected; /* may be NULL */
};

void check_report(struct check *c, struct row *r, const struct wrong *w);
/* Words for `expected`, kept in the arena; NULL: arena full. */
const char *check_words(struct check *c, const char *fmt, ...) printf_like(2, 3);

/* Types, lengths, code lists; values become canonical. */
void check_row_fields(struct check *c, struct row *r);
/* What single values mean, and how the values of the head or of one line go together. */
void check_row_meaning(struct check *c, struct row *r);
/* What only the whole can show: sums over lines. */
void check_sums(struct check *c);

#endif
