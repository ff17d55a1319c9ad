/* Who calls, by the token: a bearer token, or the password of HTTP Basic whose user name is the client's; or by the certificate of the
 * connection. */
#ifndef API_AUTH_H
#define API_AUTH_H

#include "api/req.h"

/* Reads what the request brings and fills r->client; false: 401 with *f set (the header WWW-Authenticate is added). */
bool auth_check(struct req *r, struct fault *f) must_check;
/* The client again, after its table may have moved; false as above. */
bool auth_renew(struct req *r, struct fault *f) must_check;
/* The caller's token ends within access.token_notice_days. */
bool auth_token_ends_soon(const struct req *r);

#endif
