/*
 * Declarations as this daemon wrote them a moment ago: what it just declared for the first time, and to whom.
 *
 * So that answers that come at once are settled without reading anything back. A hint only: the write that follows is guarded by
 * seq and version; if anything else happened meanwhile it changes nothing, and the declaration is read. Memory is fixed; a
 * newer one takes the place of an older one.
 */
#ifndef FLOW_STANDING_H
#define FLOW_STANDING_H

#include "base/attr.h"
#include "base/id.h"
#include "model/clearance.h"
#include "model/delivery.h"

struct standing;

struct standing_case { /* version 1, MATCHED, nothing answered yet */
	struct id declaration;
	int seq, inputs;
	enum declaration_state state;
	int part_count;
	unsigned answered; /* AUTHORITY_BIT: an answer came since */
	struct { enum authority authority; enum delivery_state state; } parts[AUTHORITY_COUNT];
};

struct standing *standing_new(void) must_check; /* NULL: no memory */
void standing_free(struct standing *s);
void standing_put(struct standing *s, const struct standing_case *c);
/* That one has answered. True: it was declared to others, and not all of them have. */
bool standing_answered(struct standing *s, const struct id *declaration, enum authority a);
/* At most once for each put. */
bool standing_take(struct standing *s, const struct id *declaration, struct standing_case *out) must_check;

#endif
