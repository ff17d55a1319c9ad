#include "model/identity.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof(struct identity_hash) == 33, "is stored as its bytes are");

const struct identity_key *identity_key_of(const struct identity_keys *keys, struct text stored)
{
	for (int i = 0; stored.len > 0 && i < keys->count; i++)
		if (keys->list[i].version == (uint8_t)stored.at[0])
			return &keys->list[i];
	return NULL;
}

/* At most 255 bytes of it. */
static size_t put(char *to, struct text t)
{
	size_t n = t.len < 255 ? t.len : 255;

	if (n > 0)
		memcpy(to, t.at, n);
	return n;
}

struct identity_hash identity_hash(const struct identity_key *key, struct text number, struct text name)
{
	char joined[512];
	size_t len = put(joined, number);

	joined[len++] = '\0';
	len += put(joined + len, name);
	return (struct identity_hash){ key->version, hmac_sha256(key->secret, (struct text){ joined, len }) };
}

struct sha256 identity_pseudonym(struct text secret, struct text number)
{
	return hmac_sha256(secret, number);
}
