/* Key and certificate out of their files, held together. */
#include "customs_signer.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 262144 };

struct customs_signer {
	struct arena arena;
	struct signing_key *key;
	const struct certificate *certificate;
	struct xmldsig_signer signer;
};

/* The first word of customs.algorithm is "auto", the others are in the order of enum sign_algorithm. */
static enum sign_algorithm algorithm_of(const struct config *c, const struct signing_key *key)
{
	if (c->customs.algorithm != 0)
		return (enum sign_algorithm)(c->customs.algorithm - 1);
	return signing_key_kind(key) == KEY_SM2 ? SIGN_SM2_SM3 : SIGN_RSA_SHA256;
}

static bool open_files(struct customs_signer *s, const struct config *c, struct fault *f)
{
	const char *key_path = config_secret_path(&s->arena, c->customs.signing_key, f);
	const char *certificate_path = config_secret_path(&s->arena, c->customs.certificate, f);
	struct text unused;

	if (key_path == NULL || certificate_path == NULL || !config_secret(&s->arena, c->customs.signing_key, &unused, f))
		return fault_set(f, FAULT_SYSTEM, "no memory for a secret");
	explicit_bzero((char *)(uintptr_t)unused.at, unused.len); /* read for its reasons only */
	s->key = signing_key_load(key_path, f);
	if (s->key == NULL)
		return false;
	s->certificate = certificate_load(&s->arena, certificate_path, f);
	return s->certificate != NULL && xmldsig_signer_init(&s->signer, &s->arena, s->key, s->certificate, algorithm_of(c, s->key), f);
}

bool customs_signer_open(const struct config *c, struct customs_signer **out, struct fault *f)
{
	struct customs_signer *s;

	*out = NULL;
	if (c->customs.signing_key[0] == '\0')
		return true;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return fault_set(f, FAULT_SYSTEM, "no memory for the key that signs messages to customs");
	arena_init(&s->arena, ARENA_BYTES);
	if (!open_files(s, c, f)) {
		customs_signer_close(s);
		return false;
	}
	*out = s;
	return true;
}

void customs_signer_close(struct customs_signer *s)
{
	if (s == NULL)
		return;
	signing_key_free(s->key);
	arena_done(&s->arena);
	free(s);
}

const struct xmldsig_signer *customs_signer_get(const struct customs_signer *s)
{
	return s == NULL ? NULL : &s->signer;
}

int64_t customs_signer_expires_us(const struct customs_signer *s)
{
	return s->certificate->not_after_us;
}
