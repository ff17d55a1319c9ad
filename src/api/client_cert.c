#include "api/client_cert.h"

#include "standard/client_cert.h"

#define HEADER       "Client-Cert"
#define CHAIN_HEADER "Client-Cert-Chain"

_Static_assert((int)CLIENT_CERT_CHAIN_MAX <= (int)CLIENT_CHAIN_MAX, "what is read can be judged");

bool client_cert_check(struct req *r, struct fault *f)
{
	struct text cert = httpd_header(r->http, HEADER);

	if (cert.at == NULL && httpd_header(r->http, CHAIN_HEADER).at == NULL)
		return true;
	if (!httpd_peer_is_in(r->http, r->api->deps.proxies))
		return fault_set(f, FAULT_BAD_REQUEST, "the header " HEADER " is taken from the proxies of this service only: leave it out (http.proxies)");
	if (cert.at == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, CHAIN_HEADER " comes with " HEADER " only (RFC 9440)");
	r->handed_on = arena_zalloc(r->arena, sizeof(*r->handed_on));
	if (r->handed_on == NULL)
		return fault_set(f, FAULT_BUSY, "the request is larger than its memory");
	return client_cert_read(r->arena, cert, httpd_header_joined(r->http, TEXT(CHAIN_HEADER)), r->handed_on, f);
}

bool client_cert_find(const struct req *r, struct sha256 *out)
{
	const struct client_cert *c = r->handed_on;

	if (c == NULL)
		return httpd_peer_certificate(r->http, out);
	if (!client_trust_holds(r->api->deps.trust, c->ders, c->count))
		return false;
	*out = sha256_of(c->ders[0]);
	return true;
}
