/*
 * How much of its limits each client has used: windows that begin with a request and end after their time. One for all workers of
 * the process, so that it is exact whichever of them hears a request; other daemons count for themselves.
 */
#ifndef API_QUOTA_H
#define API_QUOTA_H

#include "api/req.h"
#include "store/quota_store.h"

struct quotas;

struct quotas *quotas_new(struct fault *f) must_check;
void quotas_free(struct quotas *q);

struct quota_state {
	int available;  /* requests that the window still holds */
	int resets_s;   /* until it ends */
};

/* Takes one, if there is one; *out is how it stands then. False: there is none. No memory for a new client: it goes unlimited. */
bool quotas_take(struct quotas *q, const struct quota_limit *limit, int client_id, int64_t mono_us, struct quota_state *out) must_check;
/* How it stands. */
void quotas_look(struct quotas *q, const struct quota_limit *limit, int client_id, int64_t mono_us, struct quota_state *out);

/* For the gate: takes one of the route's class and tells the caller how it stands. False: *s is the refusal. */
bool quota_pass(struct req *r, enum step *s) must_check;

#endif
