/* GnuTLS's lists of trust, as libmicrohttpd's TLS uses them too: both judge the same way. */
#include "io/client_trust.h"

#include <assert.h>
#include <stdlib.h>

#include <gnutls/x509.h>

struct client_trust {
	gnutls_x509_trust_list_t list;
};

struct client_trust *client_trust_load(const char *path, struct fault *f)
{
	struct client_trust *t = calloc(1, sizeof(*t));
	int found;

	if (t == NULL || gnutls_x509_trust_list_init(&t->list, 0) != 0) {
		free(t);
		(void)fault_set(f, FAULT_SYSTEM, "no memory for callers' authorities");
		return NULL;
	}
	found = gnutls_x509_trust_list_add_trust_file(t->list, path, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
	if (found > 0)
		return t;
	(void)fault_set(f, FAULT_CONFIG, "%s: %s", path, found == 0 ? "no certificate in it" : gnutls_strerror(found));
	client_trust_free(t);
	return NULL;
}

void client_trust_free(struct client_trust *t)
{
	if (t == NULL)
		return;
	gnutls_x509_trust_list_deinit(t->list, 1);
	free(t);
}

static bool read_one(struct text der, gnutls_x509_crt_t *out)
{
	const gnutls_datum_t bytes = { (unsigned char *)(uintptr_t)der.at, (unsigned)der.len };

	return gnutls_x509_crt_init(out) == 0 && gnutls_x509_crt_import(*out, &bytes, GNUTLS_X509_FMT_DER) == 0;
}

bool client_trust_holds(const struct client_trust *t, const struct text *chain, int count)
{
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT };
	gnutls_x509_crt_t read[CLIENT_CHAIN_MAX] = { NULL };
	unsigned status = 0;
	bool good = true;

	assert(count > 0 && count <= CLIENT_CHAIN_MAX);
	for (int i = 0; i < count && good; i++)
		good = read_one(chain[i], &read[i]);
	good = good && gnutls_x509_trust_list_verify_crt2(t->list, read, (unsigned)count, &purpose, 1, 0, &status, NULL) == 0 && status == 0;
	for (int i = 0; i < count; i++)
		if (read[i] != NULL)
			gnutls_x509_crt_deinit(read[i]);
	return good;
}
