/*
 * An answer in an authority's name that the gateway gives itself, by a rule or a listing: in customs' own form, stored and told like any other.
 */
#ifndef FLOW_OWN_ANSWER_H
#define FLOW_OWN_ANSWER_H

#include "base/arena.h"
#include "store/inbox.h"

/* Body and digest, of what else the answer says; reference: customs' preNo. The arena says when it is full. */
void own_answer_seal(struct arena *a, struct inbox_answer *answer, struct text reference);

#endif
