/*
 * Opaque cursors: where a page ended, and of which query.
 *
 * base64url of: version, sort key, id, serial, hash of the query's filters, eight bytes of HMAC. The key is derived
 * from the public name of the daemons' signing key, so that cursors survive a restart and are good at every daemon.
 * What the HMAC protects against is accident: a cursor cut, edited or carried over to another query is refused instead
 * of answering a wrong page. It guards no secret: every page checks the caller's rights anew.
 */
#ifndef API_CURSOR_H
#define API_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/crypto.h"
#include "base/id.h"
#include "base/text.h"

struct cursor {
	int64_t at_us; /* sort key of the last row shown */
	struct id id;
	int32_t serial; /* where an id alone does not name a row */
};

struct sha256 cursor_key(const char *signer_key_id);
void cursor_put(struct buf *b, const struct cursor *c, const struct sha256 *key, struct text filters);
/* False: not one of ours, or of a query with other filters. */
bool cursor_read(struct text t, const struct sha256 *key, struct text filters, struct cursor *out) must_check;

#endif
