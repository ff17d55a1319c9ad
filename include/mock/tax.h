/*
 * The amounts of a simulated tax bill (CEB816), from the lines of an import inventory.
 *
 * The dutiable value of a line is its total price and its share of freight and insurance, by price, rounded half up to the
 * fen, the last line taking the remainder. With v and c, the rates of value-added and consumption tax, and p, the part of
 * the legal amount that is taken (70 % within the limits of import retail, where duty is 0):
 *
 *   consumption tax = value x c / (1 - c) x p      value-added tax = value x v / (1 - c) x p      each rounded half up, once
 *
 * What real customs takes depends on more (limits, prices per unit): a bill for tests, not for payment. Pure.
 */
#ifndef MOCK_TAX_H
#define MOCK_TAX_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"

struct tax_rate {
	struct text hs; /* how the goods' codes begin; "": all */
	int vat_bp, ct_bp;
};
struct tax_rates {
	const struct tax_rate *list;
	int count, share_percent;
};

/* The bill as JSON: {"customs_duty","value_added_tax","consumption_tax","lines":[{"line_no","hs_code","dutiable_value",
 * "customs_duty","value_added_tax","consumption_tax"}]}, in the arena. False: the message is no import inventory with prices. */
bool tax_bill(struct arena *a, struct text message, const struct tax_rates *rates, struct text *out, struct fault *f) must_check;

#endif
