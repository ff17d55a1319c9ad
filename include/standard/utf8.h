/* A look at a message's bytes before any reader sees them, and the cutting of texts between characters. */
#ifndef STANDARD_UTF8_H
#define STANDARD_UTF8_H

#include "base/text.h"

/* Is it UTF-8 (shortest forms, no surrogates) without NUL? *bad_at: offset of the first byte that is not. */
bool utf8_check(struct text t, size_t *bad_at) must_check;
/* The first so many characters of a valid text. */
struct text utf8_first(struct text t, size_t characters);

#endif
