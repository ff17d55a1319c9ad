/* Small JSON bodies: one object with members that are known, and what stands in them. Names of members are parted by blanks. */
#ifndef API_BODY_H
#define API_BODY_H

#include "api/req.h"
#include "base/json.h"
#include "model/finding.h"

/* The request's body. NULL with *f: no JSON, no object, or a member beside these. */
const struct json *body_read(struct req *r, const char *members, struct fault *f) must_check;
/* Where several errors are told at once: each member beside these is RULE_UNKNOWN_FIELD. */
void body_find_strangers(const struct json *body, const char *members, struct findings *out);
/* A day, or a time with its zone; absent or null: *out is left. False with *f naming the member. */
bool body_time(const struct json *body, const char *name, int64_t *out, struct fault *f) must_check;

#endif
