/* Payment data as they are sent and signed. */
#include "base/clock.h"
#include "standard/payment_data.h"

static void put_member(struct buf *b, const char *name, struct text value)
{
	buf_printf(b, "\"%s\":", name);
	buf_json(b, value);
}

void payment_data_put(struct buf *b, const struct payment_data *d)
{
	buf_char(b, '{');
	put_member(b, "sessionID", d->session_id);
	buf_str(b, ",\"payExchangeInfoHead\":");
	buf_text(b, d->head);
	buf_str(b, ",\"payExchangeInfoLists\":");
	buf_text(b, d->lists);
	buf_char(b, ',');
	put_member(b, "serviceTime", d->service_time);
	buf_char(b, ',');
	put_member(b, "certNo", d->cert_no);
	buf_char(b, ',');
	put_member(b, "signValue", d->sign_value);
	buf_char(b, '}');
}

void payment_data_compact(struct buf *b, struct text json)
{
	bool in_string = false;
	size_t from = 0;

	for (size_t i = 0; i < json.len; i++) {
		char c = json.at[i];

		if (in_string && c == '\\') {
			i++;
		} else if (c == '"') {
			in_string = !in_string;
		} else if (!in_string && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
			buf_put(b, json.at + from, i - from);
			from = i + 1;
		}
	}
	buf_put(b, json.at + from, json.len - from);
}

/* Not JSON: the inner JSON stands in quotes as it is. */
void payment_data_put_to_sign(struct buf *b, const struct payment_data *d)
{
	buf_str(b, "\"sessionID\":\"");
	buf_text(b, d->session_id);
	buf_str(b, "\"||\"payExchangeInfoHead\":\"");
	buf_text(b, d->head);
	buf_str(b, "\"||\"payExchangeInfoLists\":\"");
	buf_text(b, d->lists);
	buf_str(b, "\"||\"serviceTime\":\"");
	buf_text(b, d->service_time);
	buf_char(b, '"');
}

static bool to_sign(struct arena *a, const struct payment_data *d, struct buf *b, struct fault *f)
{
	buf_init(b, a, d->head.len + d->lists.len + 256);
	payment_data_put_to_sign(b, d);
	return !b->full || fault_set(f, FAULT_BUSY, "no memory is left for this request");
}

bool payment_data_verify(struct arena *a, const struct payment_data *d, const struct certificate *c, struct fault *f)
{
	uint8_t bytes[SIGNED_BYTES_MAX];
	long len = base64_decode(d->sign_value, bytes, sizeof(bytes));
	struct text signature = { (const char *)bytes, len < 0 ? 0 : (size_t)len };
	struct buf b;

	if (len <= 0)
		return fault_set(f, FAULT_RULE_BROKEN, "signValue is not base64");
	if (!to_sign(a, d, &b, f))
		return false;
	for (enum sign_algorithm s = 0; s < SIGN_ALGORITHM_COUNT; s++)
		if (certificate_verify(c, s, buf_as_text(&b), signature))
			return true;
	return fault_set(f, FAULT_RULE_BROKEN, "the signature does not fit the data and the certificate");
}

bool payment_data_sign(struct arena *a, struct payment_data *d, struct signing_key *key, struct fault *f)
{
	enum sign_algorithm algorithm = signing_key_kind(key) == KEY_SM2 ? SIGN_SM2_SM3 : SIGN_RSA_SHA256;
	uint8_t bytes[SIGNED_BYTES_MAX];
	struct buf b, value;
	size_t len;

	if (!to_sign(a, d, &b, f))
		return false;
	if (!signing_key_sign(key, algorithm, buf_as_text(&b), bytes, &len))
		return fault_set(f, FAULT_SYSTEM, "the payment data could not be signed");
	buf_init(&value, a, len * 4 / 3 + 8);
	buf_base64(&value, bytes, len);
	if (value.full)
		return fault_set(f, FAULT_BUSY, "no memory is left for this request");
	d->sign_value = buf_as_text(&value);
	return true;
}

void payment_query_put(struct buf *b, const struct payment_query *q)
{
	buf_char(b, '{');
	put_member(b, "orderNo", q->order_no);
	buf_char(b, ',');
	put_member(b, "sessionID", q->session_id);
	buf_str(b, ",\"serviceTime\":");
	buf_text(b, q->service_time);
	buf_char(b, '}');
}

void payment_reply_put(struct buf *b, const struct payment_reply *r)
{
	buf_printf(b, "{\"code\":\"%d\",", r->code);
	put_member(b, "message", r->message);
	if (r->has_total)
		buf_str(b, ",\"total\":0");
	buf_str(b, ",\"serviceTime\":");
	buf_i64(b, r->at_us / 1000);
	buf_char(b, '}');
}
