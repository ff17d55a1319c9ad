/* What the database holds encrypted, opened for an answer; and answers that are JSON of the database and of such records. */
#ifndef API_STORED_H
#define API_STORED_H

#include "api/req.h"

/* The canonical document of a filing. */
bool stored_filing(struct req *r, const struct id *filing, struct text sealed, struct text *out, struct fault *f) must_check;
/* An answer of an authority. */
bool stored_answer(struct req *r, const struct id *answer, struct text sealed, struct text *out, struct fault *f) must_check;

/* A damaged record is logged, with the request's trace; of other faults nothing. */
void stored_tell(struct req *r, const struct fault *f);
/* The record cannot be read, and the request ends with it; it is told as above. */
enum step reply_stored_fault(struct req *r, const struct fault *f) must_check;

/* Begins with an object that the database made, without its end: members follow, each after a comma; buf_char(b, '}') ends it. */
void stored_begin(struct buf *b, struct req *r, struct text object, size_t more_bytes);

#endif
