#include "authority_secrets.h"

#include <stdlib.h>

#include "base/log.h"
#include "config.h"

enum { ARENA_BYTES = 65536, HMAC_KEY_BYTES_MIN = 16 };

static bool is_token(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] <= ' ' || t.at[i] > '~')
			return false;
	return true;
}

static bool take(struct authority_conf *conf, struct arena *a, struct fault *f)
{
	struct text secret;
	char *own;

	if (!config_secret(a, conf->credential_file, &secret, f))
		return false;
	if (conf->credential == CREDENTIAL_HMAC && secret.len < HMAC_KEY_BYTES_MIN)
		return fault_set(f, FAULT_CONFIG, "%s: fewer than %d bytes", conf->credential_file, HMAC_KEY_BYTES_MIN);
	if (conf->credential == CREDENTIAL_BEARER && !is_token(secret))
		return fault_set(f, FAULT_CONFIG, "%s: a token is of visible ASCII", conf->credential_file);
	own = malloc(secret.len);
	if (own != NULL)
		memcpy(own, secret.at, secret.len);
	explicit_bzero((char *)(uintptr_t)secret.at, secret.len);
	conf->secret = (struct text){ own, own == NULL ? 0 : secret.len };
	return own != NULL || fault_set(f, FAULT_SYSTEM, "no memory for a secret");
}

void authority_secrets_read(struct rules *rules)
{
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		struct authority_conf *conf = &rules->authorities[a];
		struct fault f = { 0 };
		struct arena arena;

		if (conf->credential_file == NULL || (!conf->connected && conf->query_url == NULL))
			continue;
		arena_init(&arena, ARENA_BYTES);
		if (!take(conf, &arena, &f)) {
			conf->connected = false;
			log_event(&(struct log_ids){ .authority = authority_code(a) }, LOG_LEVEL_ERROR, "authority.no_secret", "%s; nothing is sent there", f.text);
		}
		arena_done(&arena);
	}
}
