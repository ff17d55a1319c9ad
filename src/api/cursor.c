/* Cursors as bytes: version 1, sort key 8, id 16, serial 4, filters 8, mac 8; integers big-endian. */
#include "api/cursor.h"

#define CURSOR_VERSION 1

enum { AT = 1, ID = 9, SERIAL = 25, FILTERS = 29, MAC = 37, CURSOR_BYTES = 45, SHORT_HASH = 8 };

struct sha256 cursor_key(const char *signer_key_id)
{
	return sha256_of(text_of(signer_key_id));
}

static void put_be(uint8_t *to, uint64_t v, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--, v >>= 8)
		to[i] = (uint8_t)v;
}

static uint64_t get_be(const uint8_t *from, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | from[i];
	return v;
}

static struct sha256 mac_of(const uint8_t *bytes, const struct sha256 *key)
{
	return hmac_sha256((struct text){ (const char *)key->b, sizeof(key->b) }, (struct text){ (const char *)bytes, MAC });
}

void cursor_put(struct buf *b, const struct cursor *c, const struct sha256 *key, struct text filters)
{
	struct sha256 hash = sha256_of(filters), mac;
	uint8_t bytes[CURSOR_BYTES] = { CURSOR_VERSION };

	put_be(bytes + AT, (uint64_t)c->at_us, 8);
	memcpy(bytes + ID, c->id.b, sizeof(c->id.b));
	put_be(bytes + SERIAL, (uint32_t)c->serial, 4);
	memcpy(bytes + FILTERS, hash.b, SHORT_HASH);
	mac = mac_of(bytes, key);
	memcpy(bytes + MAC, mac.b, SHORT_HASH);
	buf_base64url(b, bytes, sizeof(bytes));
}

bool cursor_read(struct text t, const struct sha256 *key, struct text filters, struct cursor *out)
{
	uint8_t bytes[CURSOR_BYTES];
	struct sha256 hash = sha256_of(filters), mac;

	if (t.at == NULL || base64_decode(t, bytes, sizeof(bytes)) != CURSOR_BYTES || bytes[0] != CURSOR_VERSION)
		return false;
	mac = mac_of(bytes, key);
	if (!crypto_equal(bytes + MAC, mac.b, SHORT_HASH) || memcmp(bytes + FILTERS, hash.b, SHORT_HASH) != 0)
		return false;
	out->at_us = (int64_t)get_be(bytes + AT, 8);
	memcpy(out->id.b, bytes + ID, sizeof(out->id.b));
	out->serial = (int32_t)get_be(bytes + SERIAL, 4);
	return true;
}
