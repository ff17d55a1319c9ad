/*
 * Idempotency-Key, for what changes something and is no filing (filings are safe by their business keys).
 *
 *   idempotency_begin ──look──> answered before: replayed
 *         │                     none, or no key: the handler
 *         ▼
 *   the handler's first writing call carries the key's row with it (struct req_guard): both are stored, or neither
 *         │
 *         ▼
 *   its answer is stored first, then sent
 */
#ifndef API_IDEMPOTENCY_H
#define API_IDEMPOTENCY_H

#include "api/req.h"

/* Then the route's handler. */
step_fn idempotency_begin;

#endif
