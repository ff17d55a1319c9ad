/*
 * Exact decimals with five places (the customs standard's N19,5): never floating point.
 * Money in CNY has two of them filled; quantities and prices up to five.
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdbool.h>

#include "base/text.h"

struct decimal {
	__int128 e5; /* value times 100,000 */
};

/* -?digits[.digits]; no sign '+', no exponent, no blanks. False when it is not of that form or has
 * more than total_digits digits in all (at most 30) or more than fraction_digits (at most 5) after the point;
 * zeros in front of the whole part and at the end of the fraction count not. */
bool decimal_parse(struct text t, int total_digits, int fraction_digits, struct decimal *out) must_check;
/* Shortest exact form: 10.50 -> "10.5", 3.00 -> "3". */
void decimal_put(struct buf *b, struct decimal d);

static inline struct decimal decimal_add(struct decimal a, struct decimal b) { return (struct decimal){ a.e5 + b.e5 }; }
static inline struct decimal decimal_sub(struct decimal a, struct decimal b) { return (struct decimal){ a.e5 - b.e5 }; }
static inline int decimal_cmp(struct decimal a, struct decimal b) { return (a.e5 > b.e5) - (a.e5 < b.e5); }
static inline bool decimal_eq(struct decimal a, struct decimal b) { return a.e5 == b.e5; }
/* Product rounded half up (away from zero) to the given number of places (0..5).
 * A product beyond any amount there is (10^28) is cut to that bound, so that it equals no amount that was declared. */
struct decimal decimal_mul(struct decimal a, struct decimal b, int places);

#endif
