/*
 * Reading what holds data of persons: in the form of the policy, or in full for a stated purpose.
 *
 *   plain       masked by the policy ──> reply
 *   privileged  ?full=true&purpose=WORD, regulators only: answer made, then the row of access_log committed ──> reply
 *
 * Who filed a record reads it whole and unlogged. A handler puts struct access into r->own.
 */
#ifndef API_ACCESS_H
#define API_ACCESS_H

#include "api/args.h"
#include "standard/redact.h"

struct access {
	struct req *r;
	bool privileged;
	struct text purpose;
	struct redaction redaction;
	struct buf answer;          /* held until the log is committed */
};

/* NULL: *f says what of full and purpose is wrong, or that this caller may not. */
struct access *access_begin(struct req *r, struct fault *f) must_check;
/* The same for the record that the path names, with the first parameters of its query: the id, the caller, and whether it is a regulator, who
 * may ask for another's in full. NULL: *answer is the refusal. */
struct args *access_record(struct req *r, enum step *answer) must_check;
/* The answer, of a record whose owners are these clients (an array literal of their ids); kept: the buf lies in the request's arena. */
enum step access_reply(struct access *x, struct text owners, const struct buf *answer) must_check;

#endif
