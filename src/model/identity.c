#include "model/identity.h"

#include <string.h>

struct sha256 identity_hash(struct text key, struct text number, struct text name)
{
	char joined[512];
	size_t n = number.len < 255 ? number.len : 255, m = name.len < 255 ? name.len : 255;

	memcpy(joined, number.at, n);
	joined[n] = '\0';
	memcpy(joined + n + 1, name.at, m);
	return hmac_sha256(key, (struct text){ joined, n + 1 + m });
}
