/*
 * Idempotency-Key, for what changes something and is no filing (filings are safe by their business keys).
 *
 *   idempotency_begin ──look──> answered before: replayed
 *         │                     none, or no key: the handler
 *         ▼
 *   the handler's first writing call carries the key's row with it (req.c asks idempotency_ride): both are stored, or neither
 *         │
 *         ▼
 *   its answer is stored (idempotency_keep), then sent
 */
#ifndef API_IDEMPOTENCY_H
#define API_IDEMPOTENCY_H

#include "api/req.h"

/* Then the route's handler. */
step_fn idempotency_begin;
bool idempotency_is_for(const struct route *route); /* whether keys are honoured there */

/* For req.c. A call of the request is about to start: adds the key's row to one that writes. */
void idempotency_ride(struct req *r);
/* That call has ended. True: another request has the key, *s is the refusal. */
bool idempotency_rode(struct req *r, const struct db_answer *a, enum step *s) must_check;
/* The answer has to be stored before it is sent: then *s is a wait, and the reply goes later. */
bool idempotency_keep(struct req *r, const struct http_reply *reply, enum step *s) must_check;

#endif
