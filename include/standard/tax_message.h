/*
 * Tax bills as customs sends them: message 816 (a bill) and 818 (its state: made, summed up, void), one or many nodes.
 *
 * Each node becomes one record, JSON of its known elements in one fixed order without the guid: the same content has the same record
 * whatever prefix, order or white space it came with, and with that the same id. The numbers of order and waybill, which real bills
 * have and the schema has not, are kept.
 */
#ifndef STANDARD_TAX_MESSAGE_H
#define STANDARD_TAX_MESSAGE_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/text.h"

struct tax_message {
	bool is_bill;               /* else it tells the state of one */
	int status;                 /* 1 made, 2 summed up, 3 void */
	int64_t at_us;              /* customs' own time */
	struct text tax_no, inventory_no;
	struct text order_no, declarant, merchant, carrier, guarantor, duty_payment_no; /* absent: not said */
	struct text customs_duty, value_added_tax, consumption_tax; /* of a bill: decimals of at most 19 digits, 5 of them fraction */
	struct text record;
	struct id id;               /* derived from kind and record */
};

enum { TAX_MESSAGES_MAX = 500 };
/* Does the message begin as a tax bill or its state? */
bool tax_message_begins(struct text body);
/* False: nothing usable; *f names the first thing wrong. True with f->code set: some were not usable, *f names the first of those. */
bool tax_messages_read(struct arena *a, struct text body, struct tax_message **out, int *count, struct fault *f) must_check;

#endif
