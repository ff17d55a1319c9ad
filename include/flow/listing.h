/*
 * Whoever is put on the negative list has all that is in process inspected (RULES 7.5).
 *
 *   listing_search ──a piece of table declaration at a time──► listing_hold: its open declarations
 *   listing_hold ──declared, and a version that was not asked for yet──► an answer of customs, "inspect", through the inbox
 *
 * The answer's time is stored before it is given, so the same one given twice is one: any daemon goes on where another stopped. A hold lasts
 * until its declaration or its listing is over, for what is declared again is inspected again.
 */
#ifndef FLOW_LISTING_H
#define FLOW_LISTING_H

#include "flow/follower.h"

extern const struct follower_kind listing_kind;

#endif
