/* Private to src/standard/outgoing*.c: what is computed for an authority's message, and how anything is put to customs. */
#ifndef STANDARD_OUTGOING_PRIV_H
#define STANDARD_OUTGOING_PRIV_H

#include "model/form.h"
#include "standard/writer.h"

enum { COMPUTED_BYTES = 72 };
/* The value of a line (from 0; -1: of the message), in bytes of the filings or in space; absent: there is none. */
struct text outgoing_compute(enum form_computed what, const struct outgoing *o, int line, char space[COMPUTED_BYTES]);

/* Where the message has that field, and the value is there. */
void outgoing_set(struct document *d, enum field f, struct text value);

struct outgoing_application {
	enum action action;
	struct id message_id;
	struct text pre_entry_no, exchange_id;
	const struct xmldsig_signer *signer; /* NULL: it goes unsigned */
	int64_t at_us;
};
/* The document, whose head is the caller's own, in customs' envelope. */
void outgoing_put_application(struct buf *b, struct document *d, const struct outgoing_application *o);

#endif
