/* What is computed for an authority's message (outgoing_computed.c); for outgoing.c only. */
#ifndef STANDARD_OUTGOING_PRIV_H
#define STANDARD_OUTGOING_PRIV_H

#include "model/form.h"
#include "standard/writer.h"

enum { COMPUTED_BYTES = 72 };
/* The value of a line (from 0; -1: of the message), in bytes of the filings or in space; absent: there is none. */
struct text outgoing_compute(enum form_computed what, const struct outgoing *o, int line, char space[COMPUTED_BYTES]);

#endif
