#include "flow/request_headers.h"

#include "base/clock.h"
#include "standard/http_signature.h"

#define LABEL "tongguan"

static const char *line_of(struct buf *b)
{
	return b->full ? NULL : b->at;
}

/* A secret goes by the name of its file: whoever changes it gives it a new one, and both sides can tell them apart. */
static const char *secret_name(const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash == NULL ? file : slash + 1;
	const char *colon = strrchr(name, ':');

	return colon == NULL ? name : colon + 1;
}

static struct text digest_of(struct arena *a, struct text body)
{
	struct buf b;

	buf_init(&b, a, 64);
	content_digest_put(&b, body);
	return buf_as_text(&b);
}

/* Content-Digest, Signature-Input, Signature. The message's id is covered last, where there is one. */
static bool sign(struct arena *a, const struct request_content *m, const struct authority_conf *conf, struct signer *signer, const char *headers[3])
{
	bool has_secret = conf->credential == CREDENTIAL_HMAC;
	char id[ID_TEXT_BYTES];
	struct buf target, line, base;
	struct text digest = digest_of(a, m->body);
	struct http_component covered[] = {
		{ "@method", TEXT("POST") }, { "@target-uri", { NULL, 0 } }, { "content-type", text_of(m->content_type) }, { "content-digest", digest },
		{ "message-id", { id, sizeof(id) - 1 } },
	};
	struct http_signing s = { .components = covered, .count = COUNTOF(covered) - (m->message_id == NULL), .created_s = m->now_us / US_PER_S, .names_algorithm = true,
		                  .signer = has_secret ? NULL : signer, .secret = conf->secret,
		                  .key_id = has_secret ? secret_name(conf->credential_file) : signer_key_id(signer) };

	if (m->message_id != NULL)
		id_format(m->message_id, id);
	buf_init(&target, a, 128);
	http_target_put(&target, conf->url);
	covered[1].value = buf_as_text(&target);
	buf_init(&line, a, 96);
	buf_printf(&line, "Content-Digest: " TEXT_FMT, TEXT_ARG(digest));
	headers[0] = line_of(&line);
	buf_init(&line, a, 256);
	buf_str(&line, "Signature-Input: " LABEL "=");
	http_signature_params_put(&line, &s);
	headers[1] = line_of(&line);
	buf_init(&line, a, 128);
	buf_init(&base, a, 640);
	buf_str(&line, "Signature: " LABEL "=");
	if (!http_signature_put(&line, &s, &base))
		return false;
	headers[2] = line_of(&line);
	return !a->full;
}

bool request_headers(struct arena *a, const struct request_content *m, const struct authority_conf *conf, struct signer *signer,
                     const char *headers[REQUEST_HEADERS_MAX])
{
	bool is_signed_inside = m->authority == AUTHORITY_CUS && strcmp(m->content_type, "application/json") != 0;
	char id[ID_TEXT_BYTES];
	struct buf message, key, token;
	int n = 0;

	if (m->message_id != NULL) {
		id_format(m->message_id, id);
		buf_init(&message, a, 64);
		buf_printf(&message, "Message-Id: %s", id);
		headers[n++] = line_of(&message);
		buf_init(&key, a, 64);
		buf_printf(&key, "Idempotency-Key: \"%s\"", id);
		headers[n++] = line_of(&key);
	}
	if (conf->credential == CREDENTIAL_BEARER) {
		buf_init(&token, a, conf->secret.len + 24);
		buf_str(&token, "Authorization: Bearer ");
		buf_text(&token, conf->secret);
		headers[n++] = line_of(&token);
	}
	if (!is_signed_inside && (conf->credential == CREDENTIAL_HMAC || signer != NULL)) {
		if (!sign(a, m, conf, signer, &headers[n]))
			return false;
		n += 3;
	}
	headers[n] = NULL;
	return !a->full;
}
