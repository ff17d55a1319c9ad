#include "standard/client_cert.h"

#include "base/certificate.h"
#include "standard/structured_field.h"

static bool is_certificate(const struct sf_member *m)
{
	return !m->is_inner && m->bare.kind == SF_BYTES && m->params.count == 0 && m->bare.text.len > 0 && m->bare.text.len <= CERTIFICATE_BYTES_MAX;
}

bool client_cert_read(struct arena *a, struct text cert, struct text chain, struct client_cert *out, struct fault *f)
{
	struct sf_member own;
	struct sf_list rest = { NULL, 0 };

	out->count = 0;
	if (!sf_read_item(a, cert, &own) || !is_certificate(&own))
		return fault_set(f, FAULT_BAD_REQUEST, "Client-Cert is one certificate: its DER in base64 between two colons (RFC 9440)");
	out->ders[out->count++] = own.bare.text;
	if (chain.at == NULL)
		return true;
	if (!sf_read_list(a, chain, &rest) || rest.count > CLIENT_CERT_CHAIN_MAX - 1)
		return fault_set(f, FAULT_BAD_REQUEST, "Client-Cert-Chain is a list of at most %d certificates (RFC 9440)", CLIENT_CERT_CHAIN_MAX - 1);
	for (int i = 0; i < rest.count; i++) {
		if (!is_certificate(&rest.list[i]))
			return fault_set(f, FAULT_BAD_REQUEST, "member %d of Client-Cert-Chain is no certificate (RFC 9440)", i + 1);
		out->ders[out->count++] = rest.list[i].bare.text;
	}
	return true;
}
