/* Tables of names and statuses, the schedule of attempts, and the two signatures of Standard Webhooks. */
#include "model/webhook.h"

#include <assert.h>
#include <stdio.h>

#define WAIT_S_MAX (30 * 86400)

static const char *const format_names[WEBHOOK_FORMAT_COUNT] = {
#define X(id, name) [WEBHOOK_##id] = name,
	WEBHOOK_FORMATS(X)
#undef X
};

static const char *const fate_names[WEBHOOK_FATE_COUNT] = {
	[WEBHOOK_DELIVERED] = "delivered", [WEBHOOK_AGAIN] = "again", [WEBHOOK_GIVEN_UP] = "given_up", [WEBHOOK_GONE] = "gone",
};

static const struct {
	const char *name;
	bool is_receipt; /* receipts are pushed of it */
} types[] = {
	{ WEBHOOK_TYPE_FILED, true },    { "declaration.changed", false }, { "declaration.released", false },
	{ WEBHOOK_TYPE_ANSWERED, true }, { "case.opened", false },         { "delivery.dead", false },
	{ "tax.changed", false },        { "return.arrived", false },      { "return.lapsed", false },
	{ "tracking.missing", false },   { "tracking.resumed", false },
	{ "credit.changed", false },
};

const char *webhook_format_name(enum webhook_format format)
{
	return format_names[format];
}

bool webhook_format_by_name(struct text name, enum webhook_format *out)
{
	for (int i = 0; i < WEBHOOK_FORMAT_COUNT; i++) {
		if (text_is(name, format_names[i])) {
			*out = (enum webhook_format)i;
			return true;
		}
	}
	return false;
}

const char *webhook_fate_name(enum webhook_fate fate)
{
	return fate_names[fate];
}

bool webhook_type_known(struct text type, enum webhook_format format)
{
	for (size_t i = 0; i < COUNTOF(types); i++)
		if (text_is(type, types[i].name))
			return format == WEBHOOK_EVENTS || types[i].is_receipt;
	return false;
}

/* --- where to --------------------------------------------------------------------------------------------------------- */

bool webhook_url_good(struct text url, bool plain_allowed, struct fault *f)
{
	bool is_plain = text_starts(url, "http://");
	struct text host;
	size_t end = 0;

	if (!text_starts(url, "https://") && !(is_plain && plain_allowed))
		return fault_set(f, FAULT_BAD_REQUEST, plain_allowed ? "url begins with https:// or http://" : "url begins with https://");
	if (url.len > WEBHOOK_URL_BYTES_MAX)
		return fault_set(f, FAULT_BAD_REQUEST, "url has at most %d bytes", WEBHOOK_URL_BYTES_MAX);
	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char)url.at[i] <= ' ' || (unsigned char)url.at[i] >= 0x7f || strchr("#\\\"<>", url.at[i]) != NULL)
			return fault_set(f, FAULT_BAD_REQUEST, "url has no blanks, no fragment and only ASCII: percent-encode the others");
	host = (struct text){ url.at + (is_plain ? 7 : 8), url.len - (is_plain ? 7 : 8) };
	while (end < host.len && strchr("/?", host.at[end]) == NULL)
		end++;
	host.len = end;
	if (host.len == 0 || memchr(host.at, '@', host.len) != NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "url names a host, and no user");
	return true;
}

/* --- when ------------------------------------------------------------------------------------------------------------- */

bool webhook_schedule_read(struct text t, struct webhook_schedule *out, struct fault *f)
{
	struct text part;
	int64_t wait_s;

	out->count = 0;
	while (text_next(&t, ' ', &part)) {
		if (part.len == 0)
			continue;
		if (!text_to_i64(part, &wait_s) || wait_s < 0 || wait_s > WAIT_S_MAX)
			return fault_set(f, FAULT_CONFIG, "a pause is a number of seconds, at most thirty days");
		if (out->count == WEBHOOK_ATTEMPTS_MAX)
			return fault_set(f, FAULT_CONFIG, "there are at most %d attempts", WEBHOOK_ATTEMPTS_MAX);
		out->wait_s[out->count++] = (int)wait_s;
	}
	return out->count > 0 || fault_set(f, FAULT_CONFIG, "there is at least one attempt");
}

enum webhook_fate webhook_judge(const struct webhook_schedule *s, int status, int attempts)
{
	if (status >= 200 && status <= 299)
		return WEBHOOK_DELIVERED;
	if (status == 410)
		return WEBHOOK_GONE;
	return attempts >= s->count ? WEBHOOK_GIVEN_UP : WEBHOOK_AGAIN;
}

bool webhook_throttles(int status)
{
	return status == 429 || (status >= 502 && status <= 504);
}

int64_t webhook_wait_us(const struct webhook_schedule *s, int attempts, int retry_after_s, uint64_t random)
{
	int64_t wait_s;

	assert(attempts >= 0);
	wait_s = s->wait_s[attempts < s->count ? attempts : s->count - 1];
	if (wait_s < retry_after_s)
		wait_s = retry_after_s;
	return wait_s * 1000000 + (int64_t)(random % ((uint64_t)wait_s * 200000 + 1));
}

/* --- signatures ------------------------------------------------------------------------------------------------------- */

/* "id.timestamp." */
static struct text signed_head(char head[160], struct text id, int64_t timestamp_s)
{
	int len = snprintf(head, 160, TEXT_FMT ".%lld.", TEXT_ARG(id), (long long)timestamp_s);

	assert(len > 0 && len < 160);
	return (struct text){ head, (size_t)len };
}

static struct text signed_text(struct arena *a, struct text id, int64_t timestamp_s, struct text body)
{
	char head[160];
	struct buf all;

	buf_init(&all, a, body.len + sizeof(head));
	buf_text(&all, signed_head(head, id, timestamp_s));
	buf_text(&all, body);
	return all.full ? (struct text){ NULL, 0 } : buf_as_text(&all);
}

void webhook_sign_secret(struct buf *b, struct text secret, struct text id, int64_t timestamp_s, struct text body)
{
	struct text all = signed_text(b->arena, id, timestamp_s, body);
	struct sha256 mac;

	if (all.at == NULL) {
		b->full = true;
		return;
	}
	mac = hmac_sha256(secret, all);
	buf_str(b, "v1,");
	buf_base64(b, mac.b, sizeof(mac.b));
}

bool webhook_sign_key(struct buf *b, struct signer *key, struct text id, int64_t timestamp_s, struct text body)
{
	struct text all = signed_text(b->arena, id, timestamp_s, body);
	uint8_t signature[SIGNATURE_BYTES];

	if (all.at == NULL || !signer_sign(key, all, signature))
		return false;
	buf_str(b, "v1a,");
	buf_base64(b, signature, sizeof(signature));
	return !b->full;
}
