/*
 * TLS of the HTTP server: our certificate and key, renewed without a restart, and the certificates of callers.
 *
 * libmicrohttpd only asks callers for a certificate; whether there is one, and whether it is good, is looked at here. A pair that was
 * replaced is kept to the end: handshakes may still use it, and certificates are renewed a few times a year.
 */
#include <assert.h>
#include <stdlib.h>

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "io/httpd_priv.h"

#define PRIORITIES "SECURE192:+SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

enum { CHAIN_MAX = 8, KEY_ID_BYTES_MAX = 64 };

struct pair {
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count;
	gnutls_privkey_t key;
	struct pair *older;
};

struct httpd_tls {
	struct httpd_tls_conf conf;
	struct pair *newest;
	gnutls_datum_t trust; /* the authorities of callers' certificates; data NULL: none are asked for */
};

static bool fail(struct fault *f, const char *path, int error)
{
	return fault_set(f, FAULT_CONFIG, "%s: %s", path, gnutls_strerror(error));
}

/* --- our own certificate ------------------------------------------------------------------------------------------- */

static void free_pair(struct pair *p)
{
	for (unsigned i = 0; i < p->count; i++)
		gnutls_pcert_deinit(&p->chain[i]);
	if (p->key != NULL)
		gnutls_privkey_deinit(p->key);
	free(p);
}

static bool load_key(struct pair *p, const char *path, struct fault *f)
{
	gnutls_datum_t pem = { NULL, 0 };
	int error = gnutls_load_file(path, &pem);

	if (error == 0)
		error = gnutls_privkey_init(&p->key);
	if (error == 0)
		error = gnutls_privkey_import_x509_raw(p->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (pem.data != NULL)
		gnutls_memset(pem.data, 0, pem.size);
	gnutls_free(pem.data);
	return error == 0 || fail(f, path, error);
}

static bool id_of(gnutls_pubkey_t key, unsigned char out[KEY_ID_BYTES_MAX], size_t *len)
{
	*len = KEY_ID_BYTES_MAX;
	return gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, out, len) == 0;
}

static bool check_fit(const struct pair *p, const char *path, struct fault *f)
{
	unsigned char ours[KEY_ID_BYTES_MAX], its[KEY_ID_BYTES_MAX];
	size_t ours_len, its_len;
	gnutls_pubkey_t key = NULL;
	bool fits;

	fits = gnutls_pubkey_init(&key) == 0 && gnutls_pubkey_import_privkey(key, p->key, 0, 0) == 0 && id_of(key, ours, &ours_len)
	       && id_of(p->chain[0].pubkey, its, &its_len) && ours_len == its_len && memcmp(ours, its, ours_len) == 0;
	if (key != NULL)
		gnutls_pubkey_deinit(key);
	return fits || fault_set(f, FAULT_CONFIG, "%s is not the certificate of the key", path);
}

static struct pair *load_pair(const struct httpd_tls_conf *c, struct fault *f)
{
	struct pair *p = calloc(1, sizeof(*p));
	unsigned count = CHAIN_MAX;
	int error;

	if (p == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for a certificate");
		return NULL;
	}
	error = gnutls_pcert_list_import_x509_file(p->chain, &count, c->certificate, GNUTLS_X509_FMT_PEM, NULL, NULL, 0);
	if (error == 0)
		p->count = count;
	if (error == 0 ? load_key(p, c->key, f) && check_fit(p, c->certificate, f) : fail(f, c->certificate, error))
		return p;
	free_pair(p);
	return NULL;
}

/* libmicrohttpd keeps its connection with the session. */
static int choose(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **chain, unsigned *count,
                  gnutls_ocsp_data_st **ocsp, unsigned *ocsp_count, gnutls_privkey_t *key, unsigned *flags)
{
	const union MHD_ConnectionInfo *context = MHD_get_connection_info(gnutls_session_get_ptr(session), MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	const struct httpd_exchange *x = context == NULL ? NULL : context->socket_context;
	struct pair *p = x == NULL ? NULL : x->httpd->tls->newest;

	(void)info;
	if (p == NULL)
		return -1;
	*chain = p->chain;
	*count = p->count;
	*key = p->key;
	*ocsp = NULL;
	*ocsp_count = 0;
	*flags = 0;
	return 0;
}

/* --- life ---------------------------------------------------------------------------------------------------------- */

struct httpd_tls *httpd_tls_new(const struct httpd_tls_conf *conf, struct fault *f)
{
	struct httpd_tls *t = calloc(1, sizeof(*t));
	int error;

	if (t == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for TLS");
		return NULL;
	}
	t->conf = *conf;
	t->newest = load_pair(conf, f);
	if (t->newest != NULL && conf->client_ca != NULL) {
		error = gnutls_load_file(conf->client_ca, &t->trust);
		if (error != 0)
			(void)fail(f, conf->client_ca, error);
	}
	if (f->code == FAULT_NONE)
		return t;
	httpd_tls_free(t);
	return NULL;
}

void httpd_tls_free(struct httpd_tls *t)
{
	struct pair *older;

	if (t == NULL)
		return;
	for (struct pair *p = t->newest; p != NULL; p = older) {
		older = p->older;
		free_pair(p);
	}
	gnutls_free(t->trust.data);
	free(t);
}

bool httpd_tls_check(const struct httpd_tls_conf *conf, struct fault *f)
{
	struct httpd_tls *t = httpd_tls_new(conf, f);

	httpd_tls_free(t);
	return t != NULL;
}

bool httpd_tls_reload(struct httpd *h, struct fault *f)
{
	struct pair *p = load_pair(&h->tls->conf, f);

	if (p == NULL)
		return false;
	p->older = h->tls->newest;
	h->tls->newest = p;
	return true;
}

int httpd_tls_options(struct httpd_tls *t, struct MHD_OptionItem out[HTTPD_TLS_OPTIONS])
{
	int n = 0;

	out[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES };
	out[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, (void *)choose };
	if (t->trust.data != NULL)
		out[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_TRUST, 0, t->trust.data };
	out[n++] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	assert(n <= HTTPD_TLS_OPTIONS);
	return n;
}

/* --- callers' certificates ------------------------------------------------------------------------------------------- */

static bool verify_peer(gnutls_session_t session)
{
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT, .size = 0 };
	unsigned status = 0;

	return gnutls_certificate_verify_peers(session, &purpose, 1, &status) == 0 && status == 0;
}

bool httpd_peer_certificate(const struct http_req *r, struct sha256 *out)
{
	struct httpd_exchange *x = r->exchange;
	const union MHD_ConnectionInfo *info;
	const gnutls_datum_t *chain;
	gnutls_session_t session;
	unsigned count = 0;

	if (x->httpd->tls == NULL || x->httpd->tls->trust.data == NULL)
		return false;
	info = MHD_get_connection_info(x->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	session = info == NULL ? NULL : info->tls_session;
	if (session == NULL || !verify_peer(session)) /* also when there is none */
		return false;
	chain = gnutls_certificate_get_peers(session, &count);
	if (chain == NULL || count == 0)
		return false;
	*out = sha256_of((struct text){ (const char *)chain[0].data, chain[0].size });
	return true;
}
