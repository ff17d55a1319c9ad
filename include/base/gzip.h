/* Bodies that come compressed; zlib is behind this and nowhere else. */
#ifndef BASE_GZIP_H
#define BASE_GZIP_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"

/* Inflates gzip (RFC 1952), one member or several in a row, into the arena. At most limit_bytes come out: what would
 * be longer is FAULT_TOO_LARGE, found without inflating further. FAULT_BAD_REQUEST: not gzip, damaged, cut short, or
 * followed by something else. FAULT_BUSY: the arena is full. Memory taken: up to three times what comes out. */
bool gzip_inflate(struct arena *a, struct text in, size_t limit_bytes, struct text *out, struct fault *f) must_check;

#endif
