/*
 * A caller's certificate as a proxy hands it on: the header fields Client-Cert and Client-Cert-Chain (RFC 9440).
 *
 * Read strictly: a byte sequence and a list of them, without parameters; what could be read two ways names nobody. Whether the certificate
 * is good, and whether the one who sends it may, is not asked here.
 */
#ifndef STANDARD_CLIENT_CERT_H
#define STANDARD_CLIENT_CERT_H

#include "base/fault.h"
#include "base/text.h"

enum { CLIENT_CERT_CHAIN_MAX = 8 };

struct client_cert {
	struct text ders[CLIENT_CERT_CHAIN_MAX]; /* in the arena: the caller's, then those that lead to its authority */
	int count;
};

/* chain: absent (at NULL) when there is no such field. False: FAULT_BAD_REQUEST says which field is not of its form. */
bool client_cert_read(struct arena *a, struct text cert, struct text chain, struct client_cert *out, struct fault *f) must_check;

#endif
