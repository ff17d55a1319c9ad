/*
 * Faults on order, for enterprises that try their software: only where the database is marked as sandbox, elsewhere there
 * is no such thing (404). With a filing: the header Sandbox-Fault. With an authority: POST /sandbox/faults.
 */
#ifndef API_SANDBOX_H
#define API_SANDBOX_H

#include "api/req.h"

enum sandbox_fault {
	SANDBOX_NO_FAULT,
	SANDBOX_LOST_ANSWER,     /* stored, then the connection ends without an answer */
	SANDBOX_WRONG_SIGNATURE, /* the receipt is stored as it should be and shown with another signature */
	SANDBOX_FAULT_COUNT
};

/* The header of a filing; absent: no fault. False with *f: no sandbox, no such fault, or nothing to do with this body. */
bool sandbox_read_fault(const struct req *r, bool is_dry, enum sandbox_fault *out, struct fault *f) must_check;
/* The receipt with a signature that does not fit it. Absent: the arena is full. */
struct text sandbox_wrong_signature(struct arena *a, struct text receipt);
/* "https://host:port" of a URL; absent: it is none. */
struct text sandbox_origin(struct text url);

#endif
