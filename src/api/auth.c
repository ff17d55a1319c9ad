/* Bearer tokens: only their hash is ever kept; clients are looked up in memory. */
#include "api/auth.h"

static bool refuse(struct req *r, struct fault *f, const char *challenge, const char *why)
{
	req_header(r, "WWW-Authenticate", challenge);
	return fault_set(f, FAULT_UNAUTHENTICATED, "%s", why);
}

bool auth_renew(struct req *r, struct fault *f)
{
	const struct client_set *clients = *r->api->deps.clients;
	const struct client *found = clients == NULL ? NULL : client_set_find(clients, &r->token, r->now_us);

	if (found == NULL) {
		r->api->deps.reload(r->api->deps.arg); /* perhaps it was made a moment ago: the next attempt knows */
		return refuse(r, f, "Bearer realm=\"tongguan\", error=\"invalid_token\"", "the token is unknown, expired or disabled");
	}
	r->client = *found;
	return true;
}

bool auth_check(struct req *r, struct fault *f)
{
	struct text header = httpd_header(r->http, "Authorization"), token;

	if (header.len < 7 || !text_eq_nocase((struct text){ header.at, 7 }, TEXT("Bearer ")))
		return refuse(r, f, "Bearer realm=\"tongguan\"", "send Authorization: Bearer and a token");
	token = text_trim((struct text){ header.at + 7, header.len - 7 });
	r->token = sha256_of(token);
	r->has_token = true;
	return auth_renew(r, f);
}
