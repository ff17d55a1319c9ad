/* What a request's body may be: its media type, its content coding, how long it may be. */
#ifndef API_MEDIA_H
#define API_MEDIA_H

#include "api/req.h"

/* Sets r->form and r->is_gzip. False: the route does not take such a body; *f says what it takes. */
bool media_check(struct req *r, struct fault *f) must_check;
/* Of a body, as sent and inflated; after media_check(). */
size_t media_body_limit(const struct req *r);
bool media_check_length(const struct req *r, size_t length, struct fault *f) must_check;
/* The request says that a body follows; *length: as announced, 0 when it comes in chunks. */
bool media_announced(const struct http_req *h, size_t *length) must_check;
/* The body's bytes, inflated where they came compressed. */
bool media_open(struct req *r, struct text *out, struct fault *f) must_check;

#endif
