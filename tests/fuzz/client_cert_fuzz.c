/* Any bytes as a certificate that a proxy hands on: what is read are bytes between bounds, of no more certificates than may be. Cut at the
 * first NUL: Client-Cert, Client-Cert-Chain. */
#include "base/certificate.h"
#include "fuzz.h"
#include "standard/client_cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *nul = size == 0 ? NULL : memchr(at, '\0', size);
	struct text cert = { at, nul == NULL ? size : (size_t)(nul - at) }, chain = { NULL, 0 };
	struct client_cert c;
	struct fault f = { 0 };
	struct arena a;

	arena_init(&a, FUZZ_ARENA_BYTES);
	if (nul != NULL)
		chain = (struct text){ nul + 1, size - cert.len - 1 };
	if (client_cert_read(&a, cert, chain, &c, &f)) {
		fuzz_must(f.code == FAULT_NONE && c.count >= 1 && c.count <= CLIENT_CERT_CHAIN_MAX);
		for (int i = 0; i < c.count; i++) {
			struct fault unused = { 0 };

			fuzz_must(c.ders[i].len > 0 && c.ders[i].len <= CERTIFICATE_BYTES_MAX);
			(void)!certificate_read(&a, c.ders[i], &unused);
		}
	} else {
		fuzz_must(f.code == FAULT_BAD_REQUEST);
	}
	arena_done(&a);
	return 0;
}
