#include "standard/http_signature.h"

void content_digest_put(struct buf *b, struct text body)
{
	struct sha256 digest = sha256_of(body);

	buf_text(b, TEXT("sha-256=:"));
	buf_base64(b, digest.b, sizeof(digest.b));
	buf_char(b, ':');
}

void http_signature_params_put(struct buf *b, const struct http_signing *s)
{
	for (int i = 0; i < s->count; i++) {
		buf_text(b, i == 0 ? TEXT("(\"") : TEXT(" \""));
		buf_str(b, s->components[i].name);
		buf_char(b, '"');
	}
	buf_text(b, TEXT(");created="));
	buf_i64(b, s->created_s);
	buf_text(b, TEXT(";keyid=\""));
	buf_str(b, s->key_id);
	buf_char(b, '"');
	if (s->names_algorithm)
		buf_text(b, s->signer != NULL ? TEXT(";alg=\"ed25519\"") : TEXT(";alg=\"hmac-sha256\""));
}

void http_signature_base_put(struct buf *b, const struct http_signing *s)
{
	for (int i = 0; i < s->count; i++) {
		buf_char(b, '"');
		buf_str(b, s->components[i].name);
		buf_text(b, TEXT("\": "));
		buf_text(b, s->components[i].value);
		buf_char(b, '\n');
	}
	buf_text(b, TEXT("\"@signature-params\": "));
	http_signature_params_put(b, s);
}

bool http_signature_put(struct buf *b, const struct http_signing *s, struct buf *base)
{
	uint8_t signature[SIGNATURE_BYTES];

	http_signature_base_put(base, s);
	if (base->full)
		return false;
	buf_char(b, ':');
	if (s->signer != NULL) {
		if (!signer_sign(s->signer, buf_as_text(base), signature))
			return false;
		buf_base64(b, signature, sizeof(signature));
	} else {
		struct sha256 mac = hmac_sha256(s->secret, buf_as_text(base));

		buf_base64(b, mac.b, sizeof(mac.b));
	}
	buf_char(b, ':');
	return !b->full;
}

void http_target_put(struct buf *b, const char *url)
{
	size_t len = strcspn(url, "#");
	const char *host = strstr(url, "://");
	size_t authority = host == NULL ? 0 : (size_t)(host - url) + 3;

	authority += strcspn(url + authority, "/?#");
	buf_put(b, url, authority);
	if (authority == len || url[authority] == '?')
		buf_char(b, '/');
	buf_put(b, url + authority, len - authority);
}
