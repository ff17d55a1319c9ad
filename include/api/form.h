/* Bodies of application/x-www-form-urlencoded. */
#ifndef API_FORM_H
#define API_FORM_H

#include "api/req.h"

/* The value of the one field the body has, decoded into the arena. False with *f: another field, none, or twice; a bad
 * escape, or NUL; the arena is full. */
bool form_read_only(struct req *r, const char *name, struct text *value, struct fault *f) must_check;

#endif
