/* Tokens, as bearer tokens or as passwords, and certificates of connections: only hashes are ever kept; clients are looked up in memory. */
#include "api/auth.h"

#include "api/client_cert.h"
#include "api/route.h"

#define BEARER_CHALLENGE "Bearer realm=\"tongguan\""
#define BASIC_CHALLENGE  "Basic realm=\"tongguan\", charset=\"UTF-8\""

static bool refuse(struct req *r, struct fault *f, const char *challenge, const char *why)
{
	req_header(r, "WWW-Authenticate", challenge);
	return fault_set(f, FAULT_UNAUTHENTICATED, "%s", why);
}

static const struct client *find_certificate(struct req *r)
{
	const struct client_set *clients = *r->api->deps.clients;
	struct sha256 sha256;

	return clients == NULL || !client_cert_find(r, &sha256) ? NULL : client_set_find_certificate(clients, &sha256, r->now_us);
}

static const struct client *find_token(struct req *r)
{
	const struct client_set *clients = *r->api->deps.clients;
	const struct sha256 sha256 = r->token.sha256;

	return clients == NULL ? NULL : client_set_find(clients, &sha256, r->now_us, &r->token);
}

/* What the client has to bring, it must have brought, and all of it must be its own. */
bool auth_renew(struct req *r, struct fault *f)
{
	const struct client *by_token = r->has_token ? find_token(r) : NULL, *by_certificate;

	if (r->has_token && by_token == NULL) {
		r->api->deps.reload(r->api->deps.arg); /* perhaps it was made a moment ago: the next attempt knows */
		return refuse(r, f, BEARER_CHALLENGE ", error=\"invalid_token\"", "the token is unknown, expired or disabled");
	}
	if (by_token != NULL && !by_token->proof.certificate) {
		r->client = *by_token;
		return true;
	}
	by_certificate = find_certificate(r);
	if (by_certificate == NULL || (by_token != NULL && by_token != by_certificate))
		return refuse(r, f, BEARER_CHALLENGE, by_token == NULL ? "the certificate that was shown is nobody's here"
		                                                      : "this client connects with a certificate of its own (TLS)");
	if (by_certificate->proof.token && by_token == NULL)
		return refuse(r, f, BEARER_CHALLENGE, "send Authorization: Bearer and a token");
	r->client = *by_certificate;
	return true;
}

/* Who holds a token that ends soon hears of it with every answer. */
static void tell_end(struct req *r)
{
	char *time;

	if (!auth_token_ends_soon(r) || (time = arena_alloc(r->arena, CLOCK_RFC3339_BYTES)) == NULL)
		return;
	clock_rfc3339(r->token.expires_us, 0, time);
	req_header(r, "Tongguan-Token-Expires", time);
}

bool auth_token_ends_soon(const struct req *r)
{
	return r->has_token && r->token.expires_us != INT64_MAX && r->token.expires_us - r->now_us <= r->api->conf.access.token_notice_days * US_PER_DAY;
}

static bool know_token(struct req *r, struct text token, struct fault *f)
{
	r->token.sha256 = sha256_of(token);
	r->has_token = true;
	if (!auth_renew(r, f))
		return false;
	tell_end(r);
	return true;
}

/* The token that stands behind the scheme's name; false: another scheme. */
static bool take_scheme(struct text header, struct text scheme, struct text *rest)
{
	if (header.len < scheme.len || !text_eq_nocase((struct text){ header.at, scheme.len }, scheme))
		return false;
	*rest = text_trim((struct text){ header.at + scheme.len, header.len - scheme.len });
	return true;
}

/* Older software knows only names and passwords: the client's name, and its token for a password. A token has no
 * colon, a name may have one. */
static bool check_basic(struct req *r, struct text encoded, struct fault *f)
{
	char *pair = arena_alloc(r->arena, encoded.len + 1), *colon;
	long len = pair == NULL ? -1 : base64_decode(encoded, pair, encoded.len);
	struct text token;

	colon = len <= 0 ? NULL : memrchr(pair, ':', (size_t)len);
	if (colon == NULL)
		return refuse(r, f, BASIC_CHALLENGE, "send the client's name and its token as user name and password");
	token = (struct text){ colon + 1, (size_t)(pair + len - colon - 1) };
	if (!know_token(r, token, f))
		return false;
	if (text_eq((struct text){ pair, (size_t)(colon - pair) }, r->client.name))
		return true;
	return refuse(r, f, BASIC_CHALLENGE, "the user name is not that of the token's client");
}

bool auth_check(struct req *r, struct fault *f)
{
	struct text header = httpd_header(r->http, "Authorization"), token;

	if (header.at == NULL && find_certificate(r) != NULL)
		return auth_renew(r, f);
	if (take_scheme(header, TEXT("Basic "), &token))
		return check_basic(r, token, f);
	if (!take_scheme(header, TEXT("Bearer "), &token))
		return refuse(r, f, r->route->is_relay ? BEARER_CHALLENGE ", " BASIC_CHALLENGE : BEARER_CHALLENGE,
		              "send Authorization: Bearer and a token");
	return know_token(r, token, f);
}
